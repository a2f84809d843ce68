import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** How many seeds are tried; each is printed. */
const { SIMULATED_SEEDS = '1' } = process.env;
/** A seed takes a quarter of a minute of a core. */
const WITHIN_MS = 300_000;

/** Clock and network of a whole process are replaced, so each seed has one of its own, on the built service. */
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

describe('A simulated service', () => {
  it('keeps its promises while its workers are killed and its systems fail, for seeds that nobody has tried; the same seed does the same, to the last byte that is sent to the database', {
    timeout: (Number(SIMULATED_SEEDS) + 1) * WITHIN_MS,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulation-'));
    try {
      const seeds = Array.from({ length: Number(SIMULATED_SEEDS) }, () => String(Math.floor(Math.random() * 2 ** 32)));
      for (const seed of seeds) {
        console.log(`npm run sim -- --seed ${seed}`);
        const { code, told } = await simulate('--seed', seed, '--log', join(folder, seed));
        expect(told).toContain(', 0 broken promises');
        expect(code).toBe(0);
      }
      const [seed = ''] = seeds;
      const log = await readFile(join(folder, seed), 'utf8');
      expect(log.split('\n').length).toBeGreaterThan(500);
      await simulate('--seed', seed, '--log', join(folder, 'again'));
      expect(await readFile(join(folder, 'again'), 'utf8')).toBe(log);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('finds what is planted: a double end, a report that is lost after its answer, a lost binding, a second create', {
    timeout: WITHIN_MS,
  }, async () => {
    const plants = ['double-end', 'lost-report', 'lost-binding', 'second-create'];
    const { code, told } = await simulate('--seed', 'planted', ...plants.flatMap((plant) => ['--plant', plant]));
    expect(told).toMatch(/has 2 entries of its end/);
    expect(told).toMatch(/and a reporter was told/);
    expect(told).toMatch(/bindings of \d+ customers/);
    expect(told).toMatch(/is there twice/);
    expect(code).toBe(1);
  });
});
