import { setTimeout as delay } from 'node:timers/promises';
import { type Client, getRun, type Progress, type Run } from '../clients/typescript/src/index.ts';
import { reliably } from './reliable.call.ts';

const LOOK_EVERY_MS = 100;

/** Looks at a sync that the service runs until it has ended, however it ended. */
export async function followRun(
  api: Client,
  sync_id: string,
  onProgress: (sync: Progress) => void,
  signal: AbortSignal,
): Promise<Run> {
  for (;;) {
    const run = await reliably(() => getRun({ client: api, path: { sync_id } }), signal);
    onProgress(run.progress);
    if (run.progress.completed_at !== null) return run;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
