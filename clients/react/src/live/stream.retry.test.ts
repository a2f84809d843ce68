import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './stream.retry.ts';

describe('the wait before connecting again', () => {
  it('doubles up to half a minute, and is between half of that and all of it', () => {
    const longest = [1, 2, 3, 4, 5, 6, 60].map((failures) =>
      retryDelayMs(failures, { firstMs: 1_000, missing: false }, () => 1),
    );
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const rules = { firstMs: 1_000, missing: false };
          const most = retryDelayMs(failures, rules, () => 1);
          expect(retryDelayMs(failures, rules, () => random)).toBeGreaterThanOrEqual(most / 2);
          expect(retryDelayMs(failures, rules, () => random)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it('is long at once where there is no stream', () => {
    expect(retryDelayMs(1, { firstMs: 1_000, missing: true }, () => 1)).toBe(30_000);
  });
});
