import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

describe('Webhooks of the sandbox', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  let receiver: Server;
  let received: Received[];
  let status: number;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 5, products: 10, orders: 5 });
    call = shopClient(shop);
    received = [];
    status = 200;
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });
  afterEach(async () => {
    await shop.stop();
    receiver.closeAllConnections();
    receiver.close();
  });

  const subscribe = async (topic: string) => {
    const delivery_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const { body } = await call('POST', '/webhooks', { name: 'sync', topic, delivery_url, secret: 'shh' });
    await shop.webhooksSettled();
    return body;
  };
  const topics = () => received.map(({ headers }) => headers['x-wc-webhook-topic'] ?? 'ping');

  it('begin with an unsigned ping, a form', async () => {
    const webhook = await subscribe('customer.updated');
    expect(webhook).toMatchObject({ id: 1, status: 'active', topic: 'customer.updated', resource: 'customer' });
    expect(webhook).not.toHaveProperty('secret');
    expect(received.map(({ body }) => body)).toEqual(['webhook_id=1']);
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.keys(received[0]?.headers ?? {}).filter((name) => name.startsWith('x-wc'))).toEqual([]);
  });

  it('send a change as the API shows it, signed over the raw body', async () => {
    await subscribe('customer.updated');
    await call('PUT', '/customers/3', { first_name: 'Zoë' });
    await shop.webhooksSettled();
    const { headers, body } = received[1] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toEqual((await call('GET', '/customers/3')).body);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-wc-webhook-source': `${shop.url}/`,
      'x-wc-webhook-topic': 'customer.updated',
      'x-wc-webhook-resource': 'customer',
      'x-wc-webhook-event': 'updated',
      'x-wc-webhook-id': '1',
      'x-wc-webhook-delivery-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      'x-wc-webhook-signature': createHmac('sha256', 'shh').update(body).digest('base64'),
    });
  });

  it('also send what the back office changes, and only the id of what was deleted', async () => {
    for (const topic of ['order.created', 'order.deleted', 'order.restored', 'product.deleted', 'product.updated'])
      await subscribe(topic);
    received = [];
    const { id } = shop.admin.createOrder({});
    shop.admin.trashOrder(id);
    shop.admin.restoreOrder(id);
    shop.admin.trashProduct(17);
    shop.admin.updateVariation(11, 12, { regular_price: '3' });
    await shop.webhooksSettled();
    expect(topics().sort()).toEqual(
      ['order.created', 'order.deleted', 'order.restored', 'product.deleted', 'product.updated'].sort(),
    );
    const deleted = received.filter(({ headers }) => headers['x-wc-webhook-event'] === 'deleted');
    expect(deleted.map(({ body }) => JSON.parse(body)).sort((a, b) => a.id - b.id)).toEqual([{ id: 17 }, { id }]);
  });

  it('say nothing of what is deleted for good, and nothing of an order that the API takes out of the trash', async () => {
    for (const topic of ['order.deleted', 'order.restored', 'order.updated', 'product.deleted']) await subscribe(topic);
    received = [];
    const { id } = shop.admin.createOrder({});
    await call('DELETE', `/orders/${id}?force=true`);
    await call('DELETE', '/products/17?force=true');
    await call('DELETE', '/products/11/variations/12?force=true');
    await shop.webhooksSettled();
    expect(topics()).toEqual([]);
    const trashed = shop.admin.createOrder({});
    shop.admin.trashOrder(trashed.id);
    await call('PUT', `/orders/${trashed.id}`, { status: 'processing' });
    await shop.webhooksSettled();
    expect(topics()).toEqual(['order.deleted']);
  });

  it('send the newest state, and an error without an id of what is gone by then', async () => {
    for (const topic of ['order.created', 'product.created', 'customer.created', 'product.updated'])
      await subscribe(topic);
    received = [];
    const bodies = () =>
      Object.fromEntries(received.map(({ headers, body }) => [headers['x-wc-webhook-topic'], JSON.parse(body)]));
    shop.admin.deleteOrder(shop.admin.createOrder({}).id);
    shop.admin.deleteProduct(shop.admin.createProduct({ name: 'Gone' }).id);
    shop.admin.deleteCustomer(shop.admin.createCustomer({ email: 'gone@shop.example' }).id);
    shop.admin.updateProduct(17, { name: 'Newer' });
    shop.admin.trashProduct(17);
    await shop.webhooksSettled();
    const error = (code: string, message = 'Invalid ID.') => ({ code, message, data: { status: 404 } });
    expect(bodies()).toMatchObject({
      'order.created': error('woocommerce_rest_shop_order_invalid_id'),
      'product.created': error('woocommerce_rest_product_invalid_id'),
      'customer.created': error('wc_user_invalid_id', 'Invalid user ID.'),
      'product.updated': { id: 17, name: 'Newer', status: 'trash' },
    });
  });

  it('tell a product that the API takes out of the trash as updated, and each variation that goes into it', async () => {
    for (const topic of ['product.restored', 'product.updated', 'product.deleted']) await subscribe(topic);
    received = [];
    const variations = (await call('GET', '/products/11/variations?per_page=100')).body.map(
      ({ id }: { id: number }) => id,
    );
    await call('DELETE', '/products/11');
    await call('PUT', '/products/11', { status: 'publish' });
    await shop.webhooksSettled();
    const told = received.map(({ headers, body }) => `${headers['x-wc-webhook-event']} ${JSON.parse(body).id}`);
    expect(told.sort()).toEqual([...[...variations, 11].map((id) => `deleted ${id}`), 'updated 11'].sort());
  });

  it('do not delay the response', async () => {
    await subscribe('customer.updated');
    receiver.removeAllListeners('request');
    let release = () => {};
    receiver.on('request', (_request, response) => {
      release = () => response.end();
    });
    const arrived = once(receiver, 'request');
    expect((await call('PUT', '/customers/3', { first_name: 'A' })).status).toBe(200);
    await arrived;
    release();
    await shop.webhooksSettled();
  });

  it('are delivered twice with one delivery id, or never, on demand', async () => {
    await subscribe('customer.updated');
    shop.setDeliveryFaults({ duplicateEvery: 2 });
    for (const name of ['A', 'B']) {
      shop.admin.updateCustomer(3, { first_name: name });
      await shop.webhooksSettled();
    }
    expect(received.slice(1).map(({ body }) => JSON.parse(body).first_name)).toEqual(['A', 'B', 'B']);
    const [, , first, second] = received.map(({ headers }) => headers['x-wc-webhook-delivery-id']);
    expect(first).toBe(second);

    shop.setDeliveryFaults({ loseEvery: 1 });
    shop.admin.updateCustomer(3, { first_name: 'C' });
    await shop.webhooksSettled();
    expect(received).toHaveLength(4);
  });

  it('are disabled by the seventh failure in a row, and when they are switched on again by the next one, until one succeeds', async () => {
    await subscribe('customer.updated');
    const change = async (times: number) => {
      for (let n = 0; n < times; n += 1) shop.admin.updateCustomer(3, { first_name: `n${n}` });
      await shop.webhooksSettled();
    };
    status = 500;
    await change(6);
    status = 302; // counts as delivered
    await change(1);
    status = 404;
    await change(9);
    expect(received).toHaveLength(1 + 6 + 1 + 7);
    const state = async () => (await call('GET', '/webhooks/1')).body.status;
    expect(await state()).toBe('disabled');
    await call('PUT', '/webhooks/1', { status: 'active' });
    await change(2);
    expect([received.length, await state()]).toEqual([16, 'disabled']);
    status = 200;
    await call('PUT', '/webhooks/1', { status: 'active' });
    await change(1);
    status = 500;
    await change(6);
    expect([received.length, await state()]).toEqual([23, 'active']);
  });

  it('are made active whatever answers the ping, and listed in the order that is asked for', async () => {
    status = 500;
    for (const topic of ['order.created', 'customer.created', 'product.created']) await subscribe(topic);
    expect((await call('GET', '/webhooks/1')).body.status).toBe('active');
    const ids = async (query: string) =>
      (await call('GET', `/webhooks?${query}`)).body.map(({ id }: { id: number }) => id);
    expect(await ids('orderby=id&order=asc&offset=1')).toEqual([2, 3]);
    expect(await ids('orderby=id&per_page=2')).toEqual([3, 2]);
  });

  it('are listed, deleted for good only, and refused without a topic or an address', async () => {
    await subscribe('customer.updated');
    expect((await call('GET', '/webhooks')).body).toMatchObject([{ id: 1 }]);
    expect((await call('DELETE', '/webhooks/1')).status).toBe(501);
    expect((await call('DELETE', '/webhooks/1?force=true')).status).toBe(200);
    expect((await call('GET', '/webhooks/1')).status).toBe(404);
    const delivery_url = 'http://127.0.0.1/x';
    const refusals = [
      { topic: 'customer.updated' },
      { topic: 'x', delivery_url },
      { topic: 'order.created', delivery_url: 'x' },
    ];
    const codes = await Promise.all(refusals.map(async (body) => (await call('POST', '/webhooks', body)).body.code));
    expect(codes).toEqual([
      'rest_missing_callback_param',
      'woocommerce_rest_shop_webhook_invalid_topic',
      'woocommerce_rest_shop_webhook_invalid_delivery_url',
    ]);
  });
});
