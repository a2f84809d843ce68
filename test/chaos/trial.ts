import { loadavg } from 'node:os';
import { waitFor } from '../support/wait-for.ts';
import type { Fault, Outcome, Scale, Stage, Subject } from './chaos.types.ts';
import { bloatOf, startStage, versionOf } from './stage.ts';

/** What is not served by then is not recovered. */
const RECOVERED_WITHIN_MS = 120_000;

export type Start = (stage: Stage, scale: Scale) => Promise<Subject>;

/** Strikes one subject once, under load, and counts what became of what was acknowledged. */
export async function tryFault(fault: Fault, start: Start, scale: Scale): Promise<Outcome> {
  const stage = await startStage(fault);
  try {
    const subject = await start(stage, scale);
    try {
      await subject.underWay();
      const struckAt = performance.now();
      await fault.strike(stage, subject);
      const overAt = performance.now();
      const isRecovered = await waitFor('all is served again', () => subject.servedSince(overAt), {
        withinMs: RECOVERED_WITHIN_MS,
      }).catch(() => false);
      const servedAt = performance.now();
      const tally = await subject.finish();
      return {
        fault: fault.name,
        subject: subject.name,
        postgres: await versionOf(stage),
        load: loadavg()[1] as number,
        isRecovered,
        faultSeconds: (overAt - struckAt) / 1_000,
        recoverySeconds: (servedAt - overAt) / 1_000,
        tally,
        bloat: await bloatOf(stage, subject.tables),
      };
    } finally {
      await subject.stop();
    }
  } finally {
    await stage.stop();
  }
}
