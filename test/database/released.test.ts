import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { parseRelease, type Release, recordMigrate } from './released/recorder.ts';

const FOLDER = new URL('released/', import.meta.url);
const versions = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'));

type Rows = Readonly<Record<string, readonly object[]>>;

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** Every row of every table of ours, but of those that say what was applied. */
async function allRows({ superuserUrl }: TestDatabase): Promise<Rows> {
  const tables = await sql<{ name: string }>(
    superuserUrl,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('app', 'auth', 'public') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname NOT IN ('sql_files', 'sync_migrations') ORDER BY name`,
  );
  const rows: Record<string, object[]> = {};
  for (const { name } of tables) {
    const found = await sql<{ row: object }>(superuserUrl, `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY 1`);
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

/** Months of the audit trail are made by the time at which they are made. */
async function schemaOf({ ownerUrl }: TestDatabase): Promise<string[]> {
  return (await schemaSnapshot(ownerUrl)).filter((line) => !/^\S+ \S*sync_activity_log_\d{4}_\d{2}/.test(line));
}

describe.each(versions)('a database of the released version %s', (version) => {
  let release: Release;
  let database: TestDatabase;
  let released: Rows;

  beforeAll(async () => {
    release = parseRelease(readFileSync(new URL(version, FOLDER), 'utf8'));
    database = await createTestDatabase({ empty: true });
    await runAll(database.ownerUrl, [...release.migrations, ...release.sqlFiles]);
    await runAll(database.superuserUrl, release.rows);
    released = await allRows(database);
  });
  afterAll(() => database.drop());

  it('holds rows in every table', () => {
    expect(Object.entries(released).filter(([, rows]) => rows.length === 0)).toEqual([]);
  });

  it('is migrated to the schema of a new one, and keeps its rows', async () => {
    const fresh = await createTestDatabase();
    await migrate(database.ownerUrl);
    expect(await schemaOf(database)).toEqual(await schemaOf(fresh));
    expect(await allRows(database)).toMatchObject(released);
    expect(await migrate(database.ownerUrl)).toEqual({ migrations: [], applied: [], dropped: [] });
    await fresh.drop();
  });

  it('ran the migrations as they still are: a released one is never edited', async () => {
    const empty = await createTestDatabase({ empty: true });
    const { migrations } = await recordMigrate(empty.ownerUrl);
    expect(migrations.slice(0, release.migrations.length)).toEqual(release.migrations);
    await empty.drop();
  });
});
