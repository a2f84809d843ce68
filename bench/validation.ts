import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, runBench } from './support/bench.runner.ts';
import { ServiceProcess } from './support/service.process.ts';

// npm run bench:validation: the CPU that a body of members costs which no class knows, or of free JSON. It grows with the length of the
// body and no faster: the figure a member stays the same. Beyond 50,000 of one object they are refused before they are parsed.

const MEMBERS = [10_000, 100_000, 700_000];
const ROUNDS = Number(process.argv[2] ?? 3);
const KEY = 'a-key-for-this-benchmark';

const BODIES = {
  'members that nobody knows': (members: object) => members,
  'members of free JSON': (details: object) => ({ activity_type: 'bench', status: 'running', details }),
};

await runBench(async (cleanUps) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const service = await ServiceProcess.start(
    { SYNC_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'warn', SYNC_DEV_API_KEY: KEY, SYNC_WORKER: 'off' },
    folder,
  );
  cleanUps.push(() => service.stop());

  const cpuSeconds = async (): Promise<number> => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]);
  };
  const post = async (body: string): Promise<number> => {
    const before = await cpuSeconds();
    const headers = { 'content-type': 'application/json', 'x-api-key': KEY, 'x-org-id': 'bench' };
    const response = await fetch(`${service.url}/api/sync/activity`, { method: 'POST', headers, body });
    await response.text();
    return (await cpuSeconds()) - before;
  };

  for (const [what, bodyOf] of Object.entries(BODIES)) {
    for (const count of MEMBERS) {
      const members = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
      const body = JSON.stringify(bodyOf(members));
      const seconds = [];
      for (let round = 0; round < ROUNDS; round++) seconds.push(await post(body));
      const cpu = median(seconds);
      const each = (cpu / count) * 1e6;
      console.log(`${count} ${what}: ${(cpu * 1_000).toFixed(0)} ms of CPU, ${each.toFixed(2)} µs a member`);
    }
  }
});
