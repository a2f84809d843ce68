import { beforeAll, it } from 'vitest';

/**
 * Tests that mostly wait, and share nothing but the service: all start at once, and each reports its own result. Call it after the
 * `beforeAll` that starts the service.
 */
export function together(cases: Readonly<Record<string, () => Promise<void>>>, withinMs?: number): void {
  const running = new Map<string, Promise<void>>();
  beforeAll(() => {
    for (const [name, work] of Object.entries(cases)) {
      const end = work();
      // Its own test reports the failure.
      end.catch(() => undefined);
      running.set(name, end);
    }
  });
  for (const name of Object.keys(cases)) it(name, () => running.get(name), withinMs);
}
