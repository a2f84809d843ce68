import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { SERVICE_MAIN, ServiceProcess } from './support/service.process.ts';

// npm run bench:start measures the time from the start of the process to its first response, beside a bare Nest application with
// one route. The service has a data folder from an earlier start and starts its Postgres; node starts both, in turns.

const ROUNDS = Number(process.argv[2] ?? 7);
const BARE_MAIN = fileURLToPath(new URL('start/bare-nest.main.mjs', import.meta.url));

await runBench(async (cleanUps) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const start = async (main: string): Promise<number> => {
    const started = performance.now();
    const running = await ServiceProcess.start(
      { SYNC_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'warn' },
      folder,
      main,
    );
    try {
      const { status } = await fetch(`${running.url}/health/live`);
      if (status !== 200) throw new Error(`${main} responded with ${status}`);
      return performance.now() - started;
    } finally {
      await running.stop();
    }
  };
  // The first start of each creates the database cluster and warms the caches; it is not counted.
  for (const main of [SERVICE_MAIN, BARE_MAIN]) await start(main);
  const bare: number[] = [];
  const service: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await start(BARE_MAIN));
    service.push(await start(SERVICE_MAIN));
  }
  const ms = (values: readonly number[]) =>
    `${median(values).toFixed(0)} ms (${values.map((value) => value.toFixed(0)).join(', ')})`;
  const ratios = service.map((value, round) => value / (bare[round] as number));
  console.log(`a bare Nest application:  ${ms(bare)}`);
  console.log(`the service:              ${ms(service)}`);
  tell({ name: 'ready from a start with data ÷ a bare Nest application', rounds: ratios, goal: { atMost: 3 } });
});
