/**
 * Milliseconds since 1970 on a clock that only goes forward at the speed of time: the wall clock as it was when the process started, and what
 * has passed since. For whatever waits or measures within this process. The wall clock may be set, and then a wait by it ends an hour late
 * or never. What the database dates is compared with the database's own clock, never with this one.
 */
export const steadyNow = (): number => ORIGIN + performance.now();

const ORIGIN = performance.timeOrigin;
