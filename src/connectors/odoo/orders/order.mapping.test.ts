import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linePrice } from './line.amounts.ts';
import { lineFromSale, splitTax } from './line.mapping.ts';
import { lineCommands } from './line.writer.ts';
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
  taxes: new Map([[1, { name: '15%', amount: '15', inPrice: false }]]),
};

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
    const taxes = new Map([[1, { name: '25% incl', amount: '25', inPrice: true }]]);
    const row = { ...LINE, price_unit: 62.5, price_subtotal: 80.0 };
    expect(lineFromSale(row, { ...PARTS, taxes })?.unit_price).toBe('50');
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

  it('changes lines in their place, since lines of a confirmed order cannot be removed', () => {
    const present = [{ id: 7 }, { id: 8, display_type: 'line_note' }, { id: 9 }];
    expect(lineCommands([{ name: 'a' }], present)).toEqual([
      [1, 7, { name: 'a' }],
      [2, 9],
    ]);
    expect(lineCommands([], [{ id: 7 }], true)).toEqual([[1, 7, { product_uom_qty: 0 }]]);
    expect(lineFromSale({ ...LINE, product_uom_qty: 0 }, PARTS)).toBeNull();
    expect(lineCommands([{ name: 'a' }, { name: 'b' }], [])).toEqual([
      [0, 0, { name: 'a' }],
      [0, 0, { name: 'b' }],
    ]);
  });

  it('sends a discount where it makes the total to the cent, and otherwise the price that does', () => {
    const line = { kind: 'product', name: 'Cup', quantity: '2' } as const;
    expect(linePrice({ ...line, unit_price: '50', total: '100' }, 2)).toEqual({ price_unit: 50, discount: 0 });
    expect(linePrice({ ...line, unit_price: '50', total: '80' }, 2)).toEqual({ price_unit: 50, discount: 20 });
    expect(linePrice({ ...line, unit_price: '5000', total: '9999.99' }, 3)).toEqual({
      price_unit: 4999.995,
      discount: 0,
    });
    expect(linePrice({ ...line, quantity: '3', total: '10' }, null)).toEqual({ price_unit: 3.34, discount: 0.2 });
  });

  it('makes totals under 100 to the cent, whatever the discount and the quantity', () => {
    const cents = fc.integer({ min: 0, max: 9_999 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), cents, cents, (quantity, unit, total) => {
        const [price, amount] = [new Big(unit).div(100), new Big(total).div(100)];
        const line = { kind: 'product', name: '', unit_price: price.toFixed(), total: amount.toFixed() } as const;
        const { price_unit, discount } = linePrice({ ...line, quantity: String(quantity) }, 2);
        const made = new Big(price_unit).times(quantity).times(new Big(100).minus(discount)).div(100).round(2);
        expect(made.toFixed(2)).toBe(amount.toFixed(2));
      }),
    );
  });

  it('shares a line’s tax among its taxes without losing a cent', () => {
    const tax = fc.record({
      name: fc.string(),
      amount: fc.integer({ min: 0, max: 30 }).map(String),
      inPrice: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.array(tax, { minLength: 1 }), (cents, taxes) => {
        const total = new Big(cents).div(100).toFixed();
        const shares = splitTax(total, taxes).map((share) => share.total);
        expect(shares.reduce((sum, share) => sum.plus(share), new Big(0)).toFixed(2)).toBe(new Big(total).toFixed(2));
      }),
    );
  });
});
