import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PLANTED, type Plant } from './planted.faults.ts';
import { SimulatedMachine } from './simulated.machine.ts';
import { LEFT_OUT, type Left, type Setting, type Simulated, Simulation } from './simulation.ts';

/**
 * Tries seeds: `npm run sim -- --seed N`, which may be given more than once, or `--seeds COUNT` for so many that nobody has tried. It
 * goes on after one that fails, and tells it; exits with 1 when a promise is broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true },
    /** How many new seeds. */
    seeds: { type: 'string' },
    /** The first of them, which follow each other. */
    from: { type: 'string' },
    /** Over how many processes they are spread; one for each core unless said. */
    processes: { type: 'string' },
    /** A file for all that happened in the last seed, in its order. */
    log: { type: 'string' },
    /** What is left out: kills, faults, control, reports, second organization. */
    without: { type: 'string', multiple: true },
    /** Faults that are planted, to see them found. */
    plant: { type: 'string', multiple: true },
    /** Then one seed with each fault that can be planted, and the first seed again: what was planted must be gone. */
    check: { type: 'boolean' },
    /** What a failure does not need is left out. */
    shrink: { type: 'boolean' },
  },
});
const ALL = Object.keys(PLANTED) as Plant[];
const plants = (values.plant ?? []) as Plant[];
const without = (values.without ?? []) as Left[];
const tell = (line: string): void => void writeSync(1, `${line}\n`);

const first = Number(values.from ?? Math.floor(Math.random() * 2 ** 32));
const seeds = values.seed ?? Array.from({ length: Number(values.seeds ?? 1) }, (_, n) => String(first + n));
const processes = Math.min(Number(values.processes ?? os.availableParallelism()), seeds.length);
const failed = values.seeds && processes > 1 ? await spread() : await tryAll();
process.exit(failed > 0 ? 1 : 0);

/** All seeds in this process, one after another. */
async function tryAll(): Promise<number> {
  const machine = await SimulatedMachine.create();
  const settings: Setting[] = seeds.map((seed) => ({ seed, without, plants }));
  if (values.check) settings.push({ seed: 'planted', plants: ALL }, ...settings.slice(0, 1));
  let bad = 0;
  for (const setting of settings) {
    const done = await Simulation.run(machine, setting);
    if (values.log) writeFileSync(values.log, done.log.join('\n'));
    tell(described(setting.seed, done));
    for (const what of done.broken) tell(what);
    if (done.broken.length === 0) continue;
    bad += 1;
    tell(`npm run sim -- ${(values.shrink ? await shrunk(machine, setting) : optionsOf(setting)).join(' ')}`);
  }
  tell(`${settings.length} seeds, ${bad} failed`);
  return bad;
}

function described(seed: string, { log, transactions, kills, broken }: Simulated): string {
  const story = createHash('sha256').update(log.join('\n')).digest('hex').slice(0, 16);
  return `seed ${seed}: ${transactions} transactions looked at, ${kills} kills, ${broken.length} broken promises, story ${story}`;
}

function optionsOf({ seed, without = [], plants = [] }: Setting): string[] {
  return [
    ...['--seed', seed],
    ...plants.flatMap((plant) => ['--plant', plant]),
    ...without.flatMap((one) => ['--without', `'${one}'`]),
  ];
}

/** The options of the smallest simulation of this seed that still fails. */
async function shrunk(machine: SimulatedMachine, setting: Setting): Promise<string[]> {
  let least = setting;
  for (const one of LEFT_OUT.filter((other) => !setting.without?.includes(other))) {
    const fewer = { ...least, without: [...(least.without ?? []), one] };
    const { broken } = await Simulation.run(machine, fewer);
    if (broken.length > 0) least = fewer;
  }
  return optionsOf(least);
}

/** Each process has its part of the seeds, which follow each other. What fails is told at once; the rest is counted. */
async function spread(): Promise<number> {
  const share = Math.ceil(seeds.length / processes);
  const parts = Array.from({ length: processes }, (_, n) => seeds.slice(n * share, (n + 1) * share));
  const counts = await Promise.all(parts.filter(([from]) => from !== undefined).map(tryPart));
  const [tried, bad] = [0, 1].map((which) => counts.reduce((sum, count) => sum + (count[which] ?? 0), 0));
  tell(`${tried} seeds, ${bad} failed`);
  return bad ?? 0;
}

async function tryPart(part: readonly string[]): Promise<[tried: number, bad: number]> {
  const own = ['--from', part[0] ?? '', '--seeds', String(part.length), '--processes', '1'];
  const given = [...plants.flatMap((one) => ['--plant', one]), ...without.flatMap((one) => ['--without', one])];
  const args = [...process.execArgv, process.argv[1] ?? '', ...own, ...given, ...(values.shrink ? ['--shrink'] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let [tried, bad] = [0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('seed ')) tried += 1;
    if (/^seed .* 0 broken promises/.test(line) || /^\d+ seeds, /.test(line)) continue;
    if (line.startsWith('seed ')) bad += 1;
    tell(line);
  }
  // 0: none failed; 1: some did.
  const code = await ended;
  if (code === 0 || (code === 1 && bad > 0)) return [tried, bad];
  tell(`a process ended with ${code} in seed ${part[tried]}`);
  return [tried + 1, bad + 1];
}
