import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchedRow } from '../../src/progress/progress.sql.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
/** The service's role. */
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

async function watch(orgs: readonly string[], digests: readonly (string | null)[] = orgs.map(() => null)) {
  const { rows } = await app.query<WatchedRow>('SELECT * FROM app.watch_progress($1, $2)', [orgs, digests]);
  return rows;
}
const idsIn = ({ syncs }: WatchedRow) =>
  (syncs ?? '').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).sync_id]));

/** Syncs `name`-1 to `name`-`count`; `completed` an SQL expression of when they ended, over n. */
const insert = (org: string, name: string, count: number, completed = 'NULL::timestamptz') =>
  sql(
    database.superuserUrl,
    `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, started_at, completed_at, status)
     SELECT $1, $2 || '-' || n, 'customer', 'shop', now() - interval '10 days' + n * interval '1 second', ${completed},
            CASE WHEN ${completed} IS NULL THEN 'running' ELSE 'failed' END
       FROM generate_series(1, $3::integer) AS n`,
    [org, name, count],
  );
const report = (org: string, syncId: string, count: number) =>
  app.query('SELECT outcome FROM app.report_progress($1)', [
    JSON.stringify([{ org_id: org, sync_id: syncId, processed_count: count }]),
  ]);

/** What this session did to the table so far; only differences within one transaction mean anything. */
async function counters<Row extends object>(columns: string): Promise<Row> {
  const { rows } = await app.query<Row>(
    `SELECT ${columns} FROM pg_stat_xact_user_tables WHERE relname = 'sync_progress'`,
  );
  return rows[0] as Row;
}

describe('app.watch_progress', () => {
  it('shows each organization its own syncs, whatever stood there before', async () => {
    await insert('org-1', 'same', 2);
    await insert('org-2', 'same', 1);
    const rows = await watch(['org-2', 'org-none', 'org-1']);
    expect(rows.map((row) => [row.org_id, idsIn(row)])).toEqual([
      ['org-2', ['same-1']],
      ['org-none', []],
      ['org-1', ['same-2', 'same-1']],
    ]);
    for (const { org_id, syncs } of rows)
      for (const line of (syncs ?? '').split('\n').filter(Boolean)) expect(JSON.parse(line).org_id).toBe(org_id);
  });

  it('sends a sync once more when it has been silent for a minute, without its ETA, and then no more', async () => {
    await insert('org-silent', 'one', 1);
    await sql(database.superuserUrl, `UPDATE sync_progress SET total_items = 1000 WHERE org_id = 'org-silent'`);
    await report('org-silent', 'one-1', 5);
    const [live] = await watch(['org-silent']);
    expect(JSON.parse(live?.syncs ?? '').eta_seconds).toEqual(expect.any(Number));
    // Nothing but time passes; the row is what it was, so its times are moved before it is looked at the first time.
    const move = (seconds: number) =>
      sql(
        database.superuserUrl,
        `UPDATE sync_progress SET started_at = started_at - $1 * interval '1 second', updated_at = updated_at - $1 * interval '1 second'
          WHERE org_id = 'org-silent'`,
        [seconds],
      );
    await move(59);
    const [before] = await watch(['org-silent']);
    expect(JSON.parse(before?.syncs ?? '').eta_seconds).toEqual(expect.any(Number));
    const after = await waitFor('the sync is silent', async () => {
      const [row] = await watch(['org-silent'], [before?.digest ?? null]);
      return row?.syncs && row;
    });
    expect(JSON.parse(after.syncs ?? '')).toMatchObject({ sync_id: 'one-1', processed_count: 5, eta_seconds: null });
    expect((await watch(['org-silent'], [after.digest]))[0]?.syncs).toBeNull();
  });

  it('sends nothing of an organization in which nothing moved, and all of one in which something did', async () => {
    await insert('org-idle', 'one', 2);
    await insert('org-busy', 'one', 2);
    const orgs = ['org-idle', 'org-busy'];
    const first = await watch(orgs);
    await report('org-busy', 'one-1', 5);
    const second = await watch(
      orgs,
      first.map(({ digest }) => digest),
    );
    expect(second.map(({ syncs, digest }, index) => [syncs === null, digest === first[index]?.digest])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(second[1]?.syncs).toContain('"processed_count":5');
  });

  it('shows the newest 1,000 active ones and those that ended within a minute', async () => {
    await insert('org-many', 'active', 1_200);
    await insert('org-many', 'ended', 90, 'now() - n * interval $$1 second$$');
    const [row] = await watch(['org-many']);
    const ids = idsIn(row as WatchedRow);
    expect(ids.slice(0, 1_000)).toEqual(Array.from({ length: 1_000 }, (_, index) => `active-${1_200 - index}`));
    expect(ids.slice(1_000)).toEqual(expect.arrayContaining(['ended-1', 'ended-50']));
    expect(ids).not.toContain('ended-61');
  });

  it("reads no more of the table when the organization's history is long, and never without an index", async () => {
    await insert('org-old', 'active', 3);
    const counted = () =>
      counters<{ scans: number; tuples: number }>(
        'seq_scan::integer AS scans, (idx_tup_fetch + seq_tup_read)::integer AS tuples',
      );
    const readBy = async () => {
      await app.query('BEGIN');
      const before = await counted();
      await watch(['org-old']);
      const after = await counted();
      await app.query('ROLLBACK');
      return { scans: after.scans - before.scans, tuples: after.tuples - before.tuples };
    };
    // Three for the digest, three for the rows.
    expect(await readBy()).toEqual({ scans: 0, tuples: 6 });
    await insert('org-old', 'ended', 20_000, "now() - interval '1 day'");
    expect(await readBy()).toEqual({ scans: 0, tuples: 6 });
    await sql(database.superuserUrl, 'VACUUM ANALYZE sync_progress');
    expect(await readBy()).toEqual({ scans: 0, tuples: 6 });
  });

  it('leaves reports HOT updates: its index names no column that they change', async () => {
    await insert('org-hot', 'one', 1);
    const updates = () =>
      counters<{ all: number; hot: number }>('n_tup_upd::integer AS all, n_tup_hot_upd::integer AS hot');
    await app.query('BEGIN');
    const before = await updates();
    await report('org-hot', 'one-1', 1);
    await report('org-hot', 'one-1', 2);
    const after = await updates();
    await app.query('ROLLBACK');
    expect([after.all - before.all, after.hot - before.hot]).toEqual([2, 2]);
  });
});

it.each(['app.watch_progress(text[], text[])', 'app.live_keys(bytea[])'])(
  '%s is for the service alone',
  async (name) => {
    const { rows } = await app.query(
      `SELECT has_function_privilege('sync_app', $1, 'EXECUTE') AS app,
            has_function_privilege('sync_maintenance', $1, 'EXECUTE') AS maintenance,
            (SELECT prosecdef FROM pg_proc WHERE oid = $1::regprocedure) AS as_owner`,
      [name],
    );
    expect(rows).toEqual([{ app: true, maintenance: false, as_owner: false }]);
  },
);
