import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Interleavings } from './interleaving.runner.ts';
import { type InterleavingSpec, step, stepWithRow } from './interleaving.spec.ts';
import { ordersOf } from './orders.ts';
import { COMMIT_SPECS } from './specs/commit.specs.ts';
import { CONTROL_SPECS } from './specs/control.specs.ts';
import { DISPATCH_SPECS } from './specs/dispatch.specs.ts';
import { LEASE_SPECS } from './specs/lease.specs.ts';
import { REPORT_SPECS } from './specs/report.specs.ts';
import { reported } from './specs/scenes.ts';
import { SEAL_SPECS } from './specs/seal.specs.ts';

const ALL = [REPORT_SPECS, CONTROL_SPECS, LEASE_SPECS, COMMIT_SPECS, DISPATCH_SPECS, SEAL_SPECS].flat();
/** How many orders of each spec; most have no more than these. */
const { INTERLEAVINGS = '90' } = process.env;
/** All orders of the longest take a minute on a busy machine. */
const WITHIN_MS = 300_000;

let interleavings: Interleavings;
beforeAll(async () => {
  interleavings = await Interleavings.start();
});
afterAll(() => interleavings.close());

describe('Whatever the order of the statements of', () => {
  it.each(ALL)(
    '$name: the outcome is one that may be, and no promise is broken',
    { timeout: WITHIN_MS },
    async (spec) => {
      const { outcomes, broken, ran, all } = await interleavings.run(spec, Number(INTERLEAVINGS));
      expect(broken).toEqual([]);
      expect(ran).toBeGreaterThan(0);
      const others = [...outcomes].filter(([outcome]) => !spec.outcomes.includes(outcome));
      expect(others).toEqual([]);
      // What no order leads to is no outcome.
      if (all) expect(spec.outcomes.filter((outcome) => !outcomes.has(outcome))).toEqual([]);
    },
  );
});

/** Of the sync alone: how many it has processed. */
const counted: Pick<InterleavingSpec, 'setUp' | 'seen'> = {
  setUp: reported,
  seen: 'SELECT processed_count AS seen FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2',
};
const ITS_ROW = 'WHERE org_id = $1 AND sync_id = $2';

describe('The runner', () => {
  it('finds the update that is lost when both read before one writes', async () => {
    const read = step(
      ({ org, sync }) => ({ text: `SELECT processed_count FROM public.sync_progress ${ITS_ROW}`, values: [org, sync] }),
      'processed_count',
    );
    const write = stepWithRow(
      ({ org, sync }, [row]) => ({
        text: `UPDATE public.sync_progress SET processed_count = $3 ${ITS_ROW} RETURNING 1`,
        values: [org, sync, (row as { processed_count: number }).processed_count + 1],
      }),
      'written',
      'not written',
    );
    const { outcomes, ran } = await interleavings.run(
      { name: '', ...counted, sessions: { a: [read, write, 'commit'], b: [read, write, 'commit'] }, outcomes: [] },
      20,
    );
    expect(Object.fromEntries(outcomes)).toEqual({
      'a 1, written | b 2, written => 3': 'aaabbb',
      'a 2, written | b 1, written => 3': 'bbbaaa',
      'a 1, written | b 1, written => 2': 'aababb',
    });
    // Of the twenty orders, six cannot be: in them both write before one commits, and the second, which waits, would commit first.
    expect(ran).toBe(14);
  });

  it('tells of a deadlock, and who was ended by it', async () => {
    const lock = (name: string) =>
      step(({ org }) => ({ text: `SELECT 'locked' AS told FROM app.lock($1, '${name}')`, values: [org] }), 'told');
    const { outcomes } = await interleavings.run(
      {
        name: '',
        ...counted,
        sessions: { a: [lock('x'), lock('y'), 'commit'], b: [lock('y'), lock('x'), 'commit'] },
        outcomes: [],
      },
      20,
    );
    expect([...outcomes.keys()]).toContain('a locked, locked | b locked, locked => 1');
    expect([...outcomes.keys()].some((outcome) => outcome.includes('40P01, rolled back'))).toBe(true);
  });

  it('finds a second entry of one end, and names the order', async () => {
    const end = stepWithRow(
      ({ org, sync }) => ({
        text: `WITH looked AS (SELECT FROM public.sync_progress ${ITS_ROW} AND completed_at IS NULL)
          INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status)
          SELECT $1, $2, 'customer', 'sync_failed', 'failed' FROM looked RETURNING 1`,
        values: [org, sync],
      }),
      'told',
      'told before',
    );
    const { broken } = await interleavings.run(
      { name: '', ...counted, sessions: { a: [end, 'commit'], b: [end, 'commit'] }, outcomes: [] },
      20,
    );
    expect(broken).toContain('abab: sync has 2 entries of its end and is running');
  });

  it('tries each order of the steps once, and a session its own steps in their order', () => {
    expect([...ordersOf({ a: 2, b: 1 })]).toEqual(['aab', 'aba', 'baa']);
    expect(new Set(ordersOf({ a: 2, b: 2, c: 2 })).size).toBe(90);
  });
});
