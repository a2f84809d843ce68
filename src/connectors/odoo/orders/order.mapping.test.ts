import Big from 'big.js';
import { describe, expect, it } from 'vitest';
import { lineFromSale } from './line.mapping.ts';
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
const tax = (name: string, amount: number, included = false) => ({
  ...{ id: 1, name, sequence: 1 },
  parts: [{ id: 1, name, type: 'percent', amount: new Big(amount), included, affectsBase: false, baseAffected: true }],
});
const PARTS = {
  products: new Map([[9, { templateId: 3, code: 'SKU-9' }]]),
  taxes: new Map([[1, tax('15%', 15)]]),
  arithmetic: { decimals: 2, perLine: true, major: 19 },
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
    const taxes = new Map([[1, tax('25% incl', 25, true)]]);
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
});
