import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/service-process.ts';
import { page } from './chaos.page.ts';
import type { Outcome, Scale } from './chaos.types.ts';
import { FAULTS } from './faults.ts';
import { startQueue } from './queue.subject.ts';
import { startService, THIS_SERVICE } from './service.subject.ts';
import { stopStages } from './stage.ts';
import { type Start, tryFault } from './trial.ts';

/**
 * `npm run chaos`: every fault, at the service and at queues alone; writes docs/chaos.md, row by row. Exits with 1 when the service falls
 * short.
 */
const { values } = parseArgs({
  options: {
    /** Only the faults whose names contain one of these; the other rows of the page stay. */
    fault: { type: 'string', multiple: true, default: [''] },
    /** `service`, `pg-boss` or `graphile-worker`; the rows of the others stay. */
    subject: { type: 'string' },
  },
});
const SERVICE = 'service';
const SUBJECTS: Readonly<Record<string, Start>> = {
  [SERVICE]: startService,
  'pg-boss': (stage, scale) => startQueue('pg-boss', stage, scale),
  'graphile-worker': (stage, scale) => startQueue('graphile-worker', stage, scale),
};
/** The service's own lease; an answer within what it promises, and what a busy machine adds. */
const SCALE: Scale = { customers: 1_200, leaseSeconds: 15, patienceMs: 12_000 };
const PAGE = fileURLToPath(new URL('../../docs/chaos.md', import.meta.url));
/** What the page is made of. */
const FIGURES = fileURLToPath(new URL('figures.json', import.meta.url));

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await cleanUp();
    await stopStages();
    process.exit(1);
  });

let outcomes = JSON.parse(readFileSync(FIGURES, 'utf8')) as readonly Outcome[];
let fallsShort = false;
const untried = new Map<string, string>();
for (const fault of FAULTS.filter(({ name }) => values.fault.some((part) => name.includes(part)))) {
  const why = fault.missing?.();
  if (why) {
    untried.set(fault.name, why);
    console.log(`${fault.name}: not tried here, ${why}`);
    continue;
  }
  const tryAt = async (name: string) => {
    if ((values.subject ?? name) !== name || (name !== SERVICE && !fault.forQueues)) return;
    try {
      const outcome = await tryFault(fault, SUBJECTS[name] as Start, SCALE);
      outcomes = [...outcomes.filter((one) => !isOfSameRow(one, outcome)), outcome];
      fallsShort ||= outcome.subject === THIS_SERVICE && isShort(outcome);
      console.log(told(outcome));
    } catch (error) {
      // Nothing was struck, or nothing could be counted: the others are tried all the same.
      console.error(`${fault.name}, ${name}: could not be tried`, error);
      fallsShort = true;
    }
  };
  await tryAt(SERVICE);
  // They leave the machine idle most of the time, each on a Postgres of its own.
  await Promise.all(Object.keys(SUBJECTS).map((name) => (name === SERVICE ? undefined : tryAt(name))));
  writeFileSync(FIGURES, `${JSON.stringify(outcomes, null, 2)}\n`);
  writeFileSync(PAGE, page(FAULTS, outcomes, untried));
}
await cleanUp();
process.exit(fallsShort ? 1 : 0);

function isShort({ isRecovered, tally: { lost, duplicated, hung } }: Outcome): boolean {
  return !isRecovered || lost + duplicated + hung > 0;
}

function isOfSameRow(one: Outcome, other: Outcome): boolean {
  return one.fault === other.fault && one.subject === other.subject;
}

function told({ fault, subject, isRecovered, faultSeconds, recoverySeconds, tally, bloat }: Outcome): string {
  const { acknowledged, lost, late, duplicated, hung, remarks } = tally;
  return [
    `${fault}, ${subject}: ${isRecovered ? 'recovered' : 'NOT RECOVERED'}`,
    `${faultSeconds.toFixed(1)} + ${recoverySeconds.toFixed(1)} s`,
    `${acknowledged} acknowledged, ${lost} lost, ${late} late, ${duplicated} duplicated, ${hung} hung`,
    `${bloat.mebibytes.toFixed(1)} MiB, ${bloat.ratio.toFixed(1)} times`,
    ...remarks,
  ].join('; ');
}
