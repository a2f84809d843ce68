import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundingLines } from './rounding.lines.ts';
import { type PricedLine, saleTotals } from './sale.totals.ts';
import type { SaleTax } from './tax.computation.ts';

const RATES = [0, 9.975, 19];
const taxes = RATES.map(
  (rate, id): SaleTax => ({
    ...{ id, name: `on top ${rate}`, type: 'percent', amount: new Big(rate) },
    ...{ included: false, affectsBase: false, baseAffected: true },
  }),
);
/** Yen, added up over the order. */
const ARITHMETIC = { decimals: 0, perLine: false, major: 19 };
const DIGITS = { price: 2, discount: 2, quantity: 2 };

describe('Lines of rounding', () => {
  it('bring taxes that each come to less than a unit to the unit that their sum is, whatever the order of the lines', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([[0], [1, 2]], { minLength: 2 }),
        fc.integer({ min: 1, max: 2 }),
        (each, amount) => {
          const lines = each.map(
            (ids): PricedLine => ({
              ...{ quantity: new Big(1), price: new Big(amount), discount: new Big(0) },
              taxes: taxes.filter(({ id }) => ids.includes(id)),
            }),
          );
          const exact = new Map(RATES.map((rate, id) => [id, new Big(amount).times(rate).div(100)]));
          const wanted = { untaxed: new Big(2 * amount), tax: new Big(1), byTax: exact };
          const added = roundingLines(lines, wanted, ARITHMETIC, DIGITS);
          expect(added).not.toBeNull();
          const { untaxed, tax } = saleTotals([...lines, ...(added ?? [])], ARITHMETIC);
          expect([untaxed.toFixed(), tax.toFixed()]).toEqual([wanted.untaxed.toFixed(), '1']);
        },
      ),
    );
  });
});
