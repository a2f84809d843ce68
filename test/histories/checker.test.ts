import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findViolation } from './linearizability.ts';
import type { Answer, Call, Operation } from './operation.ts';
import { type State, step } from './sync.model.ts';

const HISTORIES = Number(process.env.PROPERTY_RUNS ?? 300);

const count = fc.nat(6);
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), total: fc.constant(6) }),
  fc.record({ kind: fc.constant('report' as const), processed: count, failed: fc.nat(2) }),
  fc.record({ kind: fc.constant('set' as const), processed: count, failed: fc.nat(2) }),
  fc.constant({ kind: 'fail' as const }),
  fc.constant({ kind: 'read' as const }),
);
/** `before`, `after`: how long before and after its effect it was called and answered, so that calls overlap. */
const planned = fc.record({
  call,
  before: fc.double({ min: 0, max: 4, noNaN: true }),
  after: fc.double({ min: 0, max: 4, noNaN: true }),
  fate: fc.constantFrom('answered', 'answered', 'answered', 'lost after its effect', 'lost before its effect'),
});

/** A history that is right: each call takes effect at a moment of its own. */
function happened(plan: readonly (typeof planned extends fc.Arbitrary<infer T> ? T : never)[]): Operation[] {
  let state: State = null;
  return plan.map(({ call, before, after, fate }, moment): Operation => {
    const taken = step(state, call);
    if (fate !== 'lost before its effect') state = taken.next;
    const isKnown = fate === 'answered';
    return {
      client: `c-${moment}`,
      sync: 's',
      call,
      invoked: moment - before,
      returned: isKnown ? moment + after : Number.POSITIVE_INFINITY,
      answer: isKnown ? taken.answer : null,
    };
  });
}

const row = (processed: number, status = 'running', failed = 0): Answer => ({ is: 'row', processed, failed, status });
const report = (processed: number): Call => ({ kind: 'report', processed, failed: 0 });
const START = { kind: 'start', total: 10 } as const;
const READ = { kind: 'read' } as const;
/** One after another: none begins before the one before it has its answer. */
const inTurn = (...calls: readonly (readonly [Call, Answer])[]): Operation[] =>
  calls.map(([call, answer], n) => ({
    client: `c-${n}`,
    sync: 's',
    call,
    invoked: 2 * n,
    returned: 2 * n + 1,
    answer,
  }));

describe('The checker of histories', () => {
  it('accepts whatever one order of the calls explains, however they overlap and whatever answers are lost', () => {
    fc.assert(
      fc.property(fc.array(planned, { maxLength: 40 }), (plan) => {
        expect(findViolation(happened(plan))).toBeNull();
      }),
      { numRuns: HISTORIES },
    );
  });

  it('accepts a report that changes nothing where it first fits, and something where it belongs', () => {
    const set = { kind: 'set', processed: 0, failed: 0 } as const;
    const [start, one, two, back, read] = inTurn(
      [START, row(0)],
      [report(3), row(3)],
      [report(3), row(3)],
      [set, row(0)],
      [READ, row(3)],
    );
    const together = [one, two, back].map((operation) => ({ ...(operation as Operation), invoked: 2, returned: 7 }));
    expect(findViolation([start as Operation, ...together, read as Operation])).toBeNull();
  });

  it.each<[what: string, history: Operation[]]>([
    ['a read of what was never reported', inTurn([START, row(0)], [READ, row(3)])],
    ['a stale read', inTurn([START, row(0)], [report(3), row(3)], [READ, row(0)])],
    ['a lost report', inTurn([START, row(0)], [report(3), row(3)], [report(2), row(2)])],
    ['a lost report behind a later one', inTurn([START, row(0)], [report(9), row(9)], [report(3), row(3)])],
    [
      'a double end',
      inTurn([START, row(0)], [report(10), row(10, 'completed')], [{ kind: 'fail' }, row(10, 'failed')]),
    ],
    ['a report after the end', inTurn([START, row(0)], [{ kind: 'fail' }, row(0, 'failed')], [report(4), row(4)])],
    ['an end that is not seen', inTurn([START, row(0)], [report(10), row(10, 'completed')], [READ, row(10)])],
    ['a sync that is gone', inTurn([START, row(0)], [READ, { is: 'missing' }])],
    ['a refusal without a reason', inTurn([START, row(0)], [report(3), { is: 'backwards' }])],
  ])('finds %s', (_, history) => {
    expect(findViolation(history)).toMatchObject({ sync: 's', explained: history.length - 1 });
  });

  it('finds one planted answer among many that are right', () => {
    fc.assert(
      fc.property(fc.array(planned, { minLength: 1, maxLength: 30 }), fc.nat(), (plan, which) => {
        const history = happened(plan);
        const read = { client: 'x', sync: 's', call: READ, invoked: which % 30, returned: (which % 30) + 0.5 };
        // Above each total: no order explains it.
        expect(findViolation([...history, { ...read, answer: row(7) }])).not.toBeNull();
      }),
      { numRuns: HISTORIES },
    );
  });

  it('takes each sync by itself', () => {
    const other = inTurn([START, row(0)], [report(3), row(3)]).map((one) => ({ ...one, sync: 'other' }));
    expect(findViolation([...inTurn([START, row(0)], [READ, row(0)]), ...other])).toBeNull();
  });
});
