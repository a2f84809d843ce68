import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { type DataFolder, writeFileAtomically } from './data-folder.ts';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';

/** Names fixed by the service's migrations. */
export const databaseName = 'sync_operations';
export const superuser = 'postgres';
export const owner = 'sync_owner';
const appRole = 'sync_app';

/** Random passwords, one a role. The role `sync_app` must be created with the password `app`. */
export interface PostgresCredentials {
  readonly superuser: string;
  readonly owner: string;
  readonly app: string;
}

/** The passwords of this data folder; generated before the first start, unreadable to other users. */
export function loadCredentials(folder: DataFolder): PostgresCredentials {
  if (!existsSync(folder.credentials)) {
    if (existsSync(folder.cluster)) throw unusable(folder, 'is missing');
    const generated = { superuser: randomPassword(), owner: randomPassword(), app: randomPassword() };
    writeFileAtomically(folder.credentials, `${JSON.stringify(generated, null, 2)}\n`, 0o600);
  }
  return parse(folder);
}

/** The URL of each role. */
export function connectionUrls(port: number, credentials: PostgresCredentials) {
  const url = (role: string, password: string, database: string) =>
    `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  return {
    ownerUrl: url(owner, credentials.owner, databaseName),
    appUrl: url(appRole, credentials.app, databaseName),
    superuserUrl: url(superuser, credentials.superuser, 'postgres'),
  };
}

/** Opens one connection as the superuser, runs `work` and closes it. */
export async function asSuperuser<T>(
  port: number,
  password: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: superuser, password, database: 'postgres' },
    connectionTimeoutMillis: 10_000,
    // pg falls back to PG* variables for whatever is left out; a PGSSLMODE meant for another server would break this one.
    ssl: false,
    options: '',
  });
  // When the server ends, the query under way fails. The error event comes besides, and unheard would end our process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
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
