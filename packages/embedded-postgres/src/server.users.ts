import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DataFolder, writeFileAtomically } from './data-folder.ts';
import { identify, isAlive, type ProcessIdentity } from './process.identity.ts';
import type { Postmaster } from './server.adoption.ts';

/** One call of startEmbeddedPostgres that was not stopped yet. */
interface ServerUser extends ProcessIdentity {
  readonly id: string;
}

interface ServerUsers {
  /** The server of the last start. */
  readonly server?: Postmaster;
  readonly users: readonly ServerUser[];
}

/** The port of the last start, reused while free so that a URL somebody noted stays right. */
export function rememberedPort(folder: DataFolder): number | undefined {
  return read(folder).server?.port;
}

/** Adds this process as a user of the server and returns the user's id. The caller holds the data folder's lock. */
export function addUser(folder: DataFolder, server: Postmaster): string {
  const id = randomUUID();
  const self: ServerUser = { ...(identify(process.pid) ?? { pid: process.pid, started: '' }), id };
  write(folder, { server, users: [...read(folder).users.filter(isAlive), self] });
  return id;
}

/**
 * Removes a user, and those whose process died without doing so. Returns the server when nobody uses it any more. The caller
 * holds the data folder's lock.
 */
export function removeUser(folder: DataFolder, id: string): Postmaster | undefined {
  const { server, users } = read(folder);
  const left = users.filter((user) => user.id !== id && isAlive(user));
  write(folder, { server, users: left });
  return left.length === 0 ? server : undefined;
}

function read(folder: DataFolder): ServerUsers {
  try {
    const { server, users } = JSON.parse(readFileSync(folder.users, 'utf8')) as Partial<ServerUsers>;
    return { server, users: Array.isArray(users) ? users : [] };
  } catch {
    // Missing at the first start. Nothing here is worth refusing to start for.
    return { users: [] };
  }
}

function write(folder: DataFolder, content: ServerUsers): void {
  writeFileAtomically(folder.users, `${JSON.stringify(content, null, 2)}\n`, 0o644);
}
