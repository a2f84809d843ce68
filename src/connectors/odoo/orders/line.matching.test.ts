import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../api/odoo-api.types.ts';
import { type LineIdentity, matchRows } from './line.matching.ts';

/** Few products, names and quantities, so that many lines are alike. */
const line = fc.record({
  product: fc.integer({ min: 1, max: 3 }),
  name: fc.constantFrom('a', 'b'),
  quantity: fc.integer({ min: 1, max: 3 }),
});
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), line, at: fc.nat(5) }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant('change' as const), at: fc.nat(5), quantity: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('rename' as const), at: fc.nat(5), name: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('person adds' as const), line }),
  fc.record({ do: fc.constant('sync' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Sale {
  lines: LineIdentity[];
  before: LineIdentity[];
  rows: Row[];
  /** Ids of rows that a person added. */
  readonly people: Set<number>;
  lastId: number;
}

const rowOf = (id: number, { product, name, quantity }: LineIdentity): Row => ({
  ...{ id, product_id: [product, 'P'], name, product_uom_qty: quantity, display_type: false },
});
const shown = (rows: readonly Row[]) =>
  rows
    .filter((row) => row.product_uom_qty !== 0)
    .map(({ product_id, name, product_uom_qty }) =>
      JSON.stringify([(product_id as unknown[])[0], name, product_uom_qty]),
    )
    .sort();
const wanted = (lines: readonly LineIdentity[]) =>
  lines.map(({ product, name, quantity }) => JSON.stringify([product, name, quantity])).sort();

/** Writes what the match says, as it is done to a confirmed order: rows that go are left with quantity 0. */
function sync(sale: Sale, confirmed: boolean): void {
  const { rows, gone, others } = matchRows(sale.lines, sale.before, sale.rows);
  const used = rows.flatMap((row) => row ?? []);
  expect(new Set([...used, ...gone]).size).toBe(used.length + gone.length);
  for (const [i, row] of rows.entries()) if (row) expect((row.product_id as unknown[])[0]).toBe(sale.lines[i]?.product);
  // Another line of the same product, name and quantity may change places with it, which nobody sees.
  const theirs = sale.rows.filter(({ id }) => sale.people.has(Number(id)));
  expect(shown(others)).toEqual(shown(theirs));
  const written = new Map(sale.lines.flatMap((one, i) => (rows[i] ? [[Number(rows[i].id), one] as const] : [])));
  const kept = sale.rows.flatMap((row) => {
    const one = written.get(Number(row.id));
    if (one) return [rowOf(Number(row.id), one)];
    if (!gone.includes(row)) return [row];
    return confirmed ? [{ ...row, product_uom_qty: 0 }] : [];
  });
  const added = sale.lines.filter((_, i) => !rows[i]).map((one) => rowOf(++sale.lastId, one));
  for (const id of sale.people) if (!others.some((row) => row.id === id)) sale.people.delete(id);
  for (const row of others) if (row.product_uom_qty !== 0) sale.people.add(Number(row.id));
  sale.rows = [...kept, ...added];
  sale.before = [...sale.lines];
  expect(shown(sale.rows)).toEqual([...wanted(sale.lines), ...shown(theirs)].sort());
}

function take(sale: Sale, one: Step, confirmed: boolean): void {
  const at = 'at' in one ? one.at % Math.max(1, sale.lines.length) : 0;
  if (one.do === 'add') sale.lines = sale.lines.toSpliced(at, 0, one.line);
  else if (one.do === 'remove') sale.lines = sale.lines.toSpliced(at, 1);
  else if (one.do === 'person adds') {
    sale.lastId += 1;
    sale.people.add(sale.lastId);
    sale.rows = [...sale.rows, rowOf(sale.lastId, one.line)];
  } else if (one.do === 'sync') sync(sale, confirmed);
  else {
    const change = one.do === 'change' ? { quantity: one.quantity } : { name: one.name };
    sale.lines = sale.lines.map((line, i) => (i === at ? { ...line, ...change } : line));
  }
}

describe('The rows of an order’s lines', () => {
  it('are those of the same product after any adds, removals and changes, and what people added stays', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), (steps, confirmed) => {
        const sale: Sale = { lines: [], before: [], rows: [], people: new Set(), lastId: 0 };
        for (const one of steps) take(sale, one, confirmed);
        sync(sale, confirmed);
        const { rows } = sale;
        sync(sale, confirmed);
        expect(sale.rows).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('keep their places when a line goes out of the middle', () => {
    const lines = [1, 2, 3].map((product) => ({ product, name: 'a', quantity: 1 }));
    const rows = lines.map((one, i) => rowOf(i + 1, one));
    const match = matchRows(lines.slice(1), lines, rows);
    expect([match.rows.map((row) => row?.id), match.gone.map(({ id }) => id)]).toEqual([[2, 3], [1]]);
  });
});
