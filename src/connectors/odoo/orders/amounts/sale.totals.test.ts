import Big from 'big.js';
import { describe, expect, it } from 'vitest';
import { recordedTotals } from '../../../../../test/recordings/totals.reader.ts';
import { type PricedLine, saleTotals, subtotalOf } from './sale.totals.ts';
import type { SaleTax } from './tax.computation.ts';

const DECIMALS: Readonly<Record<string, number>> = { JPY: 0, KWD: 3, TND: 3 };

describe.each([18, 19] as const)('The totals of an order', (major) => {
  it(`are computed as a real Odoo ${major} does`, () => {
    const { taxes: recorded, orders } = recordedTotals(major);
    const taxes = recorded.map((tax, i): SaleTax & { sequence: number } => ({
      ...{ id: i + 1, name: tax.name, type: tax.amount_type, amount: new Big(tax.amount) },
      ...{ included: tax.price_include, affectsBase: tax.include_base_amount, baseAffected: true },
      sequence: tax.sequence,
    }));
    const stored = (value: number) => new Big(value).round(2, Big.roundHalfUp);
    const different = orders.flatMap((order) => {
      const arithmetic = {
        ...{ decimals: DECIMALS[order.currency] ?? 2, perLine: order.rounding === 'round_per_line' },
        major,
      };
      const lines = order.lines.map(
        (line): PricedLine => ({
          quantity: stored(line.quantity),
          price: stored(line.price_unit),
          discount: stored(line.discount),
          taxes: taxes
            .filter(({ name }) => line.taxes.includes(name))
            .sort((a, b) => a.sequence - b.sequence || a.id - b.id),
        }),
      );
      const { untaxed, tax } = saleTotals(lines, arithmetic);
      const made = [untaxed, tax, ...lines.map((line) => subtotalOf(line, arithmetic))].map(Number);
      const right = [order.untaxed, order.tax, ...order.lines.map(({ subtotal }) => subtotal)];
      return JSON.stringify(made) === JSON.stringify(right) ? [] : [{ order, made }];
    });
    expect(different).toEqual([]);
    expect(orders).toHaveLength(298);
  });
});
