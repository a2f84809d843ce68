import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PLANTED } from './planted.faults.ts';
import { LEFT_OUT, type Left, Simulation } from './simulation.ts';

/** One seed: `npm run sim -- --seed N`. Exits with 1 when a promise is broken. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    /** A file for all that happened, in its order. */
    log: { type: 'string' },
    /** What is left out: kills, faults, control, reports, second organization. */
    without: { type: 'string', multiple: true },
    /** Faults that are planted, to see them found. */
    plant: { type: 'string', multiple: true },
    /** What a failure does not need is left out. */
    shrink: { type: 'boolean' },
  },
});
const seed = values.seed ?? String(Date.now());
const plants = (values.plant ?? []) as (keyof typeof PLANTED)[];
const without = (values.without ?? []) as Left[];

const { broken, log, kills, transactions } = await Simulation.run(seed, without, async (world) => {
  for (const plant of plants) await PLANTED[plant](world);
});
if (values.log) writeFileSync(values.log, log.join('\n'));
const lines = [
  `seed ${seed}: ${transactions} transactions looked at, ${kills} kills, ${broken.length} broken promises`,
  ...broken,
];
writeFileSync(1, `${lines.join('\n')}\n`);
if (values.shrink && broken.length > 0) writeFileSync(1, `npm run sim -- ${shrunk().join(' ')}\n`);
process.exit(broken.length > 0 ? 1 : 0);

/** The options of the smallest simulation of this seed that still fails: each is a process of its own. */
function shrunk(): string[] {
  const planted = plants.flatMap((plant) => ['--plant', plant]);
  let options = ['--seed', seed, ...planted, ...without.flatMap((one) => ['--without', `'${one}'`])];
  for (const one of LEFT_OUT.filter((other) => !without.includes(other))) {
    const fewer = [...options, '--without', `'${one}'`];
    const args = [
      ...process.execArgv,
      ...process.argv.slice(1, 2),
      ...fewer.map((option) => option.replaceAll("'", '')),
    ];
    if (spawnSync(process.execPath, args).status === 1) options = fewer;
  }
  return options;
}
