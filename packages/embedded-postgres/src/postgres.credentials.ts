import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomically } from './atomic-file.ts';
import type { DataFolder } from './data-folder.ts';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';

/** Names fixed by the service's migrations. */
export const databaseName = 'sync_operations';
export const superuser = 'postgres';
export const owner = 'sync_owner';
export const appRole = 'sync_app';

/** Random passwords, one a role. `app` is the one that whoever creates the role `sync_app` must give it. */
export interface PostgresCredentials {
  readonly superuser: string;
  readonly owner: string;
  readonly app: string;
}

/** The passwords of this data folder; made up before the first start, unreadable to other users. */
export function loadCredentials(folder: DataFolder): PostgresCredentials {
  if (!existsSync(folder.credentials)) {
    if (existsSync(folder.cluster)) throw unusable(folder, 'is missing');
    const made = { superuser: randomPassword(), owner: randomPassword(), app: randomPassword() };
    writeFileAtomically(folder.credentials, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  }
  return parse(folder);
}

/** `postgres://user:password@127.0.0.1:port/database`. */
export function connectionUrl(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function parse(folder: DataFolder): PostgresCredentials {
  try {
    const parsed = JSON.parse(readFileSync(folder.credentials, 'utf8')) as Record<string, unknown>;
    const { superuser, owner, app } = parsed;
    if (typeof superuser === 'string' && typeof owner === 'string' && typeof app === 'string') {
      return { superuser, owner, app };
    }
  } catch (error) {
    throw unusable(folder, `cannot be read (${reason(error)})`);
  }
  throw unusable(folder, 'does not hold the three passwords');
}

function unusable(folder: DataFolder, what: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${folder.credentials} ${what}, so nobody can log in to the database beside it: put the file back, or delete ${folder.root} to begin with an empty database.`,
  );
}

/** 192 bits, and no character that a URL or SQL would need quoted. */
function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}
