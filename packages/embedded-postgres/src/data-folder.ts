import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';

/** Where everything lies inside the data folder; all paths are absolute. */
export interface DataFolder {
  readonly root: string;
  /** PGDATA. Complete whenever it exists: it is initialised beside and renamed. */
  readonly cluster: string;
  readonly credentials: string;
  /** The port to reuse and the processes that use the server. */
  readonly users: string;
  /** Held while starting or stopping. */
  readonly lock: string;
  /** The server's own log, and what initdb and pg_ctl print. */
  readonly log: string;
  /** Exists only while initdb runs. */
  readonly initialPassword: string;
}

/** Names the files of a data folder and creates the folder when it is missing. */
export function openDataFolder(dataDir: string): DataFolder {
  let root = path.resolve(dataDir);
  try {
    if (!existsSync(root)) {
      mkdirSync(root, { recursive: true });
      // Root's server runs as another user, who must be able to pass through; each file with a secret is 0600 by itself.
      chmodSync(root, process.getuid?.() === 0 ? 0o711 : 0o700);
    }
    root = realpathSync(root);
  } catch (error) {
    throw new EmbeddedPostgresError(`The data folder ${root} cannot be created (${reason(error)}).`, { cause: error });
  }
  return {
    root,
    cluster: path.join(root, 'cluster'),
    credentials: path.join(root, 'credentials.json'),
    users: path.join(root, 'server.json'),
    lock: path.join(root, 'lock'),
    log: path.join(root, 'postgres.log'),
    initialPassword: path.join(root, 'initdb-password'),
  };
}

/** Replaces a file so that a reader, or a machine that loses power, finds the old content or the new, never a part of it. */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    // The umask cuts the mode given to open, and the server's user must be able to read what is meant for it.
    fchmodSync(descriptor, mode);
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameDurably(temporary, file);
}

/** Renames, and makes the new name survive a power cut. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  // Windows cannot open a folder, and makes renames durable by itself.
  if (process.platform === 'win32') return;
  const parent = openSync(path.dirname(to), 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}

/** Whether a database lies in the folder. It makes nothing. */
export function holdsDatabase(dataDir: string): boolean {
  return existsSync(path.join(path.resolve(dataDir), 'cluster'));
}
