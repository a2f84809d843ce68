import {
  startWooCommerceSandbox,
  type WooCommerceSandbox,
  type WooCommerceSandboxOptions,
} from '@sync-operations/sandbox';
import { afterEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

const EMPTY = { customers: 0, products: 0, orders: 0 };
const VAT = { id: 1, country: 'DE', class: '', percent: 19, label: 'MwSt', shipping: true };
const REDUCED = { id: 5, country: 'DE', class: 'reduced-rate', percent: 7, label: 'MwSt ermäßigt', shipping: false };
const BILLING = { first_name: 'Ada', country: 'DE', email: 'buyer@example.test' };

let shop: WooCommerceSandbox;
let call: ReturnType<typeof shopClient>;
afterEach(() => shop.stop());

async function start(options: WooCommerceSandboxOptions = {}): Promise<void> {
  shop = await startWooCommerceSandbox({ ...EMPTY, ...options });
  call = shopClient(shop);
}

const lamp = (input: object = {}) => shop.admin.createProduct({ name: 'Lamp', regular_price: '10', ...input }).id;

describe('The shop computes taxes by its own table', () => {
  it('and reads none that is sent (recordings 122, 133)', async () => {
    await start({ taxRates: [VAT, REDUCED] });
    const book = lamp({ tax_class: 'reduced-rate' });
    const { body } = await call('POST', '/orders', {
      billing: BILLING,
      line_items: [
        { product_id: lamp(), quantity: 3, subtotal: '30.00', total: '30.00', total_tax: '1.00' },
        { product_id: book, quantity: 1, total: '19.99' },
      ],
      shipping_lines: [{ method_id: 'flat_rate', total: '4.90' }],
    });
    expect(body).toMatchObject({ cart_tax: '7.10', shipping_tax: '0.93', total_tax: '8.03', total: '62.92' });
    expect(body.tax_lines).toMatchObject([
      { rate_id: 1, rate_code: 'DE-MWST-1', label: 'MwSt', tax_total: '5.70', shipping_tax_total: '0.93' },
      { rate_id: 5, label: 'MwSt ermäßigt', rate_percent: 7, tax_total: '1.40' },
    ]);
    const moved = await call('PUT', `/orders/${body.id}`, { shipping: { country: 'JP' } });
    expect(moved.body).toMatchObject({ total_tax: '0.00', total: '54.89', tax_lines: [] });
  });
});

describe('The stock of a product follows its orders', () => {
  it('out at processing, completed and on-hold, back when cancelled, not when deleted (recording 480)', async () => {
    await start();
    const id = lamp({ manage_stock: true, stock_quantity: 10 });
    const stock = async () => (await call('GET', `/products/${id}`)).body.stock_quantity;
    const line_items = [{ product_id: id, quantity: 2 }];
    const { body: first } = await call('POST', '/orders', { line_items });
    expect(await stock()).toBe(10);
    await call('PUT', `/orders/${first.id}`, { status: 'processing' });
    expect(await stock()).toBe(8);
    const { body: paid } = await call('POST', '/orders', {
      line_items: [{ product_id: id, quantity: 3 }],
      set_paid: true,
    });
    expect(await stock()).toBe(5);
    await call('PUT', `/orders/${paid.id}`, { line_items: [{ id: paid.line_items[0].id, quantity: 4 }] });
    expect(await stock()).toBe(4);
    await call('PUT', `/orders/${paid.id}`, { status: 'cancelled' });
    expect(await stock()).toBe(8);
    await call('DELETE', `/orders/${first.id}?force=true`);
    expect(await stock()).toBe(8);
    await call('POST', '/orders', { line_items: [{ product_id: id, quantity: 9 }], status: 'on-hold' });
    expect((await call('GET', `/products/${id}`)).body).toMatchObject({
      stock_quantity: -1,
      stock_status: 'outofstock',
    });
  });

  it('`set_paid` of an update makes it processing (recording 410)', async () => {
    await start();
    const { body } = await call('POST', '/orders', { line_items: [{ product_id: lamp(), quantity: 1 }] });
    expect(body.status).toBe('pending');
    expect((await call('PUT', `/orders/${body.id}`, { set_paid: true })).body).toMatchObject({ status: 'processing' });
  });
});

describe('What the shop makes of odd input', () => {
  it('a new line of nothing ends the whole batch, after what came before it (recordings 450, 934)', async () => {
    await start();
    const line = (quantity: number) => ({ line_items: [{ product_id: id, quantity }] });
    const id = lamp();
    const { status, body } = await call('POST', '/orders/batch', { create: [line(1), line(0), line(1)] });
    expect([status, body.code]).toEqual([500, 'internal_server_error']);
    expect(shop.state().counts.orders).toBe(1);
  });

  it('a batch takes a status that is none for pending, and cuts fractions off (recording 470)', async () => {
    await start();
    const order = { status: 'nonsense', line_items: [{ product_id: lamp(), quantity: 2.5 }] };
    expect((await call('POST', '/orders', order)).status).toBe(400);
    const { body } = await call('POST', '/orders/batch', { create: [order] });
    expect(body.create).toMatchObject([{ status: 'pending', line_items: [{ quantity: 2 }] }]);
  });

  it('a picture that is none refuses the product (recordings 309 to 318)', async () => {
    await start();
    for (const src of [
      'not a url',
      'https://images.example/a.svg',
      'ftp://images.example/a.png',
      'https://images.example/a',
    ]) {
      const { status, body } = await call('POST', '/products', { name: 'Picture', images: [{ src }] });
      expect([status, body.code]).toEqual([400, 'woocommerce_product_image_upload_error']);
    }
    expect(shop.state().counts.products).toBe(0);
  });

  it("an order's completion is a change of its account (recording 911)", async () => {
    await start();
    const { id: customer_id } = shop.admin.createCustomer({ email: 'ada@example.test' });
    const { id } = shop.admin.createOrder({ customer_id });
    const before = shop.state().writes['customer.updated'] ?? 0;
    await call('PUT', `/orders/${id}`, { status: 'completed' });
    await call('PUT', `/orders/${id}`, { customer_note: 'Thank you' });
    expect(shop.state().writes['customer.updated']).toBe(before + 1);
  });
});

describe('What moves the date of change of an order (recording 960)', () => {
  const startWithClock = async (options: WooCommerceSandboxOptions = {}) => {
    let now = Date.UTC(2026, 10, 28, 12);
    await start({ now: () => now, ...options });
    const { id } = shop.admin.createOrder({ line_items: [{ product_id: lamp(), quantity: 2 }] });
    const modified = () => shop.state().orders()[0]?.date_modified_gmt;
    /** Whether `change` moves it. */
    return {
      id,
      moves: async (change: () => unknown) => {
        const before = modified();
        now += 2000;
        await change();
        return modified() !== before;
      },
    };
  };

  it.each([
    ['11.0', true],
    ['7.9', false],
  ] as const)('on %s, lines and metadata alone: %s', async (version, expected) => {
    const { id, moves } = await startWithClock({ version });
    const [line] = shop.state().orders()[0]?.line_items ?? [];
    const put = (body: object) => () => call('PUT', `/orders/${id}`, body);
    expect(await moves(put({}))).toBe(expected);
    expect(await moves(put({ meta_data: [{ key: 'a', value: 'b' }] }))).toBe(expected);
    expect(await moves(put({ line_items: [{ id: line?.id, quantity: 3 }] }))).toBe(expected);
    expect(await moves(put({ status: 'processing' }))).toBe(true);
  });

  it('a refund does, and its deletion does not, and no webhook tells it', async () => {
    const { id, moves } = await startWithClock();
    let refund = 0;
    expect(
      await moves(() => {
        refund = shop.admin.refundOrder(id, { amount: '5' }).id;
      }),
    ).toBe(true);
    expect(await moves(() => shop.admin.deleteRefund(id, refund))).toBe(false);
    expect(shop.state().orders()[0]?.refunds).toEqual([]);
  });
});
