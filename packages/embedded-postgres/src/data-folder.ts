import { chmodSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';

/** Where everything lies inside the data folder; all paths are absolute. */
export interface DataFolder {
  readonly root: string;
  /** PGDATA. Complete whenever it exists: it is initialised beside and renamed. */
  readonly cluster: string;
  readonly credentials: string;
  /** The port to reuse and the processes that use the server. */
  readonly registry: string;
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
    registry: path.join(root, 'server.json'),
    lock: path.join(root, 'lock'),
    log: path.join(root, 'postgres.log'),
    initialPassword: path.join(root, 'initdb-password'),
  };
}
