import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './embedded-postgres.error.ts';
import { isPostgresServer } from './process.identity.ts';

/** Above every system's highest. */
const impossiblePid = 2 ** 31 - 2;

/** What a running server writes into `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  /** Undefined in the first moments. */
  readonly port: number | undefined;
  readonly status: string;
}

/** The server that runs on this cluster; undefined when none does. */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  const noted = readPostmaster(cluster);
  return noted && isPostgresServer(noted.pid) ? noted : undefined;
}

/**
 * Corrects a `postmaster.pid` whose pid belongs to another program by now, or to a killed server that its parent never
 * reaped (a Node that is pid 1 of a container reaps no orphans): Postgres takes both for the old server and refuses to start.
 */
export function disownMisleadingFile(cluster: string): void {
  const noted = readPostmaster(cluster);
  if (noted && !isPostgresServer(noted.pid)) disownPostmasterFile(cluster);
}

/**
 * Writes a pid that nobody can have into the file. Deleting the file would also delete the key of the shared memory, by which
 * Postgres notices sessions of the old server that still run.
 */
export function disownPostmasterFile(cluster: string): void {
  const file = fileIn(cluster);
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  // In place, so that the file still belongs to the server's user.
  writeFileSync(file, [impossiblePid, ...rest].join('\n'));
}

function readPostmaster(cluster: string): Postmaster | undefined {
  let content: string;
  try {
    content = readFileSync(fileIn(cluster), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  // One value a line: pid, data folder, start time, port, socket folder, listen address, shared memory key, status.
  const [pid, , , port, , , , status] = content.split('\n');
  return { pid: Math.abs(Number(pid)), port: Number(port) || undefined, status: status?.trim() ?? '' };
}

function fileIn(cluster: string): string {
  return path.join(cluster, 'postmaster.pid');
}
