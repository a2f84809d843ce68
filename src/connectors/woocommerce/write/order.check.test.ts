import { describe, expect, it } from 'vitest';
import type { CanonicalOrder, CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import { lineRefusal, looksAlike, orderDiffers } from './order.check.ts';

const line = (quantity: string, total = '10'): CanonicalOrderLine => ({
  ...{ kind: 'product', name: 'Lamp', sku: 'L', quantity, total },
});
const HOLDERS = new Map([['L', { product_id: 5, variation_id: 0 }]]);
const refusal = (lines: CanonicalOrderLine[], before = {}) => lineRefusal(lines, before, HOLDERS)?.error_class ?? null;

describe('A line is not sent that the shop would make something else of', () => {
  it('of a quantity below nothing, which comes to 0.00 there (recording 448), or of a fraction (449)', () => {
    expect(refusal([line('-1')])).toBe('invalid_quantity');
    expect(refusal([line('1'), line('-2', '-20')])).toBe('invalid_quantity');
    expect(refusal([line('1.5')])).toBe('invalid_quantity');
    expect(refusal([line('2')])).toBeNull();
    expect(refusal([{ kind: 'fee', name: 'Rebate', quantity: '1', total: '-5' }])).toBeNull();
  });

  it('also of one that is there: only the quantity that the shop has may stay', () => {
    const before = { line_items: [{ id: 1, sku: 'L', name: 'Lamp', quantity: -1, total: '0' }] };
    expect(refusal([line('-1', '0')], before)).toBeNull();
    expect(refusal([line('-2', '0')], before)).toBe('invalid_quantity');
  });
});

describe('What an order came to is compared to the last unit that the shop keeps', () => {
  const order = (currency: string, total: string, lines = [line('1', total)]): CanonicalOrder => ({
    ...{ currency, lines, total, tax_total: '0' },
  });
  const differs = (whole: CanonicalOrder, made: CanonicalOrder) =>
    orderDiffers({ whole, lines: whole.lines }, made)?.error_class ?? null;

  it('in cents also of a currency without any: a shop of two decimals has them (recording 116)', () => {
    expect(differs(order('JPY', '2139'), order('JPY', '2138.93'))).toBe('totals_differ');
    const taxed = order('JPY', '2139', [line('1', '1999')]);
    expect(differs({ ...taxed, tax_total: '140' }, { ...taxed, total: '2138.93', tax_total: '139.93' })).toBe(
      'totals_differ',
    );
    expect(differs(order('JPY', '2139'), order('JPY', '2139'))).toBeNull();
    expect(looksAlike(order('JPY', '2139'), order('JPY', '2138.93'))).toBe(false);
  });

  it('in thousandths of a currency that has them', () => {
    expect(differs(order('KWD', '1.321'), order('KWD', '1.322'))).toBe('totals_differ');
    expect(differs(order('EUR', '1.321'), order('EUR', '1.322'))).toBeNull();
  });

  it('and so is the currency', () => {
    expect(differs(order('EUR', '1'), order('USD', '1'))).toBe('currency_differs');
  });
});
