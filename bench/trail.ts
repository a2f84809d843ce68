import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from '../test/support/test-database.ts';
import { BenchDatabase } from './progress/bench.database.ts';
import { type CleanUps, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { HEAD_END, openExchange, requestHead } from './support/http.exchange.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures what an operator looks at of a trail with many ends of syncs in a month: a page, failures of a week, durations of a month. The peer is an
// organization with few, in the same table, in alternating calls.

const MANY = 'org-many';
const FEW = 'org-few';
const ERRORS_BOUND =
  'each failure of the week is read for its message, two fifths of the statement; the rest is sorting them by message and sync.';
const LOOKS = [
  { name: 'a page of failures of 30 days', query: '?days=30&failed=true', boundBy: undefined },
  { name: 'errors of 7 days', query: '/errors?days=7', boundBy: ERRORS_BOUND },
  { name: 'trends of 30 days', query: '/trends?days=30', boundBy: undefined },
] as const;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '2000000' },
    few: { type: 'string', default: '2000' },
    calls: { type: 'string', default: '20' },
  },
});
const [entries, few, calls] = [values.entries, values.few, values.calls].map(Number) as [number, number, number];

/** As many as a transaction writes, and as the task counts at once. */
const ENTRIES_AT_ONCE = 10_000;
/** Written since hours were counted last: of two minutes, as the task is. */
const UNCOUNTED = 200;
const ROUNDS = 5;
const P95_MS_MAX = 50;
const MONTH_MINUTES = 30 * 24 * 60;

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 20, 1);
  cleanUps.push(() => database.stop());
  const began = performance.now();
  await fillTrail(database.superuserUrl, MANY, { count: entries, minutes: MONTH_MINUTES });
  await fillTrail(database.superuserUrl, FEW, { count: few, minutes: MONTH_MINUTES });
  await sql(database.superuserUrl, 'VACUUM ANALYZE public.sync_activity_log');
  for (const orgId of [MANY, FEW]) {
    await countHours(database.superuserUrl, orgId);
    await fillTrail(database.superuserUrl, orgId, { count: UNCOUNTED, minutes: 2 });
  }
  console.log(
    `${entries} entries of a month were made and counted in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  const jwtSecret = randomBytes(32).toString('base64url');
  const variables = {
    DATABASE_URL: database.appUrl,
    SYNC_JWT_SECRET: jwtSecret,
    SYNC_WORKER: 'off',
    LOG_LEVEL: 'error',
  };
  const service = await ServiceProcess.start({ ...variables, ...UNLIMITED }, folder);
  cleanUps.push(() => service.stop());
  const exchange = await openExchange(service.url);
  const ask = async (orgId: string, query: string): Promise<number> => {
    const head = await requestHead('GET', `/api/sync/activity${query}`, { url: service.url, orgId, jwtSecret });
    const since = performance.now();
    const { status, text } = await exchange(`${head}${HEAD_END}`);
    if (status !== 200) throw new Error(`${query} got ${status} ${text.slice(0, 300)}`);
    return performance.now() - since;
  };
  for (const { name, query, boundBy } of LOOKS) {
    const peer: number[] = [];
    const rounds: number[] = [];
    // The first of either reads from the disk.
    await ask(MANY, query);
    await ask(FEW, query);
    for (let round = 0; round < ROUNDS; round += 1) {
      const times: number[] = [];
      for (let call = 0; call < calls; call += 1) {
        times.push(await ask(MANY, query));
        peer.push(await ask(FEW, query));
      }
      rounds.push(p95(times));
    }
    console.log(`${name}: p95 of an organization with ${few} entries ${p95(peer).toFixed(1)} ms`);
    tell({
      name: `${name}, p95 of an organization with ${entries} entries in 30 days`,
      rounds,
      goal: { atMost: P95_MS_MAX },
      unit: 'ms',
      ...(boundBy ? { boundBy } : {}),
    });
  }
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

/** Ends of syncs, evenly over so many minutes up to now; every fiftieth failed, with one of 40 messages. */
async function fillTrail(
  url: string,
  orgId: string,
  { count, minutes }: { count: number; minutes: number },
): Promise<void> {
  await sql(
    url,
    `SELECT app.ensure_activity_partition(now() - interval '1 month'), app.ensure_activity_partition(now())`,
  );
  for (let last = count; last > 0; last -= ENTRIES_AT_ONCE)
    await sql(
      url,
      `SET session_replication_role = replica;
       INSERT INTO public.sync_activity_log
         (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds, error_message)
       SELECT '${orgId}', now() - interval '${minutes} minutes' * (n::double precision / ${count}), 'sync-' || n,
              (ARRAY['customer', 'product', 'order', 'stock'])[n % 4 + 1],
              CASE n % 50 WHEN 0 THEN 'sync_failed' ELSE 'sync_completed' END, CASE n % 50 WHEN 0 THEN 'failed' ELSE 'completed' END, 'woocommerce',
              'user-' || n % 20, n % 1000, (n % 600)::double precision / 7, CASE n % 50 WHEN 0 THEN 'The shop answered ' || 500 + n / 50 % 40 END
         FROM generate_series(${Math.max(last - ENTRIES_AT_ONCE, 0) + 1}, ${last}) AS n`,
    );
}

/** As the task of the service does. */
async function countHours(url: string, orgId: string): Promise<void> {
  for (let more = true; more; ) {
    const [row] = await sql<{ more: boolean }>(url, 'SELECT app.roll_up_trends($1, $2) AS more', [
      orgId,
      ENTRIES_AT_ONCE,
    ]);
    more = row?.more ?? false;
  }
}
