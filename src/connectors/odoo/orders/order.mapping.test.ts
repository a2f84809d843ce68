import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineFromSale, splitTax, type Tax } from './line.mapping.ts';
import { orderFromSale, saleValues, stateAction } from './order.mapping.ts';

/** As recorded of Odoo 19 (38-sale-order). */
const SALE = {
  id: 4,
  name: 'S00004',
  partner_id: [59, 'Tuğba Lee 54'],
  state: 'sale',
  date_order: '2026-11-22 13:31:51',
  amount_tax: 12.0,
  amount_total: 92.0,
  currency_id: [1, 'USD'],
  client_order_ref: 'WEB-0004',
};
const LINE = {
  id: 7,
  order_id: [4, 'S00004'],
  product_id: [9, '[SKU-9] Cup'],
  name: 'Cup',
  product_uom_qty: 2.0,
  price_unit: 50.0,
  discount: 20.0,
  price_subtotal: 80.0,
  price_tax: 12.0,
  tax_ids: [1],
  display_type: false,
};
const PARTS = {
  products: new Map([[9, { templateId: 3, code: 'SKU-9' }]]),
  taxes: new Map([[1, { name: '15%', amount: '15', inPrice: false, isFixed: false }]]),
  decimals: 2,
};

const shares = (total: string, taxes: readonly Tax[], decimals: number) =>
  splitTax({ total, net: '100', quantity: '1' }, taxes, decimals).map((share) => share.total);

describe('a sale order', () => {
  it('becomes an order with the shop’s number and exact amounts', () => {
    const line = lineFromSale(LINE, PARTS);
    expect(orderFromSale(SALE, line ? [line] : [])).toEqual({
      number: 'WEB-0004',
      status: 'processing',
      currency: 'USD',
      created_at: '2026-11-22T13:31:51Z',
      customer: { external_id: '59' },
      lines: [
        {
          kind: 'product',
          name: 'Cup',
          product_external_id: '3',
          sku: 'SKU-9',
          quantity: '2',
          unit_price: '50',
          total: '80',
          tax_total: '12',
          taxes: [{ name: '15%', total: '12' }],
        },
      ],
      shipping_total: '0',
      tax_total: '12',
      total: '92',
    });
  });

  it('without a number of the shop uses its own number', () => {
    expect(orderFromSale({ ...SALE, client_order_ref: false }, []).number).toBe('S00004');
  });

  it('does not show headings as lines', () => {
    expect(lineFromSale({ ...LINE, display_type: 'line_section' }, PARTS)).toBeNull();
  });

  it('subtracts the tax from a unit price that includes it', () => {
    const taxes = new Map([[1, { name: '25% incl', amount: '25', inPrice: true, isFixed: false }]]);
    const row = { ...LINE, price_unit: 62.5, price_subtotal: 80.0 };
    expect(lineFromSale(row, { ...PARTS, taxes })?.unit_price).toBe('50');
  });

  it('does not show removed lines and those of rounding', () => {
    expect(lineFromSale({ ...LINE, product_uom_qty: 0 }, PARTS)).toBeNull();
    const products = new Map([[9, { templateId: 3, code: 'ROUNDING' }]]);
    expect(lineFromSale(LINE, { ...PARTS, products })).toBeNull();
  });

  it('recognises shipping by its product or by the delivery module', () => {
    const products = new Map([[9, { templateId: 3, code: 'SHIPPING' }]]);
    expect(lineFromSale(LINE, { ...PARTS, products })?.kind).toBe('shipping');
    expect(lineFromSale({ ...LINE, is_delivery: true }, PARTS)?.kind).toBe('shipping');
  });
});

describe('writing an order', () => {
  it('sends times without a Z, which Odoo 19 refuses', () => {
    expect(saleValues({ created_at: '2026-05-01T10:00:00Z', number: '7' }, null)).toEqual({
      client_order_ref: '7',
      date_order: '2026-05-01 10:00:00',
    });
    expect(saleValues({ created_at: '2026-05-01T10:00:00Z', number: null }, ['number'])).toEqual({
      client_order_ref: false,
    });
  });

  it('confirms what is being processed and cancels what is cancelled, and nothing else', () => {
    expect(stateAction({ status: 'processing' })).toBe('action_confirm');
    expect(stateAction({ status: 'cancelled' })).toBe('action_cancel');
    expect(stateAction({ status: 'on_hold' })).toBeNull();
    expect(stateAction({})).toBeNull();
  });

  it('shares a line’s tax among its taxes without losing a cent', () => {
    const tax = fc.record({
      name: fc.string(),
      amount: fc.integer({ min: 0, max: 30 }).map(String),
      inPrice: fc.boolean(),
      isFixed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(tax, { minLength: 1 }),
        fc.constantFrom(0, 2, 3),
        (units, taxes, decimals) => {
          const total = new Big(units).div(new Big(10).pow(decimals));
          const parts = shares(total.toFixed(), taxes, decimals).map((share) => new Big(share));
          expect(parts.reduce((sum, share) => sum.plus(share), new Big(0)).eq(total)).toBe(true);
          expect(parts.filter((share) => !share.eq(share.round(decimals)))).toEqual([]);
        },
      ),
    );
  });

  it.each([
    [0, '1000', ['667', '333']],
    [2, '10', ['6.67', '3.33']],
    [3, '10', ['6.667', '3.333']],
  ])('in a currency of %i decimals is split to its last unit', (decimals, total, wanted) => {
    const taxes = ['20', '10'].map((amount) => ({ name: amount, amount, inPrice: false, isFixed: false }));
    expect(shares(total, taxes, decimals)).toEqual(wanted);
  });

  it('of which one is a fixed amount is split by what each comes to', () => {
    const fixed = { name: 'Eco', amount: '2', inPrice: false, isFixed: true };
    const vat = { name: '19%', amount: '19', inPrice: false, isFixed: false };
    // Three pieces of 100.00: 6.00 and 57.00.
    expect(splitTax({ total: '63', net: '300', quantity: '3' }, [fixed, vat], 2).map((share) => share.total)).toEqual([
      ...['6', '57'],
    ]);
  });
});
