import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/common/problem.ts';
import { createPool } from '../../src/database/pool.ts';
import { isConnectionLoss } from '../../src/database/sqlstate.ts';
import { MetricsRegistry } from '../../src/metrics/metrics.controller.ts';
import { ReportMetrics } from '../../src/metrics/report.metrics.ts';
import { type ReportElement, type ReportResult, reportProgress } from '../../src/progress/progress.sql.ts';
import { ReportBatcher } from '../../src/progress/report.batcher.ts';
import { ReportFailure } from '../../src/progress/report.queue.ts';
import { type BreakableProxy, startBreakableProxy } from '../support/breakable-proxy.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { WatchedDatabase } from '../support/watched-database.ts';

let testDatabase: TestDatabase;
let proxy: BreakableProxy;
let pool: pg.Pool;
let database: WatchedDatabase;
let batcher: ReportBatcher;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  proxy = await startBreakableProxy(testDatabase.appUrl);
  pool = createPool(proxy.url, { max: 4, runMs: 30_000 });
});
afterAll(async () => {
  await pool.end();
  await proxy.cut();
  await testDatabase.drop();
});
beforeEach(async () => {
  await sql(
    testDatabase.superuserUrl,
    `TRUNCATE sync_progress; DELETE FROM sync_runs;
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
     SELECT 'org-' || n % 3, 'sync-' || n, 'customer', 'woocommerce' FROM generate_series(1, 60) AS n`,
  );
  database = new WatchedDatabase(pool);
  batcher = new ReportBatcher(database, new ReportMetrics(new MetricsRegistry()));
});

const element = (n: number, processed_count: number, more: Partial<ReportElement> = {}): ReportElement => ({
  org_id: `org-${n % 3}`,
  sync_id: `sync-${n}`,
  processed_count,
  ...more,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const report = (n: number, processed_count: number) => batcher.report(element(n, processed_count));
const countIn = ({ progress }: ReportResult) => JSON.parse(String(progress)).processed_count as number;

/** Another session that holds the row of this sync locked until it is released. */
const lockSync = (n: number) => lockAll(`sync_id = 'sync-${n}' AND org_id = 'org-${n % 3}'`);

async function lockAll(rows: string, table = 'sync_progress'): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: testDatabase.superuserUrl });
  await client.connect();
  client.on('error', () => undefined);
  await client.query('BEGIN');
  await client.query(`SELECT FROM ${table} WHERE ${rows} FOR UPDATE`);
  return { release: () => client.end() };
}

describe('reports that arrive while the database is busy', () => {
  it('share the next call', async () => {
    database.shut();
    const first = report(1, 1);
    await waitFor('the first call', () => database.sizes.length === 1, { everyMs: 1 });
    const second = report(2, 1);
    await waitFor('the second call', () => database.sizes.length === 2, { everyMs: 1 });
    const others = range(3, 12).map((n) => report(n, n));
    await new Promise((resolve) => setImmediate(resolve));
    database.open();
    const results = await Promise.all([first, second, ...others]);
    expect(database.sizes).toEqual([1, 1, 10]);
    expect(results.map(({ sync_id }) => sync_id)).toEqual(range(1, 12).map((n) => `sync-${n}`));
    expect(results.map(countIn)).toEqual([1, 1, ...range(3, 12)]);
  });

  it('take effect in the order of arrival when they are of one sync', async () => {
    const results = await Promise.all(range(1, 20).map((count) => report(1, count)));
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(20).fill('reported'));
    expect(results.map(countIn)).toEqual(range(1, 20));
  });

  it('are not mistaken for those of another organization with the same sync_id', async () => {
    await sql(
      testDatabase.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
       SELECT 'org-' || n, 'same', 'customer', 'woocommerce' FROM generate_series(0, 1) AS n`,
    );
    const results = await Promise.all(
      [0, 1, 2].map((n) => batcher.report({ org_id: `org-${n}`, sync_id: 'same', processed_count: n + 5 })),
    );
    expect(database.sizes).toEqual([3]);
    expect(results.map(({ org_id, outcome }) => [org_id, outcome])).toEqual([
      ['org-0', 'reported'],
      ['org-1', 'reported'],
      ['org-2', 'missing'],
    ]);
    expect(results.slice(0, 2).map(countIn)).toEqual([5, 6]);
  });
});

describe('a report that Postgres refuses', () => {
  it('fails alone: the other reports of the call succeed', async () => {
    const bad = batcher.report(element(2, 7, { checkpoint: { page: 'a\0b' } }));
    const settled = await Promise.allSettled([report(1, 7), bad, report(3, 7), report(4, 7), report(5, 7)]);
    // All together, then by organization (2 and 5, 1 and 4, 3), then one by one where the bad one is.
    expect(database.sizes.slice(0, 3)).toEqual([5, 2, 2]);
    expect(database.sizes.slice(3)).toEqual([1, 1, 1]);
    expect(settled.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    ]);
    expect(settled[1]).toMatchObject({ reason: { code: '22P05' } });
    const rows = await sql<{ sync_id: string }>(
      testDatabase.superuserUrl,
      'SELECT sync_id FROM sync_progress WHERE processed_count = 7 ORDER BY sync_id',
    );
    expect(rows.map(({ sync_id }) => sync_id)).toEqual(['sync-1', 'sync-3', 'sync-4', 'sync-5']);
  });

  it('keeps its organization, and no other, out of the calls for all for a while', async () => {
    const bad = (n: number) => batcher.report(element(n, 7, { checkpoint: { page: 'a\0b' } })).catch(() => undefined);
    await Promise.all([bad(2), report(5, 7), report(1, 7)]);
    database.sizes.length = 0;
    await Promise.all([bad(2), bad(5), report(1, 8), report(3, 8)]);
    expect(database.sizes.toSorted()).toEqual([1, 1, 2]);
  });
});

describe("Eight loops of bulk reports at most double another's p99: organizations take turns", () => {
  it('so that a long queue of one delays a report of another by one call', async () => {
    await sql(
      testDatabase.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
       SELECT 'org-noisy', 'bulk-' || n, 'customer', 'woocommerce' FROM generate_series(1, 2000) AS n`,
    );
    // Both connections have the plan by now.
    await batcher.reportAll(range(1, 600).map((n) => ({ org_id: 'org-noisy', sync_id: `bulk-${n}` })));
    database.sizes.length = 0;
    const finished: string[] = [];
    const noisy = range(1, 2000).map((n) =>
      batcher
        .report({ org_id: 'org-noisy', sync_id: `bulk-${n}`, processed_count: 1 })
        .then(() => finished.push('noisy')),
    );
    await waitFor('the first call', () => database.sizes.length > 0, { everyMs: 1 });
    const before = finished.length;
    await report(1, 1).then(() => finished.push('quiet'));
    await Promise.all(noisy);
    // Two calls were under way, at most, and the third has room for everybody.
    expect(finished.indexOf('quiet') - before).toBeLessThan(4 * 128);
  });

  it('and one with too many reports waiting is told so', async () => {
    database.shut();
    const reports = range(1, 20_001).map((n) => ({ org_id: 'org-1', sync_id: `no-${n}` }));
    const settled = batcher.reportAll(reports);
    const other = report(2, 1);
    database.open();
    const problems = (await settled).filter((answer) => answer instanceof ReportFailure);
    expect(problems).toEqual([{ error: expect.objectContaining({ problem: 'organization-busy' }) }]);
    expect((await other).outcome).toBe('reported');
  });
});

describe('a database that is too slow for what comes', () => {
  it('serves what gets its turn in time, and the rest is refused at once; another organization notices nothing', async () => {
    // The calls that follow are expected to take as long as this one.
    database.shut();
    const first = report(1, 1);
    await delay(1_500);
    database.open();
    await first;

    database.shut();
    const outcomes: string[] = [];
    const noisy = range(1, 1_500).map((n) =>
      batcher.report({ org_id: 'org-noisy', sync_id: `no-${n}` }).then(
        ({ outcome }) => outcomes.push(outcome),
        (problem: Problem) => outcomes.push(problem.problem),
      ),
    );
    const other = report(2, 1);
    // Nothing is served yet, so whoever has an answer was refused.
    await waitFor('most are refused', () => outcomes.length > 500);
    expect(new Set(outcomes)).toEqual(new Set(['overloaded']));
    database.open();
    expect((await other).outcome).toBe('reported');
    await Promise.all(noisy);
    expect(outcomes.filter((outcome) => outcome === 'missing').length).toBeGreaterThan(500);

    // And right again, call by call.
    for (let round = 0; round < 20; round += 1) await report(1, 2 + round);
    const after = await Promise.all(
      range(1, 1_500).map((n) => batcher.report({ org_id: 'org-noisy', sync_id: `no-${n}` })),
    );
    expect(new Set(after.map(({ outcome }) => outcome))).toEqual(new Set(['missing']));
  });
});

describe("One organization's locked rows hold up nobody else's reports: a row that another session holds locked", () => {
  it('delays only its own reports, which take effect in their order when it is unlocked', async () => {
    const lock = await lockSync(1);
    const finished: number[] = [];
    const locked = [1, 2, 3].map((count) => report(1, count).then((result) => finished.push(countIn(result))));
    const start = performance.now();
    const neighbours = await Promise.all(range(2, 30).map((n) => report(n, 5)));
    const later = await Promise.all(range(2, 30).map((n) => report(n, 6)));
    expect(performance.now() - start).toBeLessThan(5_000);
    expect([...neighbours, ...later].map(({ outcome }) => outcome)).toEqual(Array(58).fill('reported'));
    expect(finished).toEqual([]);
    await lock.release();
    await Promise.all(locked);
    expect(finished).toEqual([1, 2, 3]);
  });

  it.each([20, 60])('costs the others nothing when %i of an organization are locked', async (count) => {
    await sql(
      testDatabase.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
       SELECT 'org-lock', 'sync-' || n, 'customer', 'woocommerce' FROM generate_series(1, 60) AS n`,
    );
    const lock = await lockAll(`org_id = 'org-lock'`);
    const locked = range(1, count).map((n) =>
      batcher.report({ org_id: 'org-lock', sync_id: `sync-${n}`, processed_count: 1 }),
    );
    const others = [];
    for (const round of range(1, 20)) others.push(...(await Promise.all(range(1, 3).map((n) => report(n, round)))));
    expect(others.map(({ outcome }) => outcome)).toEqual(Array(60).fill('reported'));
    // No session waits for a lock, so no call did.
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    expect(await sql(testDatabase.superuserUrl, waiting)).toEqual([]);
    await lock.release();
    expect((await Promise.all(locked)).map(countIn)).toEqual(Array(count).fill(1));
  });

  it('refuses its reports as busy within 10 s, the one that waits behind another too', async () => {
    const lock = await lockSync(1);
    const start = performance.now();
    const locked = [1, 2].map((count) => report(1, count).catch((problem) => ({ ...problem, at: performance.now() })));
    for (const refused of await Promise.all(locked)) {
      expect(refused).toMatchObject({ problem: 'unavailable', retryAfter: 1 });
      expect((refused as { at: number }).at - start).toBeLessThan(10_000);
    }
    await lock.release();
    expect((await report(1, 3)).outcome).toBe('reported');
  });

  it('delays nobody when the lock is one that cannot be skipped, such as that of a paused run that ends', async () => {
    await sql(
      testDatabase.superuserUrl,
      `INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode, state)
       VALUES ('org-1', 'sync-1', 'sync', gen_random_uuid(), 'customer', 'full', 'paused')`,
    );
    const lock = await lockAll(`org_id = 'org-1'`, 'sync_runs');
    const ending = batcher.report(element(1, 5, { status: 'cancelled' }));
    for (const round of range(1, 20)) await Promise.all([2, 3, 5].map((n) => report(n, round)));
    await lock.release();
    expect((await ending).outcome).toBe('reported');
  });
});

describe('two calls with the same syncs in opposite order', () => {
  it('neither deadlock nor lose a report', async () => {
    // In a table of some size rows are found through the index, in the order of the reports, unless something sorts them.
    await sql(
      testDatabase.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
       SELECT 'org-' || n % 3, 'other-' || n, 'customer', 'woocommerce' FROM generate_series(1, 20000) AS n`,
    );
    await sql(testDatabase.superuserUrl, 'ANALYZE sync_progress');
    const clients = [0, 1].map(() => new pg.Client({ connectionString: testDatabase.appUrl }));
    await Promise.all(clients.map((client) => client.connect()));
    try {
      for (const round of range(1, 150)) {
        const forwards = range(1, 60).map((n) => element(n, round));
        const results = await Promise.all(
          [forwards, forwards.toReversed()].map(async (reports, index) => {
            const { text, values } = reportProgress(reports);
            return (await clients[index]?.query<ReportResult>(text, values as unknown[]))?.rows ?? [];
          }),
        );
        const by = Map.groupBy(results.flat(), ({ outcome }) => outcome);
        expect([...by.keys()].toSorted()).toEqual(by.size === 1 ? ['reported'] : ['locked', 'reported']);
        // What one call has skipped, the other one holds.
        expect(new Set(by.get('reported')?.map(({ sync_id }) => sync_id))).toHaveProperty('size', 60);
      }
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });
});

describe('when the database is gone', () => {
  it('every waiting report fails, and the next one succeeds when the database is back', async () => {
    const lock = await lockSync(1);
    const waiting = [report(1, 1), report(1, 2), ...range(2, 6).map((n) => report(n, 1))];
    const settled = Promise.allSettled(waiting.map((one) => one.then(() => 'taken', isConnectionLoss)));
    await waitFor('the locked one is tried again', () => database.sizes.length > 3, { everyMs: 1 });
    // Those beside the locked one may have been taken by now; its own cannot.
    await proxy.cut();
    const late = [report(7, 1), report(8, 1)].map((one) => one.then(() => 'taken', isConnectionLoss));
    const [first, second] = await settled;
    expect([first, second]).toEqual(Array(2).fill({ status: 'fulfilled', value: true }));
    expect(await Promise.all(late)).toEqual([true, true]);
    await lock.release();
    await proxy.mend();
    expect((await report(1, 3)).outcome).toBe('reported');
    expect((await report(7, 3)).outcome).toBe('reported');
  });
});
