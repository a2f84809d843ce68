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
const TREND_BOUND =
  'each end of a sync in the period is read and added up, by the plan; nothing is added up beforehand.';
const LOOKS = [
  { name: 'a page of failures of 30 days', query: '?days=30&failed=true', boundBy: undefined },
  { name: 'errors of 7 days', query: '/errors?days=7', boundBy: 'each failure of the week is read for its message.' },
  { name: 'trends of 30 days', query: '/trends?days=30', boundBy: TREND_BOUND },
] as const;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '2000000' },
    few: { type: 'string', default: '2000' },
    calls: { type: 'string', default: '20' },
  },
});
const [entries, few, calls] = [values.entries, values.few, values.calls].map(Number) as [number, number, number];

const ROUNDS = 5;
const P95_MS_MAX = 50;

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 20, 1);
  cleanUps.push(() => database.stop());
  const began = performance.now();
  await fillTrail(database.superuserUrl, MANY, entries);
  await fillTrail(database.superuserUrl, FEW, few);
  await sql(database.superuserUrl, 'VACUUM ANALYZE public.sync_activity_log');
  console.log(`${entries} entries of a month were made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
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

/** Ends of syncs, evenly over a month; every fiftieth failed, with one of 40 messages. */
async function fillTrail(url: string, orgId: string, count: number): Promise<void> {
  await sql(
    url,
    `SET session_replication_role = replica;
     SELECT app.ensure_activity_partition(now() - interval '1 month');
     SELECT app.ensure_activity_partition(now());
     INSERT INTO public.sync_activity_log
       (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds, error_message)
     SELECT '${orgId}', now() - interval '30 days' * (n::double precision / ${count}), 'sync-' || n, (ARRAY['customer', 'product', 'order', 'stock'])[n % 4 + 1],
            CASE n % 50 WHEN 0 THEN 'sync_failed' ELSE 'sync_completed' END, CASE n % 50 WHEN 0 THEN 'failed' ELSE 'completed' END, 'woocommerce',
            'user-' || n % 20, n % 1000, (n % 600)::double precision / 7, CASE n % 50 WHEN 0 THEN 'The shop answered ' || 500 + n / 50 % 40 END
       FROM generate_series(1, ${count}) AS n`,
  );
}
