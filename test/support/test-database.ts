import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of its own, cloned from the migrated template. */
export interface TestDatabase {
  /** What the service connects with: through a PgBouncer when the run is (`TEST_THROUGH_PGBOUNCER`). */
  readonly appUrl: string;
  /** The same role, never through a pooler: for a test that needs a session of its own. */
  readonly sessionUrl: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Ends every connection that was left open and drops it. */
  drop(): Promise<void>;
}

export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = options.empty ? 'template0' : new URL(urlOf('TEST_OWNER_URL')).pathname.slice(1);
  // Files are copied in half the time that the log takes.
  await asSuperuser((admin) =>
    admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER sync_owner STRATEGY file_copy`),
  );
  return {
    appUrl: withDatabase('TEST_APP_URL', name),
    sessionUrl: withDatabase('TEST_SESSION_URL', name),
    ownerUrl: withDatabase('TEST_OWNER_URL', name),
    superuserUrl: withDatabase('TEST_SUPERUSER_URL', name),
    drop: () => asSuperuser((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** Runs one or many statements and returns the rows of the last; with `orgId` in a transaction of it, as a user of plain SQL does. */
export async function sql<Row extends object = Record<string, unknown>>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
  orgId?: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (orgId === undefined) return (await client.query<Row>(text, values as unknown[])).rows;
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.current_org_id', $1, true)", [orgId]);
    const { rows } = await client.query<Row>(text, values as unknown[]);
    await client.query('COMMIT');
    return rows;
  } finally {
    await client.end();
  }
}

async function asSuperuser(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: urlOf('TEST_SUPERUSER_URL') });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function withDatabase(variable: string, name: string): string {
  const url = new URL(urlOf(variable));
  url.pathname = `/${name}`;
  return url.toString();
}

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set: run the tests with npm test`);
  return url;
}
