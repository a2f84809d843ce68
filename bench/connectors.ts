import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchLoop } from './connectors/fetch.loop.ts';
import { compareKeeping } from './connectors/keeping.ts';
import { ServiceUnderTest } from './connectors/service.under-test.ts';
import { SystemProcess } from './connectors/system.process.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';

// Measures how many records a second a full sync of a shop's customers stores, beside a loop that only fetches the same pages; what
// keeping the changes of a run costs, beside the same service that keeps none; and how much memory the worker uses for few records and
// for many.

const { values: flags } = parseArgs({
  options: {
    customers: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    // Milliseconds a page of 100 of a small shop on a good host; most shops take several times that.
    latency: { type: 'string', default: '50' },
    few: { type: 'string', default: '10000' },
    many: { type: 'string', default: '1000000' },
    parts: { type: 'string', default: 'speed,keeping,memory' },
  },
});

await runBench(async (cleanUps) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const parts = flags.parts.split(',');
  if (parts.includes('speed')) await compareSpeed(cleanUps, folder);
  if (parts.includes('keeping')) await compareKeeping(cleanUps, folder, Number(flags.customers), Number(flags.rounds));
  if (parts.includes('memory')) await compareMemory(cleanUps, folder);
});

async function compareSpeed(cleanUps: CleanUps, folder: string): Promise<void> {
  const customers = Number(flags.customers);
  const shop = await SystemProcess.start('woocommerce', customers);
  cleanUps.push(() => shop.stop());
  const { client } = await ServiceUnderTest.start(cleanUps, join(folder, 'speed'));
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
}

/** Measures each number of records in a service of its own, since a process seldom returns memory. */
async function compareMemory(cleanUps: CleanUps, folder: string): Promise<void> {
  const peaks: number[] = [];
  for (const customers of [Number(flags.few), Number(flags.many)]) {
    const shop = await SystemProcess.start('woocommerce', customers);
    cleanUps.push(() => shop.stop());
    const { client } = await ServiceUnderTest.start(cleanUps, join(folder, `memory-${customers}`));
    const { records, seconds, peakBytes } = await client.sync(await client.connect(shop, 'memory'));
    peaks.push(peakBytes);
    console.log(
      `${records} records in ${seconds.toFixed(1)} s: at most ${(peakBytes / 1024 / 1024).toFixed(0)} MiB resident`,
    );
  }
  const [few, many] = peaks as [number, number];
  console.log(`ratio of resident memory, ${flags.many} / ${flags.few} records: ${(many / few).toFixed(2)}`);
}
