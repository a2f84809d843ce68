import { setTimeout as delay } from 'node:timers/promises';

/**
 * Milliseconds since 1970 on a clock that only goes forward at the speed of time: the wall clock as it was when the process started, and what
 * has passed since. For whatever waits or measures within this process. The wall clock may be set, and then a wait by it ends an hour late
 * or never. What the database dates is compared with the database's own clock, never with this one.
 */
export const steadyNow = (): number => ORIGIN + performance.now();

const ORIGIN = performance.timeOrigin;

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
