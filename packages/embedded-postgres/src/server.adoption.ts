import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DataFolder, writeFileAtomically } from './data-folder.ts';
import { EmbeddedPostgresError, errorCode } from './embedded-postgres.error.ts';
import { asSuperuser } from './postgres.credentials.ts';
import { identify, isPostgresServer, type ProcessIdentity } from './process.identity.ts';

const retryEveryMs = 25;
/** A server that listens responds at once, even while it starts; one that recovers from a crash may report "starting" for long. */
const silentForMs = 15_000;
const startingForMs = 300_000;
/** Above every system's highest. */
const impossiblePid = 2 ** 31 - 2;

type Response = 'ours' | 'another folder' | 'wrong password' | 'starting or stopping' | 'silence';

/** The server of a cluster, as it describes itself in `postmaster.pid`. */
export interface Postmaster extends ProcessIdentity {
  /** 0 in the first moments. */
  readonly port: number;
}

/**
 * The server that already runs on this data folder, once it takes connections; undefined when none does. Such a server was
 * started by another live process, or left behind by one that was killed.
 */
export async function adoptRunningServer(folder: DataFolder, password: string): Promise<Postmaster | undefined> {
  if (existsSync(postmasterFile(folder.cluster)) && !runningPostmaster(folder.cluster)) {
    invalidatePostmasterFile(folder.cluster);
  }
  const began = Date.now();
  for (;;) {
    const server = runningPostmaster(folder.cluster);
    if (server === undefined) return undefined;
    const response = server.port === 0 ? 'silence' : await probe(folder, server.port, password);
    if (response === 'ours') return server;
    if (response === 'another folder') {
      invalidatePostmasterFile(folder.cluster);
      return undefined;
    }
    const waitForMs = response === 'silence' ? silentForMs : startingForMs;
    if (response === 'wrong password' || Date.now() - began > waitForMs) {
      throw new EmbeddedPostgresError(
        `Process ${server.pid} is a PostgreSQL server that ${folder.cluster} names as its own, but on port ${server.port || '?'} it responds with ${response}: stop it, or delete postmaster.pid there if it serves something else.`,
      );
    }
    await delay(retryEveryMs);
  }
}

/** The server that `postmaster.pid` names; undefined when there is none, or no PostgreSQL server has that pid. */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  let content: string;
  try {
    content = readFileSync(postmasterFile(cluster), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  // One value a line: pid, data folder, start time, port, …; the pid is negative for a server in single-user mode.
  const [pid, , , port] = content.split('\n').map(Number);
  const identity = identify(Math.abs(pid ?? 0));
  return identity && isPostgresServer(identity.pid) ? { ...identity, port: port || 0 } : undefined;
}

/**
 * Replaces the pid in `postmaster.pid` by one that nobody can have. Postgres refuses to start while the pid there exists, but it
 * may belong to another program by now, or to a killed server that its parent never reaped (a Node that is pid 1 of a
 * container reaps no orphans). Deleting the file would also delete the key of the shared memory, by which Postgres
 * notices sessions of the old server that still run.
 */
function invalidatePostmasterFile(cluster: string): void {
  const file = postmasterFile(cluster);
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  // In place, so that the file still belongs to the server's user.
  writeFileSync(file, [impossiblePid, ...rest].join('\n'));
}

function postmasterFile(cluster: string): string {
  return path.join(cluster, 'postmaster.pid');
}

/** SCRAM proves both sides: only a server with our cluster, or a copy of it, accepts the password. */
async function probe(folder: DataFolder, port: number, password: string): Promise<Response> {
  try {
    const isOurs = await asSuperuser(port, password, (client) =>
      readsWhatWeWrite(folder.cluster, async (name) => {
        const { rows } = await client.query('SELECT pg_read_file($1, 0, 100, true) AS content', [name]);
        return rows[0]?.content;
      }),
    );
    return isOurs ? 'ours' : 'another folder';
  } catch (error) {
    switch (errorCode(error)) {
      case '28P01':
      case '28000':
        return 'wrong password';
      case '57P03': // cannot_connect_now
      case '53300': // too_many_connections
        return 'starting or stopping';
      case 'ECONNREFUSED':
      case 'ECONNRESET':
        return 'silence';
      default:
        // `pg` reports a connection closed half way, and one that took too long, without a code.
        if (errorCode(error) === undefined) return 'silence';
        throw error;
    }
  }
}

/**
 * Tells the server of this folder from the server of the folder it was copied from: both have the same password and the same
 * postmaster.pid. Comparing paths would not do, because a folder can be moved under a running server.
 */
async function readsWhatWeWrite(cluster: string, read: (name: string) => Promise<unknown>): Promise<boolean> {
  const name = `adoption-${randomUUID()}`;
  const file = path.join(cluster, name);
  writeFileAtomically(file, name, 0o644);
  try {
    return (await read(name)) === name;
  } finally {
    rmSync(file, { force: true });
  }
}
