import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { migrate } from '../src/database/migrate.ts';
import { provisionAppRole } from '../src/database/provision.ts';
import { fetchLoop } from './connectors/fetch.loop.ts';
import { ShopProcess } from './connectors/shop.process.ts';
import { SyncClient } from './connectors/sync.client.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { ServiceProcess } from './support/service.process.ts';

// Measures how many records a second a full sync of a shop's customers stores, beside a loop that only fetches the same pages, and
// how much memory the worker uses for few records and for many.

const { values: flags } = parseArgs({
  options: {
    customers: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    // Milliseconds a page of 100 of a small shop on a good host; most shops take several times that.
    latency: { type: 'string', default: '50' },
    few: { type: 'string', default: '10000' },
    many: { type: 'string', default: '1000000' },
    'skip-memory': { type: 'boolean', default: false },
    // What a run changed is not kept: the difference is what keeping costs.
    'keep-nothing': { type: 'boolean', default: false },
  },
});

const ENCRYPTION_KEYS = `bench:${randomBytes(32).toString('base64')}`;

await runBench(async (cleanUps) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    settings: { fsync: 'on', synchronous_commit: 'on' },
  });
  cleanUps.push(() => server.stop());
  await migrate(server.ownerUrl);
  await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
  await compareSpeed(cleanUps, folder, server.appUrl);
  if (!flags['skip-memory']) await compareMemory(folder, server.appUrl);
});

async function compareSpeed(cleanUps: CleanUps, folder: string, databaseUrl: string): Promise<void> {
  const customers = Number(flags.customers);
  const shop = await ShopProcess.start(customers);
  cleanUps.push(() => shop.stop());
  const { service, client } = await startService(folder, databaseUrl, 'org-speed');
  console.log(
    `${customers} customers of a shop in a process of its own, fsync on, ${flags.rounds} rounds, alternating`,
  );
  console.log('sync:  POST /runs, full, into the records of a new connection, from started_at to completed_at');
  console.log('loop:  fetches and parses the same pages of 100, one after the other, and stores nothing');
  await fetchLoop(shop);
  await client.sync(await client.connect(shop, 'warm-up'));
  for (const milliseconds of [Number(flags.latency), 0]) {
    await shop.delay(milliseconds);
    console.log(milliseconds > 0 ? `\na shop that takes ${milliseconds} ms a page:` : '\na shop without a delay:');
    const ratios: number[] = [];
    for (let round = 1; round <= Number(flags.rounds); round += 1) {
      const loop = await fetchLoop(shop);
      const connection = await client.connect(shop, `${milliseconds} ms, round ${round}`);
      const { records, seconds } = await client.sync(connection);
      ratios.push(records / seconds / loop);
      console.log(
        `round ${round}: sync ${(records / seconds).toFixed(0)} records/s, loop ${loop.toFixed(0)} records/s, ratio ${ratios.at(-1)?.toFixed(2)}`,
      );
    }
    console.log(`median ratio, sync / loop: ${median(ratios).toFixed(2)}`);
  }
  console.log('');
  // It stops before the next service starts, since two services on one database share the work.
  await service.stop();
}

/** Measures each number of records in a service of its own, since a process seldom returns memory. */
async function compareMemory(folder: string, databaseUrl: string): Promise<void> {
  const peaks: number[] = [];
  for (const customers of [Number(flags.few), Number(flags.many)]) {
    const shop = await ShopProcess.start(customers);
    const { service, client } = await startService(folder, databaseUrl, `org-${customers}`);
    const { records, seconds, peakBytes } = await client.sync(await client.connect(shop, 'memory'));
    await Promise.all([service.stop(), shop.stop()]);
    peaks.push(peakBytes);
    console.log(
      `${records} records in ${seconds.toFixed(1)} s: at most ${(peakBytes / 1024 / 1024).toFixed(0)} MiB resident`,
    );
  }
  const [few, many] = peaks as [number, number];
  console.log(`ratio of resident memory, ${flags.many} / ${flags.few} records: ${(many / few).toFixed(2)}`);
}

async function startService(folder: string, databaseUrl: string, orgId: string) {
  const jwtSecret = randomBytes(32).toString('base64url');
  const service = await ServiceProcess.start(
    {
      DATABASE_URL: databaseUrl,
      SYNC_JWT_SECRET: jwtSecret,
      SYNC_ENCRYPTION_KEYS: ENCRYPTION_KEYS,
      SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
      LOG_LEVEL: 'warn',
      ...(flags['keep-nothing'] && { SYNC_ORG_CHANGES_MIB: '0' }),
    },
    folder,
  );
  return { service, client: await SyncClient.of(service, jwtSecret, orgId) };
}
