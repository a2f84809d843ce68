import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adaptConcurrency, type CallEnd } from './concurrency.adaptation.ts';

const MAX = 8;
const end = (load: CallEnd['load'], startedAt: number, now = startedAt + 1): CallEnd => ({ load, startedAt, now });

describe('the concurrency of a connection', () => {
  test('halves when the system is strained or down', () => {
    const once = adaptConcurrency({ limit: 8, loweredAt: 0 }, end('strained', 10), MAX);
    expect(once).toEqual({ limit: 4, loweredAt: 11 });
    expect(adaptConcurrency(once, end('down', 20), MAX)).toEqual({ limit: 2, loweredAt: 21 });
  });

  test('halves once for a burst of calls that ran together', () => {
    const once = adaptConcurrency({ limit: 8, loweredAt: 0 }, end('strained', 10, 50), MAX);
    expect(adaptConcurrency(once, end('strained', 12, 51), MAX)).toBe(once);
  });

  test("grows by one with a limit's worth of good calls", () => {
    let state = { limit: 4, loweredAt: 0 };
    for (let call = 0; call < 4; call++) state = adaptConcurrency(state, end('fine', 10), MAX);
    expect(state.limit).toBeGreaterThan(4.8);
    expect(state.limit).toBeLessThanOrEqual(5);
  });

  test('stays within 1 and the most allowed, whatever happens', () => {
    const load = fc.constantFrom<CallEnd['load']>('fine', 'strained', 'down');
    const call = fc.record({ load, startedAt: fc.nat(1000), now: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (calls, max) => {
        let state = { limit: max, loweredAt: 0 };
        for (const one of calls) {
          const next = adaptConcurrency(state, one, max);
          expect(next.limit).toBeGreaterThanOrEqual(1);
          expect(next.limit).toBeLessThanOrEqual(max);
          if (one.load === 'fine') expect(next.limit).toBeGreaterThanOrEqual(state.limit);
          else expect(next.limit).toBeLessThanOrEqual(state.limit);
          state = next;
        }
      }),
    );
  });
});
