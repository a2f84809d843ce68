import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from './environment.ts';

interface RememberedKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

/** The key in the data folder that encrypts the credentials of connections, if there is one. Throws ConfigurationError. */
export function rememberedKeys(dataDir: string): RememberedKey[] {
  const file = path.join(dataDir, 'encryption-key');
  if (!existsSync(file)) return [];
  try {
    const [, id, key] = /^([\w-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(readFileSync(file, 'utf8').trim()) ?? [];
    if (id !== undefined && key !== undefined) return [{ id, key }];
  } catch (error) {
    throw unusable(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  throw unusable(file, 'does not hold a key');
}

/** The same, generated first where there is none; unreadable to other users. */
export function ensureRememberedKeys(dataDir: string): RememberedKey[] {
  const file = path.join(dataDir, 'encryption-key');
  if (!existsSync(file)) {
    // A random id, so that a lost file is reported as a missing key and not as one that does not fit.
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

function unusable(file: string, what: string): ConfigurationError {
  return new ConfigurationError(
    `${file} ${what}, so the credentials of connections cannot be decrypted. Restore the file, or delete it and enter the credentials again.`,
  );
}
