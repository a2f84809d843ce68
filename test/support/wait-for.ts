import { setTimeout as delay } from 'node:timers/promises';

type Falsy = false | 0 | '' | null | undefined;

/** Polls until `probe` returns something truthy, and returns it; while `probe` throws, it polls again. */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  { withinMs = 15_000, everyMs = 50 } = {},
): Promise<Exclude<T, Falsy>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await probe();
      if (value) return value as Exclude<T, Falsy>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${what}; ${failure ?? ''}`, { cause: failure });
    await delay(everyMs);
  }
}
