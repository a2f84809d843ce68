import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installOtherPeers, POSTGRAPHILE, startRedis } from './peers/other.peers.ts';
import { BenchDatabase, OTHER_SYNCS } from './progress/bench.database.ts';
import { LoadProcess } from './progress/load.process.ts';
import type { LoadTarget, RoundResult } from './progress/load.types.ts';
import { findPgbench, PGBENCH_CLIENTS, pgbenchRate } from './progress/pgbench.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { cpuSecondsOf } from './support/process.usage.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures how many progress reports a second the service accepts and what each costs, beside the same transaction as direct SQL on the
// same database, and beside a bare Fastify.

const BARE_FASTIFY = fileURLToPath(new URL('progress/bare-fastify.main.mjs', import.meta.url));
const TEXTBOOK = fileURLToPath(new URL('peers/textbook-nest.main.mjs', import.meta.url));
const BULK_ROWS = 1_000;
const BULK_CONNECTIONS = 4;

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

/** By profiles of the service under this load. */
const ONE_REPORT =
  'of the CPU of a PATCH in Node a fifth is the write to Postgres and to the client, a tenth garbage collection, and the rest is spread: no function takes more than 3 %. Postgres takes as much again.';
const MANY_REPORTS =
  'of a row Postgres takes two thirds of the CPU, and a tenth of that is the row as JSON, which a minimal response saves; the trigger that measures takes 15 % and the pass that skips locked rows 6 %, the rest is the UPDATE. Node takes a third, of which an eighth is garbage collection and a sixth validation.';

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 4 * connections, organizations);
  cleanUps.push(() => database.stop());
  const jwtSecret = randomBytes(32).toString('base64url');
  const service = await ServiceProcess.start(
    { DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret, LOG_LEVEL: 'warn', ...UNLIMITED },
    folder,
  );
  cleanUps.push(() => service.stop());

  const bare = await ServiceProcess.start({}, folder, BARE_FASTIFY);
  cleanUps.push(() => bare.stop());
  const textbookService = await ServiceProcess.start(
    { DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret },
    folder,
    TEXTBOOK,
  );
  cleanUps.push(() => textbookService.stop());
  const areInstalled = await installOtherPeers();
  const postgraphile = areInstalled
    ? await ServiceProcess.start({ DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret }, folder, POSTGRAPHILE)
    : undefined;
  cleanUps.push(async () => postgraphile?.stop());
  const redis = areInstalled ? await startRedis() : undefined;
  cleanUps.push(async () => redis?.stop());
  const postgres = await database.pid();

  const open = async (name: string, target: LoadTarget, server: number, together = 1): Promise<Load> => {
    const calls = target.kind === 'bulk' ? BULK_CONNECTIONS : connections;
    const load = await LoadProcess.open(target, await database.startSyncs(name, calls * together, together));
    cleanUps.push(() => load.close());
    return { name, load, server, together, results: [] };
  };
  const http = await open('service', { kind: 'http', url: service.url, jwtSecret }, service.pid);
  const fastify = await open('bare Fastify', { kind: 'http', url: bare.url, jwtSecret }, bare.pid);
  const live = await open('service, live', { kind: 'live', url: service.url }, service.pid);
  const bareLive = await open('bare, live', { kind: 'live', url: bare.url }, bare.pid);
  const textbook = await open(
    'textbook Nest',
    { kind: 'http', url: textbookService.url, jwtSecret },
    textbookService.pid,
  );
  const graphql =
    postgraphile &&
    (await open('PostGraphile', { kind: 'graphql', url: postgraphile.url, jwtSecret }, postgraphile.pid));
  const bullmq = redis && (await open('BullMQ', { kind: 'bullmq', port: redis.port }, redis.pid));
  const sql = await open('SQL', { kind: 'sql', url: database.appUrl, mode: 'one-by-one' }, 0);
  const pipelined = await open('SQL pipelined', { kind: 'sql', url: database.appUrl, mode: 'pipelined' }, 0);
  const openBulk = (name: string, minimal: boolean) =>
    open(name, { kind: 'bulk', url: service.url, jwtSecret, rows: BULK_ROWS, minimal }, service.pid, BULK_ROWS);
  const bulk = await openBulk('service, bulk', false);
  const minimal = await openBulk('service, bulk, minimal', true);
  const peers = [graphql, bullmq].filter((load) => load !== undefined);
  const loads = [http, fastify, textbook, sql, pipelined, bulk, minimal, live, bareLive, ...peers];
  const pgbench = await findPgbench();
  const pgbenchSyncs = await database.startSyncs('pgbench', Math.max(...PGBENCH_CLIENTS));
  const pgbenchRates: number[] = [];

  console.log(`${await database.durability()}; ${OTHER_SYNCS} other active syncs and ${OTHER_SYNCS} ended ones`);
  console.log(
    `${connections} connections a side for ${organizations} organizations, ${rounds} rounds of ${seconds} s each, alternating after a warm-up`,
  );
  console.log('service:       PATCH /api/sync/progress/{sync_id}, HS256 tokens, every response checked');
  console.log('bare Fastify:  the same request; parses the JSON, responds with a row of the same size, stores nothing');
  console.log(
    'textbook Nest: the same report by Nest on Express, an interceptor that holds the transaction, TypeORM that reads and saves',
  );
  console.log(
    'SQL:           BEGIN; app.set_org; UPDATE … RETURNING *; COMMIT as sync_app, prepared, one by one as pgbench',
  );
  console.log('SQL pipelined: the same statements sent without waiting for each other');
  console.log(`bulk:          PATCH /api/sync/progress of ${BULK_ROWS} syncs, ${BULK_CONNECTIONS} connections`);
  console.log('minimal:       the same with Prefer: return=minimal');
  console.log('live:          GET /health/live');
  console.log(
    postgraphile
      ? 'PostGraphile:  the same report as the mutation that it makes of the table, as sync_app, its token verified'
      : 'PostGraphile:  missing, as are all packages that the registry did not give',
  );
  console.log(
    redis
      ? `BullMQ:        job.updateProgress on ${redis.version}, which writes nothing to disk`
      : 'BullMQ:        missing (it needs its package, and a redis-server on the PATH)',
  );
  console.log(
    pgbench
      ? `pgbench:       ${pgbench}, the transaction of SQL, the better of ${PGBENCH_CLIENTS.join(' and ')} clients\n`
      : 'pgbench:       missing (it is neither among the embedded binaries nor on the PATH); SQL stands for it\n',
  );
  for (const { load } of loads) await load.round(Math.min(seconds, 3));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { load, server, results } of loads) {
      await database.checkpoint();
      const before = [cpuSecondsOf(server), cpuSecondsOf(postgres)] as const;
      const result = await load.round(seconds);
      results.push({
        ...result,
        serverCpuSeconds: cpuSecondsOf(server) - before[0],
        postgresCpuSeconds: cpuSecondsOf(postgres) - before[1],
      });
    }
    if (pgbench) {
      const rates: number[] = [];
      for (const clients of PGBENCH_CLIENTS)
        rates.push(await pgbenchRate(database.appUrl, pgbenchSyncs, seconds, clients));
      pgbenchRates.push(Math.max(...rates));
    }
    console.log(`round ${round}: ${loads.map((load) => `${load.name} ${rate(load, -1).toFixed(0)}/s`).join(', ')}`);
  }

  console.log('\nupdates/s, milliseconds a call, and CPU microseconds a call (median of the rounds)');
  for (const load of loads) console.log(summary(load));
  const ratios = (one: Load, other: (round: number) => number) =>
    one.results.map((_, round) => rate(one, round) / other(round));
  const cpu = (load: Load, round: number) => {
    const { serverCpuSeconds = Number.NaN, responses = Number.NaN } = load.results[round] ?? {};
    return serverCpuSeconds / responses;
  };
  console.log('');
  if (pgbench) {
    const peer = (round: number) => pgbenchRates[round] as number;
    console.log(`pgbench: ${median(pgbenchRates).toFixed(0)} updates/s`);
    tell({ name: 'PATCH progress ÷ pgbench', rounds: ratios(http, peer), goal: { atLeast: 2.2 }, boundBy: ONE_REPORT });
    tell({ name: 'bulk rows ÷ pgbench', rounds: ratios(bulk, peer), goal: { atLeast: 15 }, boundBy: MANY_REPORTS });
    const name = 'bulk rows, Prefer: return=minimal, ÷ pgbench';
    tell({ name, rounds: ratios(minimal, peer), goal: { atLeast: 15 }, boundBy: MANY_REPORTS });
  }
  const bySql = ratios(http, (round) => rate(sql, round));
  console.log(`PATCH progress ÷ SQL: ${median(bySql).toFixed(2)}`);
  const byTextbook = ratios(http, (round) => rate(textbook, round));
  tell({
    name: 'PATCH progress ÷ a textbook Nest service',
    rounds: byTextbook,
    goal: { atLeast: 4 },
    boundBy: ONE_REPORT,
  });
  if (graphql)
    tell({
      name: 'PATCH progress ÷ PostGraphile’s mutation',
      rounds: ratios(http, (round) => rate(graphql, round)),
      goal: { atLeast: 3 },
      boundBy: ONE_REPORT,
    });
  if (bullmq)
    for (const load of [bulk, minimal])
      tell({
        name: `${load === bulk ? 'bulk rows' : 'bulk rows, Prefer: return=minimal,'} ÷ BullMQ’s updateProgress`,
        rounds: ratios(load, (round) => rate(bullmq, round)),
        goal: { atLeast: 1 },
        boundBy: MANY_REPORTS,
      });
  tell({
    name: 'CPU of the service a PATCH ÷ that of a bare Fastify',
    rounds: http.results.map((_, round) => cpu(http, round) / cpu(fastify, round)),
    goal: { atMost: 2.5 },
    boundBy: ONE_REPORT,
  });
  tell({
    name: 'CPU of the service a GET /health/live ÷ that of a bare Fastify',
    rounds: live.results.map((_, round) => cpu(live, round) / cpu(bareLive, round)),
    goal: { atMost: 2 },
    boundBy: ONE_REPORT,
  });
  tell({
    name: `PATCH progress, p99 ÷ p50 at ${connections} connections`,
    rounds: http.results.map((result) => result.p99Milliseconds / result.p50Milliseconds),
    goal: { atMost: 4 },
  });
  console.log(`HOT updates: ${(100 * (await database.hotShare())).toFixed(2)} %`);

  for (const { name, load, together, results } of [
    http,
    sql,
    pipelined,
    bulk,
    minimal,
    ...(graphql ? [graphql] : []),
  ]) {
    const acknowledged = results.at(-1)?.acknowledged.flatMap((count) => Array<number>(together).fill(count));
    const stored = await database.counts(load.syncs);
    if (JSON.stringify(stored) !== JSON.stringify(acknowledged))
      throw new Error(`${name}: the stored counts ${stored} differ from the acknowledged ${acknowledged}`);
  }
  console.log('every response was right, and every stored count equals the last acknowledged one');
}

/** What one kind of load did, round by round. */
interface Load {
  readonly name: string;
  readonly load: LoadProcess;
  /** The process that serves it, if it is not Postgres alone. */
  readonly server: number;
  /** Syncs a call. */
  readonly together: number;
  readonly results: (RoundResult & { readonly serverCpuSeconds: number; readonly postgresCpuSeconds: number })[];
}

function rate({ results, together }: Load, round: number): number {
  const result = results.at(round);
  return result ? (result.responses * together) / result.seconds : Number.NaN;
}

function summary(load: Load): string {
  const of = (value: (result: Load['results'][number]) => number) => median(load.results.map(value));
  const micros = (seconds: (result: Load['results'][number]) => number) =>
    of((result) => (1e6 * seconds(result)) / result.responses).toFixed(0);
  const updates = median(load.results.map((_, round) => rate(load, round))).toFixed(0);
  return (
    `${load.name.padEnd(14)} ${updates.padStart(6)}/s  p50 ${of((r) => r.p50Milliseconds).toFixed(1)} ms  ` +
    `p99 ${of((r) => r.p99Milliseconds).toFixed(1)} ms  CPU: ${load.server ? `server ${micros((r) => r.serverCpuSeconds)}, ` : ''}` +
    `Postgres ${micros((r) => r.postgresCpuSeconds)}, load generator ${micros((r) => r.cpuSeconds)}`
  );
}
