import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, reason } from '../../packages/embedded-postgres/src/embedded-postgres.error.ts';

interface RememberedKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

/** The key that was made for the data folder's credentials of connections, if one was. Throws EmbeddedPostgresError. */
export function rememberedKeys(dataDir: string): RememberedKey[] {
  const file = path.join(dataDir, 'encryption-key');
  if (!existsSync(file)) return [];
  try {
    const [, id, key] = /^([\w-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(readFileSync(file, 'utf8').trim()) ?? [];
    if (id !== undefined && key !== undefined) return [{ id, key }];
  } catch (error) {
    throw unusable(file, `cannot be read (${reason(error)})`);
  }
  throw unusable(file, 'does not hold a key');
}

/** The same, made first where there is none; unreadable to other users. */
export function ensureRememberedKeys(dataDir: string): RememberedKey[] {
  const file = path.join(dataDir, 'encryption-key');
  if (!existsSync(file)) {
    // An id of its own, so that a lost file is told as a key that is missing and not as one that does not fit.
    const id = `local-${randomBytes(4).toString('hex')}`;
    createOnce(file, `${id}:${randomBytes(32).toString('base64')}\n`);
  }
  return rememberedKeys(dataDir);
}

/** Whole or not at all, and never over another: two services that start on one folder must agree on one key. */
function createOnce(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function unusable(file: string, what: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${file} ${what}, so the credentials of connections cannot be opened: put the file back, or delete it and store the credentials anew.`,
  );
}
