import { afterAll, beforeAll, expect, it } from 'vitest';
import { schemaSnapshot } from './schema-snapshot.ts';
import { createTestDatabase, sql, type TestDatabase } from './test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it.each([
  ['a table', 'CREATE TABLE app.extra (n integer)'],
  ['a column', 'ALTER TABLE app.scheduled_tasks ADD extra text'],
  ['a type', 'ALTER TABLE app.scheduled_tasks ALTER name TYPE varchar(100)'],
  ['a default', 'ALTER TABLE sync_progress ALTER status DROP DEFAULT'],
  ['nullability', 'ALTER TABLE sync_progress ALTER source_system DROP NOT NULL'],
  ['a generated column', 'ALTER TABLE sync_progress ALTER eta_seconds DROP EXPRESSION'],
  ['a constraint', 'ALTER TABLE sync_progress DROP CONSTRAINT sync_progress_counts_within_total'],
  ['an index', 'DROP INDEX sync_progress_active'],
  ['forced row-level security', 'ALTER TABLE sync_progress NO FORCE ROW LEVEL SECURITY'],
  ['row-level security', 'ALTER TABLE sync_progress DISABLE ROW LEVEL SECURITY'],
  ['a policy', 'ALTER POLICY tenant ON sync_progress USING (true)'],
  ['the roles of a policy', 'ALTER POLICY tenant ON sync_preview_cache TO sync_app'],
  ['a trigger', 'ALTER TABLE sync_progress DISABLE TRIGGER ended_is_final'],
  [
    'the body of a function',
    'CREATE OR REPLACE FUNCTION app.set_org(org_id text) RETURNS void LANGUAGE sql BEGIN ATOMIC; END',
  ],
  ['who may call a function', 'GRANT EXECUTE ON FUNCTION app.set_org(text) TO PUBLIC'],
  ['the owner of a function', 'ALTER FUNCTION app.end_silent_syncs(interval, integer) OWNER TO CURRENT_USER'],
  ['a grant on a table', 'GRANT DELETE ON sync_activity_log TO sync_app'],
  ['a grant on a column', 'GRANT UPDATE (scopes) ON auth.api_keys TO sync_app'],
  ['a grant on a schema', 'GRANT CREATE ON SCHEMA app TO sync_app'],
  ['default privileges', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO sync_app'],
  ['a comment', "COMMENT ON TABLE sync_progress IS 'extra'"],
  ['storage options', 'ALTER TABLE sync_progress SET (fillfactor = 90)'],
])('a snapshot of the schema shows a change of %s', async (_what, change) => {
  const before = await schemaSnapshot(database.ownerUrl);
  await sql(database.ownerUrl, change);
  expect(await schemaSnapshot(database.ownerUrl)).not.toEqual(before);
});
