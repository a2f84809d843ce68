import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

describe('A sandbox under control', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 12, products: 16, orders: 8 });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${shop.url}/__sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };

  it('counts what is there, requests by method and path, and writes by kind', async () => {
    await call('GET', '/customers/3');
    await call('GET', '/customers/4');
    await call('POST', '/customers/batch', { update: [{ id: 3, first_name: 'A' }], delete: [4] });
    const { counts, requests, writes } = shop.state();
    expect(counts).toEqual({ customers: 11, products: 16, variations: 8, orders: 8 });
    expect(requests).toEqual({ 'GET /customers/{id}': 2, 'POST /customers/batch': 1 });
    expect(writes).toEqual({ 'customer.updated': 1, 'customer.deleted': 1 });
    shop.resetCounters();
    expect([shop.state().requests, shop.state().writes]).toEqual([{}, {}]);
  });

  it('shows every record as the API does', async () => {
    shop.admin.createCustomer({ email: 'new@example.test' });
    const { body } = await call('GET', '/customers?orderby=id&per_page=100');
    expect(shop.state().customers()).toEqual(body);
    const products = await call('GET', '/products?orderby=id&order=asc&per_page=100');
    expect(JSON.parse(JSON.stringify(shop.state().products()))).toEqual(products.body);
    const orders = await call('GET', '/orders?orderby=id&order=asc&per_page=100');
    expect(JSON.parse(JSON.stringify(shop.state().orders()))).toEqual(orders.body);
  });

  it('lets its administrator work without a key, past every fault and count', async () => {
    shop.setFaults([{ kind: 'server-error' }]);
    expect(shop.admin.updateCustomer(3, { first_name: 'Anna' }).first_name).toBe('Anna');
    const { id } = shop.admin.createProduct({ name: 'x', type: 'variable' });
    const variation = shop.admin.createVariation(id, { regular_price: '2' });
    shop.admin.deleteVariation(id, variation.id);
    shop.admin.deleteProduct(id);
    expect(() => shop.admin.deleteOrder(999_999)).toThrow('Invalid ID.');
    expect(shop.state().requests).toEqual({});
  });

  it('is controlled over HTTP in the same way', async () => {
    expect((await post('admin/updateCustomer', [3, { first_name: 'Ann' }])).body.first_name).toBe('Ann');
    expect(await post('admin/deleteOrder', [999_999])).toMatchObject({
      status: 404,
      body: { code: 'woocommerce_rest_shop_order_invalid_id' },
    });
    expect((await post('admin/toString', [])).status).toBe(400);
    expect((await post('admin/createOrder', {})).body.message).toMatch(/as a list/);
    expect((await post('state', {})).body).toMatchObject({
      counts: { customers: 12 },
      writes: { 'customer.updated': 1 },
    });
    expect((await post('state/customers', {})).body).toHaveLength(12);
    expect((await post('webhooks', { duplicateEvery: 2 })).status).toBe(200);
    expect((await post('settled', {})).status).toBe(200);
    await post('reset', {});
    expect(shop.state().writes).toEqual({});
    expect((await post('nothing', {})).status).toBe(404);
  });
});

describe('A sandbox behind a proxy', () => {
  it('believes in TLS only where X-Forwarded-Proto says so', async () => {
    const shop = await startWooCommerceSandbox({ customers: 1, behindProxy: true });
    const authorization = `Basic ${Buffer.from(`${shop.consumerKey}:${shop.consumerSecret}`).toString('base64')}`;
    const get = (headers: Record<string, string>) => fetch(`${shop.url}/wp-json/wc/v3/customers`, { headers });
    expect((await get({ authorization })).status).toBe(401);
    expect((await get({ authorization, 'x-forwarded-proto': 'https' })).status).toBe(200);
    await shop.stop();
  });

  it('that strips Authorization accepts keys in the query, and repeats them in Link as real shops do', async () => {
    const shop = await startWooCommerceSandbox({ customers: 30, stripAuthorization: true });
    expect((await shopClient(shop)('GET', '/customers')).status).toBe(401);
    const keys = `consumer_key=${shop.consumerKey}&consumer_secret=${shop.consumerSecret}`;
    const response = await fetch(`${shop.url}/wp-json/wc/v3/customers?${keys}`);
    expect([response.status, response.headers.get('link')]).toEqual([200, expect.stringContaining(keys)]);
    await shop.stop();
  });
});
