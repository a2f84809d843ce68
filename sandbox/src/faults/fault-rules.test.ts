import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFault, type FaultCounts, type FaultRule, parseFaultRules } from './fault.rules.ts';

/** The kinds of fault that a row of requests meets, null for none. */
function kindsFor(rules: readonly FaultRule[], requests: readonly string[]): (string | null)[] {
  let counts: FaultCounts = [];
  return requests.map((request) => {
    const decision = decideFault(rules, counts, request);
    counts = decision.counts;
    return decision.fault?.kind ?? null;
  });
}

describe('A fault rule', () => {
  it('strikes every request when it says nothing else', () => {
    expect(kindsFor([{ kind: 'dropped' }], ['/a', '/b'])).toEqual(['dropped', 'dropped']);
  });

  it('affects each n-th request, up to a number of times', () => {
    const rules: FaultRule[] = [{ kind: 'server-error', every: 2, times: 2 }];
    const requests = Array(7).fill('/a');
    expect(kindsFor(rules, requests)).toEqual([null, 'server-error', null, 'server-error', null, null, null]);
  });

  it('spares the requests before the n-th and counts from there', () => {
    expect(kindsFor([{ kind: 'slow', from: 3, every: 2 }], Array(6).fill('/a'))).toEqual([
      ...[null, null, null, 'slow', null, 'slow'],
    ]);
    expect(kindsFor([{ kind: 'expired-key', from: 2 }], Array(3).fill('/a'))).toEqual([
      ...[null, 'expired-key', 'expired-key'],
    ]);
  });

  it('counts only the requests that match it', () => {
    const rules: FaultRule[] = [{ kind: 'slow', every: 2, match: 'page=3' }];
    expect(kindsFor(rules, ['/c?page=3', '/c?page=4', '/c?page=3', '/c?page=4'])).toEqual([null, null, 'slow', null]);
  });

  it('yields to an earlier rule that affects the same request, and loses that turn', () => {
    const rules: FaultRule[] = [
      { kind: 'too-many-requests', times: 1 },
      { kind: 'dropped', times: 2 },
    ];
    expect(kindsFor(rules, ['/a', '/a', '/a'])).toEqual(['too-many-requests', 'dropped', null]);
  });

  it('strikes floor(requests / every) times, up to times', () => {
    const small = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(small, small, small, (every, times, requests) => {
        const struck = kindsFor([{ kind: 'dropped', every, times }], Array(requests).fill('/')).filter(Boolean);
        expect(struck).toHaveLength(Math.min(times, Math.floor(requests / every)));
      }),
    );
  });
});

describe('Fault rules from outside', () => {
  it('are accepted as a list or inside an object', () => {
    const rules = [
      { kind: 'slow', ms: 5, every: 3, times: 1, match: 'batch' },
      { kind: 'shifting', action: 'delete', rows: 2, from: 4 },
    ];
    expect(parseFaultRules(rules)).toEqual(rules);
    expect(parseFaultRules({ rules })).toEqual(rules);
  });

  it.each([
    ['no list', { kind: 'slow' }, /list of rules/],
    ['an unknown kind', [{ kind: 'fire' }], /kind must be one of/],
    ['an unknown field', [{ kind: 'slow', often: 1 }], /no often/],
    ['every 0', [{ kind: 'slow', every: 0 }], /every must be a whole number from 1/],
    ['an unknown action', [{ kind: 'shifting', action: 'burn' }], /action must be one of/],
    ['a match that is no text', [{ kind: 'slow', match: 3 }], /match must be text/],
  ])('are refused with a reason: %s', (_, rules, reason) => {
    expect(() => parseFaultRules(rules)).toThrow(reason);
  });
});
