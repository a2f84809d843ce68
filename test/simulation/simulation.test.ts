import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

/** How many seeds are tried that nobody has; each is printed. */
const { SIMULATED_SEEDS = '1' } = process.env;
/** A process starts in a quarter of a minute of a core, and a seed takes some seconds, on a machine that does much else. */
const WITHIN_MS = 300_000;

/** Clock and network of a whole process are replaced, so the seeds have one of their own, on the built service. */
async function simulate(...options: string[]): Promise<{ code: number | null; told: string }> {
  const args = ['--conditions=@sync-operations/source', 'test/simulation/sim.ts', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, told };
}

it('A simulated service keeps its promises while its workers are killed and its systems fail, for seeds that nobody has tried; what is planted is found; and a seed does the same whichever were before it, to the last byte that is sent to the database', {
  timeout: (Number(SIMULATED_SEEDS) + 2) * WITHIN_MS,
}, async () => {
  const seeds = Array.from({ length: Number(SIMULATED_SEEDS) }, () => String(Math.floor(Math.random() * 2 ** 32)));
  for (const seed of seeds) console.log(`npm run sim -- --seed ${seed}`);
  const { code, told } = await simulate(...seeds.flatMap((seed) => ['--seed', seed]), '--check');
  const lines = told.split('\n').filter((line) => line.startsWith('seed '));
  const [first = ''] = seeds;
  expect(lines.map((line) => line.split(/[ :]/)[1])).toEqual([...seeds, 'planted', first]);
  const [planted, again] = lines.splice(seeds.length);
  for (const line of lines) expect(line).toContain(', 0 broken promises');

  expect(planted).not.toContain(', 0 broken promises');
  for (const found of [
    /has 2 entries of its end/,
    /and a reporter was told/,
    /bindings of \d+ customers/,
    /is there twice/,
  ])
    expect(told).toMatch(found);
  expect(told).toContain(', 1 failed');
  expect(code).toBe(1);

  expect(Number(/(\d+) transactions/.exec(again ?? '')?.[1])).toBeGreaterThan(50);
  expect(again).toBe(lines[0]);
});
