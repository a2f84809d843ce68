import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toCents } from '../../../sandbox/src/woocommerce/store/cents.money.ts';
import { shopClient } from './shop-client.support.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

describe('The orders API of the sandbox', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({
      customers: 30,
      products: 40,
      orders: 120,
      guestRate: 0.25,
      now: () => NOON,
    });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());
  const total = async (query: string) => Number((await call('GET', `/orders?${query}`)).headers.get('x-wp-total'));

  it('creates an order of products, variations and SKUs, with exact sums', async () => {
    const { status, body } = await call('POST', '/orders', {
      customer_id: 2,
      billing: { first_name: 'Zoë', email: 'zoe@example.test' },
      line_items: [
        { product_id: 23, variation_id: 25, quantity: 3 },
        { sku: 'SKU-0009-1', quantity: 1, subtotal: '0.30', total: '0.10' },
      ],
      shipping_lines: [{ method_id: 'flat_rate', method_title: 'Flat', total: '4.90' }],
      fee_lines: [{ name: 'Gift', total: '0.2' }],
      status: 'processing',
      meta_data: [{ key: 'ref', value: 'S001' }],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: '38.20', shipping_total: '4.90', discount_total: '0.20', customer_id: 2 });
    expect(body).toMatchObject({ date_paid_gmt: '2026-06-01T12:00:00', date_completed: null, created_via: 'rest-api' });
    expect(body.line_items).toMatchObject([
      { name: 'Product 9 - M', product_id: 23, variation_id: 25, sku: 'SKU-0009-2', price: 11, total: '33.00' },
      { name: 'Product 9 - S', quantity: 1, subtotal: '0.30', total: '0.10' },
    ]);
    expect((await call('GET', `/orders/${body.id}`)).body).toEqual(body);
    expect((await call('GET', '/orders?per_page=1')).body).toEqual([body]);
    expect((await call('GET', '/orders?search=ZOE@')).body).toEqual([body]);
  });

  it('of 7.9 leaves an order behind that it refuses, and lists it', async () => {
    const old = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, version: '7.9' });
    const coupon_lines = [{ code: 'no-such-coupon' }];
    const { status, body } = await shopClient(old)('POST', '/orders', { coupon_lines, status: 'processing' });
    expect([status, body]).toEqual([
      400,
      {
        code: 'woocommerce_rest_invalid_coupon',
        message: 'Coupon "no-such-coupon" does not exist!',
        data: { status: 400 },
      },
    ]);
    expect((await shopClient(old)('GET', '/orders')).body).toMatchObject([{ status: 'pending' }]);
    await old.stop();
  });

  it('changes, adds and removes lines by their ids, and refuses the id of another order', async () => {
    const made = (await call('POST', '/orders', { line_items: [{ product_id: 17 }, { product_id: 18 }] })).body;
    const [first, second] = made.line_items;
    const lines = [{ id: first.id, quantity: 2, total: '5' }, { id: second.id, quantity: 0 }, { product_id: 23 }];
    const { body } = await call('PUT', `/orders/${made.id}`, { line_items: lines });
    expect(body.line_items).toMatchObject([
      { id: first.id, quantity: 2, total: '5.00' },
      { product_id: 23, total: '10.00' },
    ]);
    expect(body.total).toBe('15.00');
    const foreign = await call('PUT', `/orders/${made.id}`, { line_items: [{ id: 1, quantity: 2 }] });
    expect([foreign.status, foreign.body.code]).toEqual([400, 'woocommerce_rest_invalid_item_id']);
    const nothing = await call('POST', '/orders', { line_items: [{ quantity: 2 }] });
    expect(nothing.body.code).toBe('woocommerce_rest_required_product_reference');
  });

  it('generates orders whose sums are those of their lines, taxes included', () => {
    const orders = shop.state().orders();
    const sum = (lines: { total: string; total_tax: string }[]) =>
      lines.reduce((cents, line) => cents + toCents(line.total) + toCents(line.total_tax), 0);
    for (const order of orders) {
      const { line_items, shipping_lines, fee_lines, tax_lines } = order;
      expect(sum([...line_items, ...shipping_lines, ...fee_lines])).toBe(toCents(order.total));
      const taxes = tax_lines as { tax_total: string; shipping_tax_total: string }[];
      const laid = taxes.reduce((cents, tax) => cents + toCents(tax.tax_total) + toCents(tax.shipping_tax_total), 0);
      expect(laid).toBe(toCents(order.total_tax));
      expect(order.date_modified_gmt ?? '').not.toBe('');
      expect(String(order.date_modified_gmt) >= String(order.date_completed_gmt ?? order.date_created_gmt)).toBe(true);
    }
    expect(orders.filter(({ total_tax }) => total_tax !== '0.00').length).toBeGreaterThan(20);
    expect(orders.filter(({ refunds }) => refunds.length > 0)).toHaveLength(17);
    const allIds = orders.flatMap(({ id, refunds }) => [id, ...refunds.map((refund) => refund.id)]);
    expect(
      new Set([
        ...allIds,
        ...shop
          .state()
          .products()
          .map(({ id }) => id),
      ]).size,
    ).toBe(allIds.length + 40);
    const lineIds = orders.flatMap(({ line_items }) => line_items.map(({ id }) => id));
    expect(new Set(lineIds).size).toBe(lineIds.length);
  });

  it('knows guests by customer 0, as many as asked for, and a deleted customer’s orders among them', async () => {
    expect(await total('customer=0')).toBe(30);
    const customer =
      shop
        .state()
        .orders()
        .find(({ customer_id }) => customer_id > 0)?.customer_id ?? 0;
    const theirs = await total(`customer=${customer}`);
    shop.admin.deleteCustomer(customer);
    expect([await total(`customer=${customer}`), await total('customer=0')]).toEqual([0, 30 + theirs]);
  });

  it('filters by status, product and time as looking at every order does', async () => {
    const all = shop.state().orders();
    const count = (passes: (order: (typeof all)[number]) => boolean) => all.filter(passes).length;
    expect(await total('status=completed,refunded')).toBe(
      count(({ status }) => ['completed', 'refunded'].includes(status)),
    );
    expect(await total('status[]=pending')).toBe(count(({ status }) => status === 'pending'));
    expect(await total('product=23')).toBe(
      count(({ line_items }) => line_items.some((line) => line.product_id === 23)),
    );
    const since = '2025-04-15T00:00:00';
    const later = count(({ date_modified_gmt }) => String(date_modified_gmt) > since);
    expect(await total(`modified_after=${since}&dates_are_gmt=true`)).toBe(later);
    expect(later).toBeGreaterThan(10);
    expect(await total(`modified_before=${since}&dates_are_gmt=true`)).toBe(
      count(({ date_modified_gmt }) => String(date_modified_gmt) < since),
    );
    expect(await total(`after=${since}`)).toBe(count(({ date_created }) => String(date_created) > since));
    const bad = await call('GET', '/orders?status=nope');
    expect([bad.status, bad.body.data.params.status]).toEqual([
      400,
      expect.stringMatching(/^status\[0\] is not one of any/),
    ]);
  });

  it('puts an order into the trash, which status=any leaves out, and restores it', async () => {
    const { id } = shop.admin.createOrder({ status: 'processing' });
    expect((await call('DELETE', `/orders/${id}`)).body.status).toBe('processing');
    expect((await call('DELETE', `/orders/${id}`)).status).toBe(410);
    expect((await call('GET', `/orders/${id}`)).body.status).toBe('trash');
    expect([await total('status=any'), await total('status=trash'), await total('')]).toEqual([120, 1, 120]);
    shop.admin.restoreOrder(id, 'processing');
    expect(await total('')).toBe(121);
    expect((await call('POST', '/orders/batch', { delete: [id] })).body.delete).toMatchObject([{ id }]);
    expect((await call('GET', `/orders/${id}`)).status).toBe(404);
  });

  it('refunds a part, then the rest, which makes the order refunded, and no more than that', async () => {
    const { id } = shop.admin.createOrder({ line_items: [{ product_id: 23, quantity: 2 }], status: 'completed' });
    const part = await call('POST', `/orders/${id}/refunds`, {
      amount: '5.50',
      reason: 'scratched',
      api_refund: false,
    });
    expect([part.status, part.body.amount]).toEqual([201, '5.50']);
    expect((await call('GET', `/orders/${id}`)).body).toMatchObject({
      status: 'completed',
      refunds: [{ id: part.body.id, reason: 'scratched', total: '-5.50' }],
    });
    for (const refused of [{ amount: '14.51', api_refund: false }, { amount: '14.50' }]) {
      const { status, body } = await call('POST', `/orders/${id}/refunds`, refused);
      expect([status, body.data]).toEqual([500, 500]);
    }
    await call('POST', `/orders/${id}/refunds`, { amount: '14.50', api_refund: false });
    expect((await call('GET', `/orders/${id}`)).body.status).toBe('refunded');
    const { body, headers } = await call('GET', `/orders/${id}/refunds?per_page=1`);
    expect([body[0].amount, headers.get('x-wp-total')]).toEqual(['14.50', '2']);
    expect((await call('DELETE', `/orders/${id}/refunds/${part.body.id}`)).status).toBe(200);
    expect((await call('GET', `/orders/${id}/refunds/${part.body.id}`)).status).toBe(404);
  });

  it('refunds what is left when the status says refunded', async () => {
    const { id } = shop.admin.createOrder({ line_items: [{ product_id: 23 }], status: 'completed' });
    const { body } = await call('PUT', `/orders/${id}`, { status: 'refunded' });
    expect(body.refunds).toMatchObject([{ reason: 'Order fully refunded.', total: '-10.00' }]);
  });
});
