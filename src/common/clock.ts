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
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    clearTimeout(timer);
    // One that fails later has nobody to tell.
    work.catch(() => undefined);
  }
}
