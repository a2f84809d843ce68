import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import { readRecording } from '../../../../test/recordings/recording.parser.ts';
import { type CanonicalOrder, ORDER_STATUSES } from '../../canonical/canonical.types.ts';
import { orderFromShop, orderToCreate, orderToShop } from './order.mapping.ts';
import { statusFromShop, statusToShop } from './order-status.mapping.ts';

const MAPPING = { includeGuests: true, orderStatuses: {} };
const [recorded = {}] = recordedRows('60-order-full');
const [refunded = {}] = recordedRows('75-orders-refund');

const taxed = {
  ...recorded,
  line_items: [
    {
      id: 1,
      name: 'Tee &amp; Kanne',
      product_id: 5,
      sku: 'T',
      quantity: 3,
      subtotal: '10.00',
      total: '9.00',
      total_tax: '1.71',
      taxes: [
        { id: 7, total: '1.71' },
        { id: 8, total: '' },
      ],
    },
  ],
  shipping_lines: [
    { id: 2, method_title: 'Post', total: '4.90', total_tax: '0.93', taxes: [{ id: 7, total: '0.93' }] },
  ],
  fee_lines: [{ id: 3, name: 'Gift wrap', total: '-1.00', total_tax: '0.00', taxes: [] }],
  tax_lines: [{ id: 4, rate_id: 7, label: 'VAT 19%', rate_code: 'DE-VAT-1' }],
};

describe('The mapping of orders', () => {
  it('has its refunds in the order in which they were made, in whatever order the shop shows them', () => {
    const refundsOf = (folder: string) => {
      const { body } = readRecording(`${folder}/149-order-partially-refunded-dp6`);
      const order = orderFromShop(body as typeof recorded, MAPPING).data as CanonicalOrder;
      return order.refunds?.map(({ amount }) => Number(amount));
    };
    expect([refundsOf('woocommerce-11'), refundsOf('woocommerce-7.9')]).toEqual([
      [11.9, 2, 0],
      [11.9, 2, 0],
    ]);
  });

  it('has addresses and notes as they were typed: a shop escapes neither (recording 457)', () => {
    const { body } = readRecording('woocommerce-11/457-order-create-markup');
    expect(orderFromShop(body as typeof recorded, MAPPING).data).toMatchObject({
      billing: { first_name: '<script>x</script>', last_name: 'O’Neill & "Söhne" 😀', company: 'a\nb' },
      note: 'Zeile 1\nZeile 2 <b>fett</b>',
    });
  });

  it('reads a recorded order with its lines, currency and times', () => {
    const { external_id, data } = orderFromShop(recorded, MAPPING);
    expect(external_id).toBe('1092');
    expect(data).toMatchObject({
      number: '1092',
      status: 'completed',
      currency: 'EUR',
      created_at: '2025-06-10T00:00:00Z',
      customer: { external_id: '859', email: 'customer858@example.test', name: 'Renée' },
      total: '122',
      tax_total: '0',
      prices_include_tax: false,
      payment_method: 'bacs',
      note: null,
      refunds: [],
      lines: [
        {
          kind: 'product',
          name: 'Product 1 - S',
          product_external_id: '11',
          sku: 'SKU-0001-1',
          quantity: '1',
          unit_price: '10',
        },
        { kind: 'product', product_external_id: '653', quantity: '2', unit_price: '56', total: '112', taxes: [] },
      ],
    });
  });

  it('reads a refund as what was paid back', () => {
    expect(
      orderFromShop({ ...refunded, line_items: [], shipping_lines: [], fee_lines: [] }, MAPPING).data,
    ).toMatchObject({
      status: 'refunded',
      refunds: [{ amount: '3660.16', reason: 'Order fully refunded.' }],
    });
  });

  it('names taxes, and reads shipping and fees as lines', () => {
    expect(orderFromShop(taxed, MAPPING).data).toMatchObject({
      lines: [
        {
          name: 'Tee & Kanne',
          unit_price: '3.333333',
          total: '9',
          tax_total: '1.71',
          taxes: [{ name: 'VAT 19%', total: '1.71' }],
        },
        { kind: 'shipping', name: 'Post', quantity: '1', total: '4.9' },
        { kind: 'fee', name: 'Gift wrap', total: '-1', taxes: [] },
      ],
    });
  });

  it('refers to the guest by email where nobody was signed in, if guests are customers', () => {
    const guest = { ...recorded, customer_id: 0, billing: { email: 'Some@One.example' } };
    expect(orderFromShop(guest, MAPPING).data).toMatchObject({
      customer: { external_id: 'guest:some@one.example', email: 'Some@One.example' },
    });
    expect(orderFromShop(guest, { ...MAPPING, includeGuests: false }).data).toMatchObject({
      customer: { external_id: null },
    });
  });

  it('does not know a line whose product is gone', () => {
    const [unknown = {}] = [recordedRows('39-order-bad-product')].flat();
    expect(orderFromShop(unknown, MAPPING).data).toMatchObject({
      lines: [{ name: '', product_external_id: null, sku: null }],
    });
  });

  it('maps every status in both directions, and leaves out one that a plugin added', () => {
    for (const status of ORDER_STATUSES.slice(1)) expect(statusFromShop(statusToShop(status), {})).toBe(status);
    expect(statusToShop('draft')).toBe('pending');
    expect(statusFromShop('shipped', {})).toBeUndefined();
    expect(statusFromShop('shipped', { shipped: 'completed' })).toBe('completed');
    expect(orderFromShop({ ...recorded, status: 'shipped' }, MAPPING).data).not.toHaveProperty('status');
  });

  it('writes lines so that they read the same again', () => {
    const { data } = orderFromShop(taxed, MAPPING) as { data: CanonicalOrder };
    const body = orderToCreate(data, 'k', new Map());
    expect(body).toMatchObject({
      line_items: [{ name: 'Tee & Kanne', product_id: 5, quantity: 3, subtotal: '10', total: '9' }],
      shipping_lines: [{ method_title: 'Post', total: '4.9' }],
      fee_lines: [{ name: 'Gift wrap', total: '-1' }],
      meta_data: [{ key: '_sync_key', value: 'k' }],
    });
    const again = orderFromShop({ id: 1, total: '13.9', ...body }, MAPPING).data as CanonicalOrder;
    const essential = (order: CanonicalOrder) =>
      order.lines?.map(({ name, quantity, unit_price, total, kind }) => ({ name, quantity, unit_price, total, kind }));
    expect(essential(again)).toEqual(essential(data));
  });

  it('names the variation that has a line’s SKU', () => {
    const holders = new Map([['SKU-0001-1', { product_id: 11, variation_id: 12 }]]);
    const { data } = orderFromShop(recorded, MAPPING) as { data: CanonicalOrder };
    const body = orderToCreate(data, 'k', holders);
    expect(body.line_items).toMatchObject([
      { product_id: 11, variation_id: 12 },
      { product_id: 653, quantity: 2 },
    ]);
  });

  it('keeps the ids of lines that stay and removes the others', () => {
    const { data } = orderFromShop(taxed, MAPPING) as { data: CanonicalOrder };
    const lines = (data.lines ?? []).filter(({ kind }) => kind !== 'fee').map((line) => ({ ...line, quantity: '4' }));
    const extra = { kind: 'product', name: 'New', sku: 'N', quantity: '1', total: '5' } as const;
    const body = orderToShop({ lines: [...lines, extra] }, ['lines'], { before: taxed, holders: new Map() });
    expect(body).toMatchObject({
      line_items: [
        { id: 1, quantity: 4 },
        { name: 'New', sku: 'N' },
      ],
      shipping_lines: [{ id: 2 }],
      fee_lines: [{ id: 3, name: null }],
    });
    expect(orderToShop({ lines: [] }, ['lines'], { before: recorded, holders: new Map() }).line_items).toEqual([
      { id: 874, quantity: 0 },
      { id: 875, quantity: 0 },
    ]);
  });

  it('writes an account as customer, and a guest as nobody', () => {
    const write = (external_id: string | null) =>
      orderToShop({ customer: { external_id }, note: 'x' }, ['customer'], { before: {}, holders: new Map() });
    expect(write('7')).toEqual({ customer_id: 7 });
    expect(write('guest:a@b.example')).toEqual({ customer_id: 0 });
    expect(write(null)).toEqual({ customer_id: 0 });
  });
});
