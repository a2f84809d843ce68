import fc from 'fast-check';
import { expect, it } from 'vitest';
import { waitAfterFailure } from './delivery.backoff.ts';

it('the waits grow from 5 seconds to 2 hours, so a day has some 17 attempts', () => {
  const waits = Array.from({ length: 20 }, (_, index) => waitAfterFailure(index + 1, undefined, 0.5) / 1000);
  expect(waits.slice(0, 8)).toEqual([5, 20, 80, 320, 1280, 5120, 7200, 7200]);
  let attempts = 1;
  for (let passed = 0; passed < 86_400; attempts += 1) passed += waits[attempts - 1] as number;
  expect(attempts).toBeGreaterThan(15);
});

it('a wait is as long as the receiver asks, up to an hour, and never below a share of ours', () => {
  const requested = fc.option(fc.nat(1e9), { nil: undefined });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      requested,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (n, asked, random) => {
        const wait = waitAfterFailure(n, asked, random);
        expect(wait).toBeGreaterThanOrEqual(Math.max(4_000, Math.min(asked ?? 0, 3_600_000)));
        expect(wait).toBeLessThanOrEqual(8_640_000);
      },
    ),
  );
});
