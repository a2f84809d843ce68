import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileAtomically } from './atomic-file.ts';
import type { DataFolder } from './data-folder.ts';
import { EmbeddedPostgresError, errorCode } from './embedded-postgres.error.ts';
import { disownMisleadingFile, disownPostmasterFile, runningPostmaster } from './postmaster.file.ts';
import { asSuperuser } from './superuser.connection.ts';

const lookEveryMs = 25;
/** A server that listens answers at once, if only that it is still starting; one that recovers from a crash may do so for long. */
const silentForMs = 15_000;
const startingForMs = 300_000;

type Answer = 'ours' | 'another folder' | 'wrong password' | 'starting or stopping' | 'silence';

/**
 * The port of the server that already runs on this data folder, once it takes connections; undefined when none does. Such a one was
 * started by another live process, or left behind by one that was killed.
 */
export async function adoptRunningServer(folder: DataFolder, password: string): Promise<number | undefined> {
  disownMisleadingFile(folder.cluster);
  const began = Date.now();
  for (;;) {
    const server = runningPostmaster(folder.cluster);
    if (server === undefined) return undefined;
    const answer = server.port === undefined ? 'silence' : await ask(folder, server.port, password);
    if (answer === 'ours') return server.port;
    if (answer === 'another folder') {
      disownPostmasterFile(folder.cluster);
      return undefined;
    }
    const patience = answer === 'silence' ? silentForMs : startingForMs;
    if (answer === 'wrong password' || Date.now() - began > patience) {
      throw new EmbeddedPostgresError(
        `Process ${server.pid} is a PostgreSQL server that ${folder.cluster} names as its own, but on port ${server.port ?? '?'} it answers with ${answer}: stop it, or delete postmaster.pid there if it serves something else.`,
      );
    }
    await delay(lookEveryMs);
  }
}

/** SCRAM proves both sides: only a server with our cluster, or a copy of it, accepts the password. */
async function ask(folder: DataFolder, port: number, password: string): Promise<Answer> {
  try {
    const same = await asSuperuser({ port, password }, async (client) =>
      readsWhatWeWrite(folder.cluster, async (name) => {
        const { rows } = await client.query('SELECT pg_read_file($1, 0, 100, true) AS content', [name]);
        return rows[0]?.content;
      }),
    );
    return same ? 'ours' : 'another folder';
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
 * Tells the server of this folder from the server of the folder it was copied from: same password, same postmaster.pid.
 * Paths would not do: a folder can be moved under a running server.
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
