import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedTotals } from '../../../../test/recordings/totals.reader.ts';
import { type Arithmetic, rounding, sum, taxOf } from './amounts/sale.totals.ts';
import type { SaleTax } from './amounts/tax.computation.ts';
import { inSequence, type KnownTax } from './tax.lookup.ts';
import { taxShares } from './tax.shares.ts';

let ids = 0;
function tax(name: string, amount: number, more: Partial<SaleTax> & { sequence?: number } = {}): KnownTax {
  ids += 1;
  const { sequence = 1, ...own } = more;
  const part = { id: ids, name, type: 'percent', amount: new Big(amount), included: false, affectsBase: false };
  return { id: ids, name, sequence, parts: [{ ...part, baseAffected: true, ...own }] };
}
const line = (price: number, quantity = 1) => ({
  ...{ name: 'Cup', quantity: new Big(quantity), price: new Big(price), discount: new Big(0) },
});
const by = (decimals: number, perLine = true): Arithmetic => ({ decimals, perLine, major: 18 });
const totals = (shares: readonly { total: string }[]) => shares.map(({ total }) => total);

describe('What each tax of a line came to', () => {
  it('adds up to the sum that Odoo has, in units of the currency, whatever the taxes', () => {
    const taxes = fc.array(
      fc
        .record({
          rate: fc.integer({ min: -20, max: 30 }),
          type: fc.constantFrom('percent', 'fixed'),
          included: fc.boolean(),
          affectsBase: fc.boolean(),
        })
        .map(({ rate, ...kind }) => tax('T', rate, kind)),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        taxes,
        fc.constantFrom(0, 2, 3),
        fc.boolean(),
        fc.constantFrom(-1, 0, 1),
        (units, applied, decimals, perLine, off) => {
          const arithmetic = by(decimals, perLine);
          const sold = line(units / 100);
          const parts = [...applied].sort(inSequence).flatMap((one) => one.parts);
          const made = rounding(arithmetic)(taxOf({ ...sold, taxes: parts }, arithmetic));
          const taxTotal = made.plus(new Big(10).pow(-decimals).times(off));
          const shares = totals(taxShares({ ...sold, taxTotal: taxTotal.toFixed() }, applied, arithmetic));
          expect(sum(shares.map((share) => new Big(share))).toFixed()).toBe(taxTotal.toFixed());
          expect(shares.filter((share) => !new Big(share).eq(new Big(share).round(decimals)))).toEqual([]);
        },
      ),
    );
  });

  it.each([
    [0, 3333, '1000', ['667', '333']],
    [2, 33.33, '10', ['6.67', '3.33']],
    [3, 33.333, '10', ['6.667', '3.333']],
  ])('is rounded to the last unit of a currency of %i decimals', (decimals, price, taxTotal, wanted) => {
    const taxes = [tax('20', 20), tax('10', 10)];
    expect(totals(taxShares({ ...line(price), taxTotal }, taxes, by(decimals)))).toEqual(wanted);
  });

  it('is an amount a piece of a fixed one, a part of the other’s too where it is taxed, and in the order of the line', () => {
    const [vat, eco] = [tax('19%', 19, { sequence: 2 }), tax('Eco', 2, { type: 'fixed', affectsBase: true })];
    // Three pieces of 100.00: 6.00, and 19 % of 306.00.
    expect(taxShares({ ...line(100, 3), taxTotal: '64.14' }, [vat, eco], by(2))).toEqual([
      { name: '19%', total: '58.14' },
      { name: 'Eco', total: '6' },
    ]);
  });

  it('is not told where the taxes do not come to the sum', () => {
    const taxes = [tax('10%', 10), tax('5%', 5)];
    const shares = (taxTotal: string) => () => taxShares({ ...line(100), taxTotal }, taxes, by(2));
    expect(shares('15.04')).toThrow(/line Cup come to 15\.00 .*Odoo has 15\.04/);
    expect(totals(shares('15.03')())).toEqual(['10.03', '5']);
  });

  it.each([18, 19] as const)('is told of each line that was recorded of a real Odoo %i', (version) => {
    const { taxes, orders } = recordedTotals(version);
    const byName = new Map(
      taxes.map((one) => {
        const { amount_type: type, price_include: included, include_base_amount: affectsBase, sequence } = one;
        return [one.name, tax(one.name, one.amount, { type, included, affectsBase, sequence })] as const;
      }),
    );
    const decimals: Readonly<Record<string, number>> = { JPY: 0, KWD: 3, TND: 3 };
    let several = 0;
    for (const { currency, rounding: method, lines } of orders) {
      const arithmetic = { decimals: decimals[currency] ?? 2, perLine: method === 'round_per_line', major: version };
      const stored = (value: number) => new Big(value).round(2, Big.roundHalfUp);
      for (const one of lines) {
        const sold = {
          ...{ name: 'Cup', quantity: stored(one.quantity), price: stored(one.price_unit) },
          discount: stored(one.discount),
        };
        const applied = one.taxes.flatMap((name) => byName.get(name) ?? []);
        const taxTotal = new Big(one.total).minus(one.subtotal).toFixed();
        const shares = totals(taxShares({ ...sold, taxTotal }, applied, arithmetic));
        expect(sum(shares.map((share) => new Big(share))).toFixed()).toBe(
          applied.length === 0 ? '0' : new Big(taxTotal).toFixed(),
        );
        if (applied.length > 1) several += 1;
      }
    }
    expect(several).toBeGreaterThan(100);
  });
});
