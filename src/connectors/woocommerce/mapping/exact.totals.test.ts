import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { orderFromShop } from './order.mapping.ts';

const MAPPING = { includeGuests: true, orderStatuses: {} };
const recordedOrder = (name: string) => [recordedRows(name)].flat()[0] ?? {};
const read = (raw: object, shown: number | null = null) => orderFromShop({ ...PLAIN, ...raw }, MAPPING, shown);
const totalOf = (raw: object, shown: number | null = null) => (read(raw, shown).data as CanonicalOrder | null)?.total;
const problemOf = (raw: object, shown: number | null = null) => read(raw, shown).problem?.error_class;

/** What a listing has besides the amounts; recording 114 asked for few fields. */
const PLAIN = { id: 1, number: '1', currency: 'EUR', tax_lines: [], fee_lines: [], shipping_lines: [], line_items: [] };
const line = (total: string, taxes: readonly string[] = [], total_tax = '0.000000') => ({
  ...{ name: 'Lamp', product_id: 5, quantity: 1, subtotal: total, total, total_tax },
  taxes: taxes.map((tax) => ({ id: 1, total: tax })),
});
const sums = (total: string, total_tax = '0.000000', cart_tax = total_tax) => ({
  ...{ total, total_tax, cart_tax, shipping_tax: '0.000000', shipping_total: '0.000000', discount_total: '0.000000' },
});

describe('The total of an order', () => {
  it.each([
    ['102-order-dp6', 2, { total: '139.57', tax_total: '7.89', lines: ['3.67', '4.2', '0', '0.02'] }],
    ['109-order-shop0-dp6', 0, { total: '139.57', tax_total: '7.89', lines: ['3.67', '4.2', '0', '0.02'] }],
    ['111-order-created-shop0-dp6', 0, { total: '99', tax_total: '6', lines: ['4', '2'] }],
    ['114-order-created-shop0-read-at-2-dp6', 2, { total: '99', tax_total: '6', lines: ['4.2', '1.83'] }],
    ['115-order-create-3-decimals-kwd', 3, { total: '1.321', tax_total: '0.086', lines: ['0.086'] }],
    ['116-order-create-jpy-shop2', 2, { total: '2138.93', tax_total: '139.93', lines: ['139.93'] }],
    ['121-order-incl-tax-dp6', 2, { total: '40.82', tax_total: '4.63', lines: ['2.39', '1.31', '0.93'] }],
  ])('is that of the database: recording %s, of a shop that shows %i decimals', (name, shown, wanted) => {
    const { total, tax_total, lines } = read(recordedOrder(name), shown).data as CanonicalOrder;
    expect({ total, tax_total, lines: lines?.map((one) => one.tax_total) }).toEqual(wanted);
  });

  it('needs no setting of the shop where the order itself tells (recordings 102, 109, 114, 121)', () => {
    expect(totalOf(recordedOrder('102-order-dp6'))).toBe('139.57');
    expect(totalOf(recordedOrder('109-order-shop0-dp6'))).toBe('139.57');
    expect(totalOf(recordedOrder('114-order-created-shop0-read-at-2-dp6'))).toBe('99');
    expect(totalOf(recordedOrder('121-order-incl-tax-dp6'))).toBe('40.82');
  });

  it('stays 20.00 of two lines of 10.00 with 19 % in the price', () => {
    const two = [line('8.403361', ['1.596639'], '1.600000'), line('8.403361', ['1.596639'], '1.600000')];
    for (const shown of [2, 0, null]) {
      expect(totalOf({ ...sums('20.000000', '3.200000'), line_items: two }, shown)).toBe('20');
    }
  });

  it('stays what a plugin made of it in a shop that shows cents', () => {
    const order = { ...sums('100.000000'), line_items: [line('99.700000')] };
    expect(totalOf(order, 2)).toBe('100');
    expect(totalOf({ ...sums('0.000000'), line_items: [line('0.300000')] }, 2)).toBe('0');
  });

  it('is refused where nobody can tell: made before the shop showed no decimals, or since', () => {
    const order = { ...sums('160.000000'), line_items: [line('159.920000')], fee_lines: [line('0.210000')] };
    expect(read(order, 0).problem).toMatchObject({
      error_class: 'total_rounded',
      message: expect.stringMatching(/whether 160 is 160\.13 cannot be told/),
    });
    expect(problemOf(order)).toBe('total_rounded');
    expect(totalOf(order, 2)).toBe('160');
  });

  it('is exact where shipping tells that the order was made with cents', () => {
    const order = { ...sums('160.000000'), line_items: [line('159.920000')], shipping_lines: [line('0.210000')] };
    expect(totalOf({ ...order, shipping_total: '0.210000' }, 0)).toBe('160.13');
    expect(totalOf({ ...order, shipping_total: '0.000000' }, 0)).toBe('160');
  });

  it('and its tax are as the shop says where it rounds at the end only, whatever it stored of the taxes', () => {
    const lines = [line('12.345678', ['2.345679'], '2.345679'), line('20.010000', ['3.801900'], '3.801900')];
    const order = { ...sums('38.500000', '6.150000', '6.147579'), line_items: lines };
    expect(read(order, 2).data).toMatchObject({ total: '38.5', tax_total: '6.15' });
    // In a shop without decimals nobody can tell, since taxes are stored unrounded in any case.
    const whole = { ...sums('39.000000', '6.000000', '6.147579'), line_items: lines };
    expect(problemOf(whole, 0)).toBe('total_rounded');
  });

  it('is not taken for a finer one by a discount, which is stored unrounded', () => {
    const order = { ...sums('160.000000'), line_items: [{ ...line('159.920000'), subtotal: '162.32' }] };
    expect(problemOf({ ...order, discount_total: '2.400000' }, 0)).toBe('total_rounded');
  });

  it('is refused where a plugin changed what the shop has rounded since', () => {
    const order = {
      ...sums('60.000000', '8.000000', '7.890000'),
      line_items: [line('151.680000', ['7.89'], '8.000000')],
    };
    expect(problemOf(order, 0)).toBe('total_rounded');
  });

  it('of whole amounts is as the shop says, whatever a plugin took off', () => {
    expect(totalOf({ ...sums('60.000000'), line_items: [line('160.000000')] }, 0)).toBe('60');
    expect(totalOf({ ...sums('60.000000'), line_items: [line('160.000000')] })).toBe('60');
  });

  it('of whole crowns is as the shop says, although the currency has decimals and no setting is known', () => {
    const order = (net: string, tax: string, total: string, whole: string) => ({
      ...{ currency: 'CZK', ...sums(total, whole), line_items: [line(net, [tax], whole)] },
    });
    // 1000 and 1001 with 21 % in the price.
    expect(totalOf(order('826.446281', '173.553719', '1000.000000', '174.000000'))).toBe('1000');
    expect(totalOf(order('827.272727', '173.727273', '1001.000000', '174.000000'))).toBe('1001');
    // Made with two decimals, the tax of 173.99 would have been stored as such.
    expect(totalOf(order('828.538095', '173.993000', '1003.000000', '174.000000'))).toBe('1003');
    expect(totalOf(order('828.538095', '173.993000', '1003.000000', '174.000000'), 0)).toBe('1003');
  });

  it('of a currency without decimals is as the shop says, unless a sum has some', () => {
    const yen = { currency: 'JPY', line_items: [line('909.090909', ['90.909091'], '91.000000')] };
    expect(totalOf({ ...yen, ...sums('1000.000000', '91.000000') }, 0)).toBe('1000');
    expect(totalOf({ ...yen, ...sums('1000.000000', '91.000000', '90.910000') }, 0)).toBe('1000');
  });

  it('is no number: the order fails', () => {
    expect(problemOf({ ...sums('187,90'), line_items: [line('187.9')] })).toBe('invalid_price');
    expect(problemOf({ ...sums('187.90'), total_tax: null })).toBe('invalid_price');
    expect(problemOf({ ...sums('187.90'), cart_tax: 'x' })).toBe('invalid_price');
  });
});
