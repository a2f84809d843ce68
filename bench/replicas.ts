import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CrowdProcess } from './overload/crowd.process.ts';
import type { Kind } from './overload/crowd.types.ts';
import { BenchDatabase } from './progress/bench.database.ts';
import { LoadProcess } from './progress/load.process.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures what two replicas and a worker get done behind a balancer, beside one process that does all, behind the same balancer. On a
// machine whose processors one process already uses up, it tells what a second replica costs, and not what it brings.

const BALANCER = fileURLToPath(new URL('replicas/balancer.main.ts', import.meta.url));
const CONNECTIONS = 64;
const ORGANIZATIONS = 8;
const BULK = { rows: 1_000, connections: 4 };

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' } },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];

/** What is measured, and the calls or rows a second that it gets done at an address. */
const LOADS: Readonly<Record<string, (url: string) => Promise<number>>> = {
  'PATCH progress': (url) => reports(url, { kind: 'http' }, CONNECTIONS),
  'bulk rows': async (url) =>
    BULK.rows * (await reports(url, { kind: 'bulk', rows: BULK.rows, minimal: false }, BULK.connections, BULK.rows)),
  'reads of one sync': (url) => crowd(url, 'read'),
  starts: (url) => crowd(url, 'start'),
  pauses: (url) => crowd(url, 'steer'),
};

let database: BenchDatabase;
let named = 0;
const jwtSecret = randomBytes(32).toString('base64url');

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  database = await BenchDatabase.start(join(folder, 'data'), 4 * CONNECTIONS, ORGANIZATIONS);
  cleanUps.push(() => database.stop());
  const start = async (variables: Readonly<Record<string, string>>) => {
    const service = await ServiceProcess.start(
      {
        ...{ DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret, LOG_LEVEL: 'error' },
        ...{ ...UNLIMITED, SYNC_ORG_ACTIVE_SYNCS: '1000000', ...variables },
      },
      folder,
    );
    cleanUps.push(() => service.stop());
    return service;
  };
  const behind = async (...replicas: ServiceProcess[]) => {
    const balancer = await ServiceProcess.start({}, folder, BALANCER, replicas.map(portOf));
    cleanUps.push(() => balancer.stop());
    return balancer.url;
  };
  const one = await behind(await start({}));
  const replica = { SYNC_WORKER: 'off' };
  const two = await behind(await start(replica), await start(replica));
  await start({ SYNC_WORKER: 'only' });

  console.log(await database.durability());
  console.log(
    `${CONNECTIONS} connections of ${ORGANIZATIONS} organizations, ${rounds} rounds of ${seconds} s each, alternating`,
  );
  for (const [what, load] of Object.entries(LOADS)) {
    const done: { one: number; two: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) done.push({ one: await load(one), two: await load(two) });
    const typical = (side: 'one' | 'two') => median(done.map((round) => round[side])).toFixed(0);
    console.log(`${what}: one process ${typical('one')}/s, two replicas and a worker ${typical('two')}/s`);
    tell({
      name: `${what}, two replicas and a worker ÷ one process`,
      rounds: done.map((round) => round.two / round.one),
    });
  }
}

type Reports = { kind: 'http' } | { kind: 'bulk'; rows: number; minimal: boolean };

/** Calls a second, every response checked. */
async function reports(url: string, what: Reports, calls: number, together = 1): Promise<number> {
  named += 1;
  const syncs = await database.startSyncs(`load-${named}`, calls * together, together);
  const load = await LoadProcess.open({ ...what, url, jwtSecret }, syncs);
  try {
    const { responses, seconds: took } = await load.round(seconds);
    return responses / took;
  } finally {
    load.close();
    await database.checkpoint();
  }
}

async function crowd(url: string, kind: Kind): Promise<number> {
  named += 1;
  const syncs = await database.startSyncs(`crowd-${named}`, CONNECTIONS);
  const load = await CrowdProcess.open({ url, jwtSecret, kind, syncs });
  try {
    const { good, seconds: took, others, refusedMs } = await load.round(seconds);
    if (Object.keys(others).length > 0) throw new Error(`other responses: ${JSON.stringify(others)}`);
    if (refusedMs.length > 0) console.log(`${refusedMs.length} of ${good + refusedMs.length} were refused`);
    return good / took;
  } finally {
    load.close();
    await database.checkpoint();
  }
}

function portOf({ url }: ServiceProcess): string {
  return new URL(url).port;
}
