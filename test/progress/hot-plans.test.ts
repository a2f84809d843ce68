import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../src/database/database.ts';
import { claimKey, findResponse, storeResponse } from '../../src/idempotency/idempotency.sql.ts';
import {
  activeSyncs,
  findSync,
  reportProgress,
  reportWhenUnlocked,
  requestControl,
  slowSyncs,
  startSync,
  watchProgress,
} from '../../src/progress/progress.sql.ts';
import { type Counting, usageOf } from '../../src/quotas/usage.sql.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// The planner decides by statistics, which a fresh database has not and an old one may have wrong. So the rows that a statement reads
// are counted, by Postgres, with few and with many syncs of the organization, before and after ANALYZE.

const ORG = 'org-1';
const TABLES = ['sync_progress', 'idempotency_keys'];

let database: TestDatabase;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  for (const table of TABLES) await sql(database.superuserUrl, `ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

/** So many active syncs and used keys, and as many syncs that ended long ago; of another organization ten each. */
async function fill(count: number): Promise<void> {
  await sql(
    database.superuserUrl,
    `SET session_replication_role = replica;
     DELETE FROM sync_progress; DELETE FROM idempotency_keys;
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, completed_at, total_items)
     SELECT org, state || '-' || n, 'customer', 'shop', state, CASE state WHEN 'completed' THEN now() - interval '1 day' END, 1000
       FROM (VALUES ('${ORG}', ${count}), ('org-2', 10)) o (org, size), unnest(ARRAY['running', 'completed']) state,
            LATERAL generate_series(1, size) n;
     INSERT INTO idempotency_keys (org_id, key, fingerprint)
     SELECT org, 'key-' || n, '' FROM (VALUES ('${ORG}', ${count}), ('org-2', 10)) o (org, size), LATERAL generate_series(1, size) n`,
  );
}

async function rowsRead(statement: Statement): Promise<number> {
  const counted = async () => {
    const { rows } = await app.query<{ rows: number }>(
      `SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::integer AS rows
         FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)`,
      [TABLES],
    );
    return rows[0]?.rows ?? 0;
  };
  await app.query('BEGIN');
  try {
    await app.query('SELECT app.set_org($1)', [ORG]);
    const before = await counted();
    await app.query('SAVEPOINT before');
    await app.query(statement.text, statement.values as unknown[]).catch(() => app.query('ROLLBACK TO before'));
    return (await counted()) - before;
  } finally {
    await app.query('ROLLBACK');
  }
}

const reports = (count: number, prefix = 'running') =>
  Array.from({ length: count }, (_, index) => ({ org_id: ORG, sync_id: `${prefix}-${index + 1}`, processed_count: 5 }));
const start = { entity_type: 'customer', source_system: 'shop' };

const COUNTING = { most: { active_syncs: 10_000 }, retentionDays: { changes: 1, items: 1 } } as Counting;

/** What it is, the statement, and the rows that it may read: each row it is asked for at the look, at the change and once again. */
const HOT: [string, Statement, number][] = [
  ['a report', reportProgress(reports(1)), 3],
  ['128 reports', reportProgress(reports(128)), 3 * 128],
  ['1,000 reports', reportProgress(reports(1_000)), 3 * 1_000],
  ['1,000 reports of syncs that do not exist', reportProgress(reports(1_000, 'none')), 0],
  ['1,000 reports of syncs that have ended', reportProgress(reports(1_000, 'completed')), 3 * 1_000],
  ['a report that waits for its row', reportWhenUnlocked({ ...reports(1)[0], status: 'completed' } as never), 4],
  ['the start of a sync', startSync(ORG, 'new', start, 'user'), 1],
  // Read ahead of a start; no more than the organization may have, and one.
  ['the count of its active syncs', usageOf(ORG, ['active_syncs'], COUNTING), 10_001],
  ['the count of its checkpoints', usageOf(ORG, ['checkpoint_bytes'], COUNTING), 10_001],
  ['the start of a known sync', startSync(ORG, 'running-1', start, 'user'), 2],
  ['one sync', findSync(ORG, 'running-1'), 1],
  ['a request to pause', requestControl(ORG, 'running-1', 'pause', 'user'), 3],
  ['a request to cancel a sync that has ended', requestControl(ORG, 'completed-1', 'cancel', 'user'), 3],
  ['the list of active syncs', activeSyncs(ORG, {}), 1_000],
  ['the list of active syncs with a filter', activeSyncs(ORG, { status: 'paused' }), 10_000],
  ['the slowest syncs', slowSyncs(ORG, 10), 10_000],
  // Whoever has ended is not read: of each organization there are as many.
  ['the open syncs of the cluster', { text: 'SELECT status, syncs FROM app.open_syncs()', values: [] }, 100_010],
  ['a poll of the live stream', watchProgress([{ orgId: ORG, digest: null }]), 2 * 1_000],
  ['the claim of a new Idempotency-Key', claimKey(ORG, 'new', ''), 1],
  ['the claim of a used Idempotency-Key', claimKey(ORG, 'key-1', ''), 2],
  ['a stored response', findResponse(ORG, 'key-1'), 1],
  ['the storing of a response', storeResponse(ORG, 'key-1', { status: 200, location: null, body: null }), 1],
];

/** What the planner knows when the statement runs: nothing, what was true of a table with a few rows, or the truth. */
const STATISTICS: Record<string, (count: number) => Promise<unknown>> = {
  none: async (count) => {
    await fill(count);
    await sql(
      database.superuserUrl,
      `DELETE FROM pg_statistic WHERE starelid = ANY ('{${TABLES}}'::regclass[]);
       UPDATE pg_class SET reltuples = -1, relpages = 0
        WHERE oid IN (SELECT i FROM unnest('{${TABLES}}'::regclass[]) i
                      UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY ('{${TABLES}}'::regclass[]))`,
    );
  },
  stale: async (count) => {
    await fill(5);
    await sql(database.superuserUrl, `VACUUM (FULL, ANALYZE) ${TABLES.join(', ')}`);
    await fill(count);
  },
  true: async (count) => {
    await fill(count);
    await sql(database.superuserUrl, `VACUUM (FULL, ANALYZE) ${TABLES.join(', ')}`);
  },
};

describe.each([1, 1_000, 100_000])('among %i active and as many ended syncs of the organization', (count) => {
  it.each(Object.keys(STATISTICS))(
    'no hot statement reads a row that it was not asked for; statistics: %s',
    async (statistics) => {
      await STATISTICS[statistics]?.(count);
      const tooMany: unknown[] = [];
      for (const [what, statement, most] of HOT) {
        const read = await rowsRead(statement);
        // A table of one page is read as a whole, since that page would be read anyway.
        if (read > Math.max(most, count < 1_000 ? 2 * (2 * count + 20) : 0)) tooMany.push({ what, read, most });
      }
      expect(tooMany).toEqual([]);
    },
    120_000,
  );
});
