import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ERP, SHOP } from '../test/console/console.fixture.ts';
import { fillHistory } from '../test/console/list.history.ts';
import { sql } from '../test/support/test-database.ts';
import { BenchDatabase } from './progress/bench.database.ts';
import { type CleanUps, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { HEAD_END, openExchange, requestHead } from './support/http.exchange.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures a page of GET /syncs, by each filter and search, among many ended syncs of a year. The peer is the same service among few.

const ORG = 'org-1';
const YEAR_AGO = new Date(Date.now() - 182 * 86_400_000).toISOString();
const PAGES: Readonly<Record<string, string>> = {
  'the first page': '',
  'the last to end': '?sort=-completed_at',
  'a rare status': '?status=failed',
  'active ones': '?status=running',
  'an entity type': '?entity_type=order',
  'a user': '?user_id=somebody',
  'a source': '?source_system=erp',
  'a rare kind': '?kind=reconcile',
  'a connection': `?connection_id=${SHOP}`,
  'a connection with one run': `?connection_id=${ERP}`,
  'before half a year': `?to=${YEAR_AGO}`,
  'a search for what is everywhere': '?q=nightly',
  'a search for one far back': '?q=needle',
  'a search for nothing': '?q=no%20such%20thing',
};

const { values } = parseArgs({
  options: {
    many: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '1000' },
    calls: { type: 'string', default: '300' },
  },
});
const [many, few, calls] = [values.many, values.few, values.calls].map(Number) as [number, number, number];

const ROUNDS = 5;
/** By the plans. */
const FAR_SEARCH = 'a search that finds little asks each week of the year, whose indexes are deeper among many.';

await runBench(bench);

type Ask = (query: string) => Promise<number>;

async function bench(cleanUps: CleanUps): Promise<void> {
  const among = async (count: number): Promise<Ask> => {
    const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const database = await BenchDatabase.start(join(folder, 'data'), 20, 1);
    cleanUps.push(() => database.stop());
    const began = performance.now();
    await fillHistory(database.superuserUrl, ORG, count);
    await sql(database.superuserUrl, 'VACUUM ANALYZE');
    console.log(`${count} ended syncs of a year were made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const jwtSecret = randomBytes(32).toString('base64url');
    const service = await ServiceProcess.start(
      {
        DATABASE_URL: database.appUrl,
        SYNC_JWT_SECRET: jwtSecret,
        SYNC_WORKER: 'off',
        LOG_LEVEL: 'error',
        ...UNLIMITED,
      },
      folder,
    );
    cleanUps.push(() => service.stop());
    let exchange: ReturnType<typeof openExchange> | undefined;
    return async (query) => {
      // When the other one has its syncs, too: a connection that is idle for so long is closed.
      exchange ??= openExchange(service.url);
      const head = await requestHead('GET', `/api/sync/syncs${query}`, { url: service.url, orgId: ORG, jwtSecret });
      const since = performance.now();
      const { status, text } = await (await exchange)(`${head}${HEAD_END}`);
      if (status !== 200) throw new Error(`${query} got ${status} ${text.slice(0, 300)}`);
      return performance.now() - since;
    };
  };
  const [here, there] = [await among(few), await among(many)];
  console.log(`milliseconds a page, among ${few} and among ${many}, ${calls} calls each, alternating`);
  for (const [what, query] of Object.entries(PAGES)) {
    const [small, large]: [number[], number[]] = [[], []];
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let call = 0; call < calls / ROUNDS; call += 1) {
        small.push(await here(query));
        large.push(await there(query));
      }
      const ofRound = (times: readonly number[]) => quantile(times.slice(-calls / ROUNDS), 0.95);
      rounds.push(ofRound(large) / ofRound(small));
    }
    console.log(
      `${what.padEnd(32)} p50 ${at(small, 0.5)} and ${at(large, 0.5)}  p95 ${at(small, 0.95)} and ${at(large, 0.95)}  p95 / p95 ${(quantile(large, 0.95) / quantile(small, 0.95)).toFixed(2)}`,
    );
    const name = `GET /syncs, ${what}: p95 among ${many} ended syncs ÷ among ${few}`;
    tell({ name, rounds, goal: { atMost: 1.1 }, boundBy: FAR_SEARCH });
  }
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

function at(times: readonly number[], share: number): string {
  return quantile(times, share).toFixed(1);
}
