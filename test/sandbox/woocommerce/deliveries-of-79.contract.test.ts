import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../recordings/delivery.parser.ts';
import { shopClient } from './shop-client.support.ts';
import { startWebhookReceiver } from './webhook-receiver.support.ts';

/** Recording → the topic, and what it tells. */
const DELIVERIES = [
  ['176-hook-customer-updated', 'customer.updated', 'customer'],
  ['187-hook-product-restored-by-put', 'product.updated', 'product'],
  ['189-hook-variation-updated', 'product.updated', 'variation'],
  ['194-hook-order-updated-status', 'order.updated', 'order'],
  ['197-hook-order-trashed-1', 'order.deleted', 'trashed order'],
  ['197-hook-order-trashed-2', 'product.deleted', 'trashed order'],
  ['198-hook-order-restored-1', 'order.restored', 'restored order'],
  ['198-hook-order-restored-2', 'product.restored', 'restored order'],
  ['201-hook-order-restored-by-put', 'order.updated', 'order'],
] as const;

/** What stands in a header by its own for each delivery. */
const OWN = /^x-wc-webhook-(source|signature|id|delivery-id)$/;

describe('The sandbox of 7.9 delivers by webhooks', () => {
  it.each(DELIVERIES)('%s: the recorded headers and members', async (name, topic, what) => {
    const shop = await startWooCommerceSandbox({ customers: 1, products: 0, orders: 0, version: '7.9' });
    const receiver = await startWebhookReceiver();
    try {
      const call = shopClient(shop);
      const change = changesOf(shop, call)[what];
      await call('POST', '/webhooks', { topic, delivery_url: receiver.url });
      await change();
      await shop.webhooksSettled();
      const [told] = receiver.take();
      const recorded = readDelivery(`woocommerce-7.9/${name}`);
      expect(headersOf(told?.headers ?? {})).toEqual(headersOf(recorded.headers));
      expect(membersOf(JSON.parse(told?.body ?? '{}'))).toEqual(membersOf(recorded.body as Body));
    } finally {
      receiver.stop();
      await shop.stop();
    }
  });
});

function changesOf(
  { admin }: Awaited<ReturnType<typeof startWooCommerceSandbox>>,
  call: ReturnType<typeof shopClient>,
) {
  const product = admin.createProduct({ name: 'Hook Produkt', regular_price: '8.90', sku: 'HOOK-79' });
  const shirt = admin.createProduct({ name: 'Variable 0', type: 'variable' });
  const size = admin.createVariation(shirt.id, {
    ...{ sku: 'VAR-00-S', regular_price: '20', attributes: [{ name: 'Size', option: 'S' }] },
  });
  const order = admin.createOrder({ line_items: [{ product_id: product.id }] });
  return {
    customer: () => call('PUT', '/customers/1', { first_name: 'Hännä' }),
    product: () => call('PUT', `/products/${product.id}`, { status: 'publish' }),
    variation: () => call('PUT', `/products/${shirt.id}/variations/${size.id}`, { regular_price: '21.50' }),
    order: () => call('PUT', `/orders/${order.id}`, { status: 'completed' }),
    'trashed order': () => call('DELETE', `/orders/${order.id}`),
    'restored order': () => {
      admin.trashOrder(order.id);
      admin.restoreOrder(order.id, 'completed');
    },
  };
}

function headersOf(all: Readonly<Record<string, unknown>>): unknown {
  const sent = Object.entries(all).filter(([name]) => /^(user-agent|content-type|x-wc)/.test(name));
  return Object.fromEntries(sent.map(([name, value]) => [name, OWN.test(name) ? 'its own' : value]));
}

type Body = Record<string, Record<string, object>[]>;

/** The members of a body, and those of its first line and attribute. */
function membersOf(body: Body): unknown {
  const parts = ['line_items', 'attributes'].flatMap((name) => body[name]?.[0] ?? []);
  return [body, ...parts].map((part) => Object.keys(part));
}
