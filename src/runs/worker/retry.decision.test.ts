import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError, type ConnectorErrorKind } from '../../connectors/contract/connector.error.ts';
import { PageSizes } from '../source/page.size.ts';
import { decideRunRetry, type RunFailure } from './retry.decision.ts';

const NOW = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const failure = (kind: ConnectorErrorKind, more: Partial<RunFailure> & { retryAt?: number } = {}) => {
  const { retryAt, ...rest } = more;
  const error = new ConnectorError(kind, 'm', { retryAt });
  return decideRunRetry({ error, attempt: 1, postponements: 0, alike: 1, now: NOW, random: 0.5, ...rest });
};

describe('After a call failed as a whole, a run', () => {
  it('fails at once when a retry cannot help', () => {
    for (const kind of ['auth', 'forbidden', 'not-found', 'rejected', 'address-refused', 'aborted'] as const)
      expect(failure(kind, { retryAt: NOW + 5 })).toEqual({ do: 'fail' });
  });

  it('waits longer each time, then is postponed for minutes, and fails when the outage lasts', () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => failure('unavailable', { attempt }));
    expect(waits.map((wait) => wait.do === 'wait' && wait.milliseconds)).toEqual([500, 1000, 2000, 4000, 8000]);
    const later = [0, 1, 2, 3, 4, 5, 6, 7].map((postponements) => failure('timeout', { attempt: 6, postponements }));
    expect(later).toEqual([
      ...[1, 2, 4, 8, 15, 30, 60].map((minutes) => ({ do: 'postpone', until: NOW + minutes * MINUTE })),
      { do: 'fail' },
    ]);
  });

  it('waits for the requested time, and is postponed when that time is long', () => {
    expect(failure('rate-limited', { retryAt: NOW + 3000, random: 0 })).toEqual({
      ...{ do: 'wait', milliseconds: 3000 },
    });
    expect(failure('unavailable', { retryAt: NOW - 3000, random: 0 })).toMatchObject({
      milliseconds: 0,
    });
    expect(failure('rate-limited', { retryAt: NOW + 20_001 })).toEqual({ do: 'postpone', until: NOW + 20_001 });
    expect(failure('rate-limited', { retryAt: NOW + 10, attempt: 6 })).toEqual({ do: 'postpone', until: NOW + MINUTE });
  });

  it('never retries before the requested time, and waits about 25 seconds at most', () => {
    const kinds = ['rate-limited', 'unavailable', 'timeout'] as const;
    const given = fc.record({
      kind: fc.constantFrom(...kinds),
      retryIn: fc.option(fc.integer({ min: -1000, max: 7_200_000 }), { nil: undefined }),
      attempt: fc.integer({ min: 1, max: 20 }),
      postponements: fc.nat(8),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(given, ({ kind, retryIn, ...rest }) => {
        const retryAt = retryIn === undefined ? undefined : NOW + retryIn;
        const decided = failure(kind, { ...rest, ...(retryAt !== undefined && { retryAt }) });
        if (decided.do === 'fail') {
          expect(rest.attempt > 5 && rest.postponements > 6).toBe(true);
          return;
        }
        const back = decided.do === 'wait' ? NOW + decided.milliseconds : decided.until;
        expect(back).toBeGreaterThanOrEqual(Math.max(NOW, retryAt ?? NOW));
        if (decided.do !== 'wait') return;
        expect(decided.milliseconds).toBeLessThanOrEqual(25_000);
      }),
    );
  });
});

describe('An answer that is none of such a system', () => {
  it('is asked for again twice within a minute, and then told, since waiting does not mend it', () => {
    // However many calls failed otherwise before.
    const after = (alike: number) => failure('protocol', { alike, attempt: alike + 2 });
    expect([1, 2, 3].map(after)).toEqual([
      { do: 'wait', milliseconds: 500 },
      { do: 'postpone', until: NOW + 30_000 },
      { do: 'fail' },
    ]);
    const refused = new ConnectorError('forbidden', 'a firewall', { passing: true });
    const question = { error: refused, attempt: 1, postponements: 0, now: NOW, random: 0.5 };
    expect(decideRunRetry({ ...question, alike: 1 }).do).toBe('wait');
    expect(decideRunRetry({ ...question, alike: 3 }).do).toBe('fail');
  });
});

describe('The size of a page', () => {
  it('stays between 1 and 100, and never again reaches a size that was too much when a smaller one was not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 200 }), (bearable, pages) => {
        const sizes = new PageSizes();
        const refused = new Set<number>();
        for (let n = 0; n < pages; n += 1) {
          const { size } = sizes.now;
          expect(size >= 1 && size <= 100).toBe(true);
          for (const one of refused) expect(size).toBeLessThan(one);
          if (size <= bearable) sizes.succeeded();
          else {
            refused.add(size);
            sizes.failed(true);
          }
        }
        const resumed = new PageSizes(sizes.now);
        expect(resumed.now).toEqual(sizes.now);
      }),
    );
  });

  it('is not the reason when one row is too much as well: after an outage it grows to 100 again', () => {
    const sizes = new PageSizes();
    for (let n = 0; n < 12; n += 1) sizes.failed(true);
    expect(sizes.now.size).toBe(1);
    for (let n = 0; n < 20; n += 1) sizes.succeeded();
    expect(sizes.now.size).toBe(100);
  });
});
