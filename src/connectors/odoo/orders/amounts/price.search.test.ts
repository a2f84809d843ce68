import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPrice } from './price.search.ts';

const digits = { price: 2, discount: 2, quantity: 2 };
const find = (amount: string, quantity: string, preferred?: string, decimals = 2) => {
  const found = findPrice(new Big(amount), new Big(quantity), {
    ...{ digits, decimals },
    preferred: preferred === undefined ? undefined : new Big(preferred),
  });
  return found && [found.price.toFixed(), found.discount.toFixed()];
};

describe('the price of a line', () => {
  it('is the unit price with its discount, otherwise the first that makes the amount', () => {
    expect(find('100', '2', '50')).toEqual(['50', '0']);
    expect(find('80', '2', '50')).toEqual(['50', '20']);
    expect(find('10', '3')).toEqual(['3.34', '0.2']);
    expect(find('0', '3', '9.99')).toEqual(['9.99', '100']);
    expect(find('-10', '3')).toEqual(['-3.34', '0.2']);
    expect(find('0.001', '1', undefined, 3)).toEqual(['0.01', '90']);
  });

  it('has as many digits as the setting of Odoo says, and then needs no discount (recording 205)', () => {
    const six = { price: 6, discount: 2, quantity: 2 };
    const found = findPrice(new Big('221.38'), new Big(8), { digits: six, decimals: 2 });
    expect([found?.price.toFixed(), found?.discount.toFixed()]).toEqual(['27.6725', '0']);
    const none = findPrice(new Big('10'), new Big(3), { digits: { ...six, discount: null }, decimals: 2 });
    expect([none?.price.toFixed(), none?.discount.toFixed()]).toEqual(['3.333333', '0']);
  });

  it('is asked for what it must make besides the amount, and is none where no price does', () => {
    const search = { digits, decimals: 2 };
    const even = findPrice(new Big('10'), new Big(3), {
      ...search,
      fits: ({ price }) => price.times(100).mod(2).eq(0),
    });
    expect([even?.price.toFixed(), even?.discount.toFixed()]).toEqual(['3.34', '0.2']);
    expect(findPrice(new Big('10'), new Big(3), { ...search, fits: () => false })).toBeNull();
  });

  it('has no discount where the user may give none', () => {
    const found = findPrice(new Big('10'), new Big(3), { digits: { ...digits, discount: null }, decimals: 2 });
    expect(found).toBeNull();
  });

  it('makes the amount to the last unit, in currencies of 0, 2 and 3 decimals', () => {
    const cases = fc.record({
      decimals: fc.constantFrom(0, 2, 3),
      units: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      quantity: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0.25, 0.75, 2.5, -3)),
    });
    fc.assert(
      fc.property(cases, ({ decimals, units, quantity }) => {
        const amount = new Big(units).div(new Big(10).pow(decimals));
        const count = new Big(quantity);
        const found = findPrice(amount, count, { digits, decimals });
        if (!found) throw new Error('no price');
        const made = found.price.times(count).times(new Big(100).minus(found.discount)).div(100);
        expect(made.round(decimals, Big.roundHalfUp).eq(amount)).toBe(true);
        expect([found.price.round(2).eq(found.price), found.discount.round(2).eq(found.discount)]).toEqual([
          true,
          true,
        ]);
      }),
      { numRuns: 300 },
    );
  });
});
