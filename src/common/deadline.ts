import { setTimeout as delay } from 'node:timers/promises';

/** Waits for the work, but not longer than this. True when it has ended, whatever came of it; a failure in time is thrown. */
export async function within(ms: number, work: Promise<unknown> | undefined): Promise<boolean> {
  if (!work) return true;
  const timer = new AbortController();
  try {
    return await Promise.race([work.then(() => true), delay(ms, false, { signal: timer.signal }).catch(() => false)]);
  } finally {
    timer.abort();
    // One that fails later has nobody to tell.
    work.catch(() => undefined);
  }
}
