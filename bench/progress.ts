import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchDatabase, OTHER_SYNCS } from './progress/bench.database.ts';
import { LoadProcess } from './progress/load.process.ts';
import type { RoundResult } from './progress/load.types.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures how many progress reports a second the service accepts, beside the same transaction as direct SQL on the same database.

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    organizations: { type: 'string', default: '8' },
  },
});
const { seconds, rounds, connections, organizations } = Object.fromEntries(
  Object.entries(flags).map(([name, value]) => {
    const number = Number(value);
    if (!(number > 0)) throw new Error(`--${name} must be a number above 0`);
    return [name, number];
  }),
) as Record<keyof typeof flags, number>;

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 2 * connections, organizations);
  cleanUps.push(() => database.stop());
  const jwtSecret = randomBytes(32).toString('base64url');
  const service = await ServiceProcess.start(
    { DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret, LOG_LEVEL: 'warn', ...UNLIMITED },
    folder,
  );
  cleanUps.push(() => service.stop());

  const open = async (name: string, target: Parameters<typeof LoadProcess.open>[0]) => {
    const load = await LoadProcess.open(target, await database.startSyncs(name, connections));
    cleanUps.push(() => load.close());
    return { load, results: [] as RoundResult[] };
  };
  const http = await open('http', { kind: 'http', url: service.url, jwtSecret });
  const sql = await open('sql', { kind: 'sql', url: database.appUrl, mode: 'one-by-one' });
  const pipelined = await open('pipelined', { kind: 'sql', url: database.appUrl, mode: 'pipelined' });
  const loads = [http, sql, pipelined];

  console.log(`${await database.durability()}; ${OTHER_SYNCS} other active syncs and ${OTHER_SYNCS} ended ones`);
  console.log(
    `${connections} connections a side for ${organizations} organizations, ${rounds} rounds of ${seconds} s each, alternating after a warm-up`,
  );
  console.log('service:   PATCH /api/sync/progress/{sync_id}, HS256 tokens, every response checked');
  console.log(
    'SQL:       BEGIN; app.set_org; UPDATE … RETURNING *; COMMIT as sync_app, prepared, one by one as pgbench',
  );
  console.log('pipelined: the same statements sent without waiting for each other\n');
  for (const { load } of loads) await load.round(Math.min(seconds, 3));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { load, results } of loads) {
      await database.checkpoint();
      results.push(await load.round(seconds));
    }
    const [a, b, c] = loads.map(({ results }) => rate(results.at(-1))) as [number, number, number];
    console.log(
      `round ${round}: service ${a.toFixed(0)}/s, SQL ${b.toFixed(0)}/s, ratio ${(a / b).toFixed(2)}; pipelined SQL ${c.toFixed(0)}/s`,
    );
  }

  console.log('');
  for (const [name, { results }] of Object.entries({ service: http, SQL: sql, 'SQL pipelined': pipelined }))
    console.log(summary(name, results));
  const ratios = http.results.map((result, index) => rate(result) / rate(sql.results[index]));
  console.log(`median ratio, service / SQL: ${median(ratios).toFixed(2)}`);
  console.log(`HOT updates: ${(100 * (await database.hotShare())).toFixed(2)} %`);

  for (const { load, results } of loads) {
    const [stored, acknowledged] = [await database.counts(load.syncs), results.at(-1)?.acknowledged];
    if (JSON.stringify(stored) !== JSON.stringify(acknowledged))
      throw new Error(`the stored counts ${stored} differ from the acknowledged ${acknowledged}`);
  }
  console.log('every response was right, and every stored count equals the last acknowledged one');
}

function summary(name: string, results: readonly RoundResult[]): string {
  const of = (value: (result: RoundResult) => number) => median(results.map(value));
  return (
    `${name}: median ${of(rate).toFixed(0)} updates/s, p50 ${of((r) => r.p50Milliseconds).toFixed(1)} ms, ` +
    `p99 ${of((r) => r.p99Milliseconds).toFixed(1)} ms; its load generator used ` +
    `${of((r) => (100 * r.cpuSeconds) / r.seconds).toFixed(0)} % of a core`
  );
}

function rate(result: RoundResult | undefined): number {
  return result ? result.updates / result.seconds : Number.NaN;
}
