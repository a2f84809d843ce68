import { describe, expect, it } from 'vitest';
import type { Row } from '../api/odoo-api.types.ts';
import { lineCommands } from './line.commands.ts';
import { type LineIdentity, matchRows } from './line.matching.ts';

const row = (id: number, product: number, more: object = {}): Row => ({
  ...{ id, product_id: [product, 'P'], name: `L${product}`, product_uom_qty: 1, sequence: 10 },
  ...{ price_unit: 5, discount: 0, tax_ids: [1], ...more },
});
const line = (product: number, quantity = 1): LineIdentity => ({ product, name: `L${product}`, quantity });
const values = (product: number, more: object = {}) => ({
  ...{ product_id: product, name: `L${product}`, product_uom_qty: 1, price_unit: 5, discount: 0 },
  ...{ tax_ids: [[6, 0, [1]]], ...more },
});

describe('rows of an order', () => {
  it('are met by their product, never by their place', () => {
    const present = [row(1, 11), row(2, 12), row(3, 13)];
    const matched = matchRows([line(12), line(13)], [line(11), line(12), line(13)], present);
    expect(lineCommands([values(12), values(13)], matched, true)).toEqual([
      [1, 1, { product_uom_qty: 0, price_unit: 5, discount: 0 }],
    ]);
    expect(lineCommands([values(12), values(13)], matched, false)).toEqual([[2, 1]]);
  });

  it('that people added are left alone, also with a product that the source has', () => {
    const present = [
      row(1, 11),
      row(2, 12),
      row(9, 11, { product_uom_qty: 4 }),
      row(8, 0, { display_type: 'line_note' }),
    ];
    const { rows, gone, others } = matchRows([line(12)], [line(11), line(12)], present);
    expect([rows, gone, others].map((list) => list.map((one) => one?.id))).toEqual([[2], [1], [9]]);
  });

  it('get quantity, price and discount together, and nothing when nothing differs', () => {
    const matched = matchRows([line(11, 3)], [line(11)], [row(1, 11)]);
    expect(lineCommands([values(11, { product_uom_qty: 3 })], matched, true)).toEqual([
      [1, 1, { product_uom_qty: 3, price_unit: 5, discount: 0 }],
    ]);
    expect(lineCommands([values(11)], matched, true)).toEqual([]);
    expect(lineCommands([values(11, { name: 'New' })], matched, true)).toEqual([[1, 1, { name: 'New' }]]);
  });

  it('are added behind the others, or in their order when one comes between', () => {
    const before = [line(11), line(12)];
    const present = [row(1, 11), row(2, 12, { sequence: 11 })];
    const commands = (products: readonly number[]) =>
      lineCommands(
        products.map((product) => values(product)),
        matchRows(
          products.map((product) => line(product)),
          before,
          present,
        ),
        false,
      );
    expect(commands([11, 12, 13])).toEqual([[0, 0, { ...values(13), sequence: 11 }]]);
    expect(commands([11, 13, 12])).toEqual([
      [0, 0, { ...values(13), sequence: 11 }],
      [1, 2, { sequence: 12 }],
    ]);
  });

  it('of a line that was removed take the same product again', () => {
    const matched = matchRows([line(11), line(12)], [line(12)], [row(1, 11, { product_uom_qty: 0 }), row(2, 12)]);
    expect(matched.rows.map((one) => one?.id)).toEqual([1, 2]);
  });
});
