import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError, errorCode, isNotWritable } from './embedded-postgres.error.ts';
import { identify, isAlive, type ProcessIdentity } from './process.identity.ts';

const retryEveryMs = 25;
const giveUpAfterMs = 300_000;
/** A lock file is written in one go; one that is still unreadable after this long was left by a crash in between. */
const unreadableIsStaleAfterMs = 10_000;

/**
 * Runs `work` while no other live process does so with the same lock file. Waits for a live holder (`onWait` is called
 * once with its pid) and takes over from a dead one.
 */
export async function withLock<T>(
  file: string,
  onWait: (holder: number | undefined) => void,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(file, onWait);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

async function acquire(file: string, onWait: (holder: number | undefined) => void): Promise<void> {
  const deadline = Date.now() + giveUpAfterMs;
  const content = JSON.stringify(identify(process.pid));
  let announced = false;
  while (!tryCreate(file, content)) {
    if (isStale(file) && breakStale(file)) continue;
    const holder = readHolder(file)?.pid;
    if (!announced) onWait(holder);
    announced = true;
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Process ${holder ?? '?'} has held ${file} for five minutes: end that process and start again.`,
      );
    }
    await delay(retryEveryMs);
  }
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (isNotWritable(error)) {
      throw new EmbeddedPostgresError(
        `This user may not write ${file}: start as the user who owns the folder, or choose another data folder.`,
        { cause: error },
      );
    }
    throw error;
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function isStale(file: string): boolean {
  const holder = readHolder(file);
  return holder ? !isAlive(holder) : isOld(file);
}

function isOld(file: string): boolean {
  const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && Date.now() - modified > unreadableIsStaleAfterMs;
}

/**
 * Removes a dead process's lock. Two waiters may see the same dead holder, and the slower must not remove the lock the
 * faster has taken since: so a second file admits one of them at a time, who looks again before removing.
 */
function breakStale(file: string): boolean {
  const guard = `${file}.breaking`;
  try {
    closeSync(openSync(guard, 'wx'));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (isOld(guard)) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}
