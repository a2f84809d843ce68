import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFileAtomically } from './atomic-file.ts';
import type { DataFolder } from './data-folder.ts';
import { identify, isAlive, type ProcessIdentity } from './process.identity.ts';

/** One call of startEmbeddedPostgres that was not stopped yet. */
interface ServerUser extends ProcessIdentity {
  readonly id: string;
}

interface Registry {
  /** The port of the last start, reused while free so that a URL somebody noted stays right. */
  readonly port?: number;
  readonly users: readonly ServerUser[];
}

/** The remembered port. */
export function rememberedPort(folder: DataFolder): number | undefined {
  return read(folder).port;
}

/** Enters this process as a user of the server on that port. The caller holds the data folder's lock. */
export function join(folder: DataFolder, port: number): string {
  const id = randomUUID();
  const self: ServerUser = { ...(identify(process.pid) ?? { pid: process.pid, started: '' }), id };
  write(folder, { port, users: [...read(folder).users.filter(isAlive), self] });
  return id;
}

/** Removes a user, and those whose process died without doing so; true when none is left. Under the lock, too. */
export function leave(folder: DataFolder, id: string): boolean {
  const { port, users } = read(folder);
  const left = users.filter((user) => user.id !== id && isAlive(user));
  write(folder, { port, users: left });
  return left.length === 0;
}

function read(folder: DataFolder): Registry {
  try {
    const parsed = JSON.parse(readFileSync(folder.registry, 'utf8')) as Partial<Registry>;
    return { port: parsed.port, users: Array.isArray(parsed.users) ? parsed.users : [] };
  } catch {
    // Missing at the first start. Nothing here is worth refusing to start for.
    return { users: [] };
  }
}

function write(folder: DataFolder, registry: Registry): void {
  writeFileAtomically(folder.registry, `${JSON.stringify(registry, null, 2)}\n`, 0o644);
}
