import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { StatementProxy } from './stream/statement.proxy.ts';
import { ENDED, StreamDatabase } from './stream/stream.database.ts';
import { ViewersProcess } from './stream/viewers.process.ts';
import type { RoundResult, Viewer } from './stream/viewers.types.ts';
import { type CleanUps, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures what few and many viewers of the same organizations cost: database statements, the delay of a change, and memory.

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    few: { type: 'string', default: '20' },
    many: { type: 'string', default: '2000' },
    organizations: { type: 'string', default: '10' },
    active: { type: 'string', default: '5' },
    reports: { type: 'string', default: '40' },
  },
});
const organizations = Array.from({ length: Number(flags.organizations) }, (_, index) => `org-${index}`);
const jwtSecret = randomBytes(32).toString('base64url');

/** One line of the table. */
interface Row extends RoundResult {
  readonly viewers: number;
  readonly statementsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly cores: number;
  readonly residentBytes: number;
}

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await StreamDatabase.start(join(folder, 'data'));
  cleanUps.push(() => database.stop());
  await database.fill(organizations, Number(flags.active));
  const { proxy, stop } = await StatementProxy.start(database.appUrl);
  cleanUps.push(stop);
  const service = await ServiceProcess.start(
    // Without the worker, only the stream's own statements are counted.
    { DATABASE_URL: proxy.url, SYNC_JWT_SECRET: jwtSecret, SYNC_WORKER: 'off', LOG_LEVEL: 'warn', ...UNLIMITED },
    folder,
  );
  cleanUps.push(() => service.stop());
  const viewers = new ViewersProcess();
  cleanUps.push(() => viewers.close());
  const reporting = database.startReporting(organizations, Number(flags.active), Number(flags.reports));
  cleanUps.push(() => reporting.stop());

  console.log(
    `${organizations.length} organizations, each with ${flags.active} active syncs and ${ENDED} ended ones; ${flags.reports} reports/s by plain SQL`,
  );
  console.log(
    'viewers in a process of their own, half by token, half by a key of their own; statements counted on the wire\n',
  );
  const rows: Row[] = [];
  for (const count of [Number(flags.few), Number(flags.many)]) {
    await viewers.open(service.url, await credentialsFor(database, count - (rows.at(-1)?.viewers ?? 0)));
    rows.push(await measure(service, proxy, viewers, count));
  }
  console.table(Object.fromEntries(rows.map((row) => [`${row.viewers} viewers`, printable(row)])));
  const [few, many] = rows as [Row, Row];
  const growth = (many.residentBytes - few.residentBytes) / (many.viewers - few.viewers);
  console.log(`statements/s, ${many.viewers} / ${few.viewers} viewers: ${ratio(many, few).toFixed(2)} (limit 1.1)`);
  console.log(`p99 from a report to the viewer: ${many.p99Milliseconds.toFixed(0)} ms (limit 1500 ms)`);
  console.log(`memory of the service: ${(growth / 1024).toFixed(0)} KiB a viewer`);
  tell({
    ...{ name: `messages of the stream a second and core, ${many.viewers} viewers`, goal: { atLeast: 30_000 } },
    rounds: [many.events / Number(flags.seconds) / many.cores],
    boundBy: 'how many changes there were to send: the service was not at its limit.',
  });
  tell({
    ...{ name: `statements for ${many.viewers} viewers ÷ for ${few.viewers}`, rounds: [ratio(many, few)] },
    goal: { atMost: 1.1 },
  });
  if (ratio(many, few) >= 1.1 || many.p99Milliseconds >= 1_500) throw new Error('a limit is exceeded');
}

async function measure(
  service: ServiceProcess,
  proxy: StatementProxy,
  viewers: ViewersProcess,
  count: number,
): Promise<Row> {
  // The first seconds are not measured, because they include the cost of connecting.
  await viewers.round(3);
  const before = await processMetrics(service);
  proxy.readAndReset();
  const start = performance.now();
  const result = await viewers.round(Number(flags.seconds));
  const seconds = (performance.now() - start) / 1_000;
  const { statements, bytes } = proxy.readAndReset();
  const after = await processMetrics(service);
  return {
    ...result,
    viewers: count,
    statementsPerSecond: statements / seconds,
    bytesPerSecond: bytes / seconds,
    cores: (after.cpuSeconds - before.cpuSeconds) / seconds,
    residentBytes: after.residentBytes,
  };
}

async function processMetrics({ url }: ServiceProcess): Promise<{ cpuSeconds: number; residentBytes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return { cpuSeconds: of('process_cpu_seconds_total'), residentBytes: of('process_resident_memory_bytes') };
}

/** Viewers of the organizations in turn, half of them with a token, half with a key of their own. */
async function credentialsFor(database: StreamDatabase, count: number): Promise<Viewer[]> {
  const orgs = Array.from({ length: count }, (_, index) => organizations[index % organizations.length] as string);
  const half = Math.floor(count / 2);
  const keys = await database.createKeys(orgs.slice(0, half));
  const tokens = await Promise.all(orgs.slice(half).map(token));
  return [
    ...keys.map((key) => ({ credentials: `X-Api-Key: ${key}` })),
    ...tokens.map((one) => ({ credentials: `Authorization: Bearer ${one}` })),
  ];
}

function token(orgId: string): Promise<string> {
  return new SignJWT({ org_id: orgId, scope: 'sync:read' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`viewer-of-${orgId}`)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(jwtSecret));
}

function ratio(many: Row, few: Row): number {
  return many.statementsPerSecond / few.statementsPerSecond;
}

function printable(row: Row) {
  return {
    'statements/s': row.statementsPerSecond.toFixed(2),
    'KiB/s from Postgres': (row.bytesPerSecond / 1024).toFixed(0),
    'events/s': (row.events / Number(flags.seconds)).toFixed(0),
    'p50 ms': row.p50Milliseconds.toFixed(0),
    'p99 ms': row.p99Milliseconds.toFixed(0),
    'max ms': row.maxMilliseconds.toFixed(0),
    'changes sent to a viewer': `${row.fewest}–${row.most}`,
    'cores used': row.cores.toFixed(2),
    'resident MiB': (row.residentBytes / 1024 / 1024).toFixed(0),
  };
}
