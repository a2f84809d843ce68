import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './embedded-postgres.error.ts';

/**
 * A process id alone is reused: after each restart of a container the service may be pid 1 again. The time it started
 * distinguishes the two; '' where the platform does not show it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** Who has this pid now; undefined when nobody has. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return undefined;
  if (process.platform === 'linux') return identifyOnLinux(pid);
  if (process.platform === 'win32') return { pid, started: '' };
  const started = ps(pid, 'lstart=');
  return started === undefined || ps(pid, 'stat=')?.startsWith('Z') ? undefined : { pid, started };
}

/** True while the very process that was identified still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  if (now === undefined) return false;
  return now.started === '' || identity.started === '' || now.started === identity.started;
}

/** True when the pid is a Postgres server. True also where the platform does not show it: connecting then decides. */
export function isPostgresServer(pid: number): boolean {
  if (identify(pid) === undefined) return false;
  if (process.platform === 'win32') return true;
  const command = process.platform === 'linux' ? firstArgument(pid) : ps(pid, 'comm=');
  return command !== undefined && /^(postgres|postmaster)$/.test(path.basename(command));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function identifyOnLinux(pid: number): ProcessIdentity | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  if (stat === undefined) return { pid, started: '' };
  // The second field is the program's name in parentheses and may hold anything, spaces and parentheses included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie still has its pid but no longer runs.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const boot = readOrNothing('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { pid, started: `${boot}:${fields[19]}` };
}

function firstArgument(pid: number): string | undefined {
  return readOrNothing(`/proc/${pid}/cmdline`)?.split('\0')[0];
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
