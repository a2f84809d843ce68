import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchDatabase } from './progress/bench.database.ts';
import { LoadProcess } from './progress/load.process.ts';
import { type CleanUps, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { residentBytesOf } from './support/process.usage.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures whether the service keeps something of each request: what it holds in memory after many, over what it holds after few.

const CONNECTIONS = 64;
const ORGANIZATIONS = 8;
/** The service is asked for so long between two looks. */
const ROUND_SECONDS = 2;

const { values } = parseArgs({
  options: { few: { type: 'string', default: '10000' }, many: { type: 'string', default: '1000000' } },
});

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 2 * CONNECTIONS, ORGANIZATIONS);
  cleanUps.push(() => database.stop());
  const jwtSecret = randomBytes(32).toString('base64url');
  const service = await ServiceProcess.start(
    { DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret, LOG_LEVEL: 'warn', ...UNLIMITED },
    folder,
  );
  cleanUps.push(() => service.stop());
  const load = await LoadProcess.open(
    { kind: 'http', url: service.url, jwtSecret },
    await database.startSyncs('memory', CONNECTIONS),
  );
  cleanUps.push(() => load.close());

  let requests = 0;
  /** Of the looks after that many, the least: what is in memory after a collection. */
  const bytesAfter = async (count: number): Promise<number> => {
    const looks: number[] = [];
    while (requests < count || looks.length < 3) {
      requests += (await load.round(ROUND_SECONDS)).responses;
      if (requests >= count) looks.push(residentBytesOf(service.pid));
    }
    console.log(`after ${requests} requests ${(Math.min(...looks) / 2 ** 20).toFixed(0)} MiB`);
    return Math.min(...looks);
  };
  const few = await bytesAfter(Number(values.few));
  const many = await bytesAfter(Number(values.many));
  tell({
    name: `memory of the service after ${values.many} requests ÷ after ${values.few}`,
    rounds: [many / few],
    goal: { atMost: 1.2 },
  });
}
