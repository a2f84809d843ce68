import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, describe, expect, it } from 'vitest';
import { readTimeline } from '../../recordings/timeline.reader.ts';
import { shopClient } from './shop-client.support.ts';
import { type Received, startWebhookReceiver } from './webhook-receiver.support.ts';

type Json = Awaited<ReturnType<ReturnType<typeof shopClient>>>['body'];
type Version = '11.0' | '7.9';

const VERSIONS = ['11.0', '7.9'] as const;
const folderOf = (version: Version) => `woocommerce-${version === '7.9' ? version : '11'}`;

let shop: WooCommerceSandbox;
let call: ReturnType<typeof shopClient>;
let now = Date.UTC(2026, 10, 28, 12);
afterEach(() => shop.stop());

async function start(version: Version): Promise<void> {
  shop = await startWooCommerceSandbox({ customers: 2, products: 0, orders: 0, version, now: () => now });
  call = shopClient(shop);
}

/** A product with stock, a shirt with three sizes, and an account, as the steps need them. */
function stocked() {
  const stock = { manage_stock: true, stock_quantity: 50, regular_price: '10' };
  const product = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP', ...stock }).id;
  const shirt = shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable' }).id;
  const sizes = ['S', 'M', 'L'].map((size) => shop.admin.createVariation(shirt, { sku: size, ...stock }).id);
  const customer_id = shop.admin.createCustomer({ email: 'ada@example.test' }).id;
  return { product, shirt, sizes, customer_id };
}

describe.each(VERSIONS)('WooCommerce %s', (version) => {
  it('delivers by webhooks what was recorded, step by step (911)', async () => {
    await start(version);
    const receiver = await startWebhookReceiver();
    try {
      const { product, shirt, sizes, customer_id } = stocked();
      const { id: account } = shop.admin.createCustomer({ email: 'gone@example.test' });
      await shop.webhooksSettled();
      for (const resource of ['customer', 'product', 'order'])
        for (const event of ['created', 'updated', 'deleted', ...(resource === 'customer' ? [] : ['restored'])]) {
          const hook = { topic: `${resource}.${event}`, delivery_url: receiver.url };
          await call('POST', '/webhooks', hook);
        }
      await shop.webhooksSettled();
      receiver.take();

      const line_items = [{ product_id: product, quantity: 2 }];
      let order = 0;
      let refund = 0;
      const put = (input: object) => call('PUT', `/orders/${order}`, input);
      const variation = (i: number) => `/products/${shirt}/variations/${sizes[i]}`;
      const steps: Record<string, () => unknown> = {
        'order created by REST for an account, status pending': async () => {
          order = (await call('POST', '/orders', { customer_id, line_items })).body.id;
        },
        'that order to processing': () => put({ status: 'processing' }),
        'that order to completed': () => put({ status: 'completed' }),
        'its customer_note changed': () => put({ customer_note: 'x' }),
        'only meta_data of the order changed': () => put({ meta_data: [{ key: 'a', value: 'b' }] }),
        'an empty PUT of the order': () => put({}),
        'a refund of the order by REST': async () => {
          refund = (await call('POST', `/orders/${order}/refunds`, { amount: '1', api_refund: false })).body.id;
        },
        'that refund deleted': () => call('DELETE', `/orders/${order}/refunds/${refund}?force=true`),
        'the order trashed': () => call('DELETE', `/orders/${order}`),
        'the order taken out of the trash by PUT status completed': () => put({ status: 'completed' }),
        'an update of the order afterwards': () => put({ customer_note: 'y' }),
        'the order trashed again': () => call('DELETE', `/orders/${order}`),
        'taken out of the trash by a batch update, status processing': () =>
          call('POST', '/orders/batch', { update: [{ id: order, status: 'processing' }] }),
        'the order trashed, then deleted for good with force=true': async () => {
          await call('DELETE', `/orders/${order}`);
          await call('DELETE', `/orders/${order}?force=true`);
        },
        'price of a variation changed': () => call('PUT', variation(1), { regular_price: '11' }),
        'stock of a variation changed to 0': () => call('PUT', variation(0), { stock_quantity: 0 }),
        'an order set paid for 1 piece of a variation with its own stock': () =>
          call('POST', '/orders', { set_paid: true, line_items: [{ variation_id: sizes[0], quantity: 1 }] }),
        'a variation deleted without force (it is trashed)': () => call('DELETE', variation(2)),
        'a variation deleted with force': () => call('DELETE', `${variation(1)}?force=true`),
        'a variable product trashed': () => call('DELETE', `/products/${shirt}`),
        'the variable product set to publish by PUT': () => call('PUT', `/products/${shirt}`, { status: 'publish' }),
        'a variable product deleted for good': () => call('DELETE', `/products/${shirt}?force=true`),
        'the trashed product deleted for good': async () => {
          shop.admin.trashProduct(product);
          await shop.webhooksSettled();
          receiver.take();
          await call('DELETE', `/products/${product}?force=true`);
        },
        'an account deleted outside the shop': () => shop.admin.deleteCustomer(account),
      };
      const recorded = readTimeline(`${folderOf(version)}/911-webhook-what-is-delivered`);
      const told: Record<string, string[]> = {};
      for (const [step, act] of Object.entries(steps)) {
        now += 2000;
        await act();
        await shop.webhooksSettled();
        told[step] = receiver.take().map(toldOf).sort();
      }
      const expected = Object.keys(steps).map((step) => [step, withoutIds(recorded.get(step) ?? 'no such step')]);
      expect(told).toEqual(Object.fromEntries(expected));
    } finally {
      receiver.stop();
    }
  });

  it('moves the dates of change that were recorded as moved (960)', async () => {
    await start(version);
    const { product, shirt, sizes, customer_id } = stocked();
    const line_items = [
      { product_id: product, quantity: 2 },
      { variation_id: sizes[0], quantity: 1 },
    ];
    const order: Json = (await call('POST', '/orders', { customer_id, line_items })).body;
    const put = (input: object) => call('PUT', `/orders/${order.id}`, input);
    const product_ = (input: object) => call('PUT', `/products/${product}`, input);
    const variation = (i: number) => `/products/${shirt}/variations/${sizes[i]}`;
    const customer = (input: object) => call('PUT', `/customers/${customer_id}`, input);
    let refund = 0;
    // What each step looks at, in the order of the recording.
    const [orders, lamp, shirts, size, accounts] = ['orders', 'lamp', 'shirt', 'size', 'customers'] as const;
    const steps: Record<string, [() => unknown, ...string[]]> = {
      'order to processing (2 of the product, 1 of the variation)': [
        () => put({ status: 'processing' }),
        ...[orders, lamp, shirts, size, accounts],
      ],
      'order to completed': [() => put({ status: 'completed' }), orders, lamp, accounts],
      'meta_data only': [() => put({ meta_data: [{ key: 'a', value: 'b' }] }), orders],
      'an empty PUT of the order': [() => put({}), orders],
      'a line with another quantity (totals given)': [
        () => put({ line_items: [{ id: order.line_items[0].id, quantity: 3, total: '30' }] }),
        ...[orders, lamp],
      ],
      'a refund by REST': [
        async () => {
          refund = (await call('POST', `/orders/${order.id}/refunds`, { amount: '1', api_refund: false })).body.id;
        },
        orders,
      ],
      'the refund deleted': [() => call('DELETE', `/orders/${order.id}/refunds/${refund}?force=true`), orders],
      'the order trashed': [() => call('DELETE', `/orders/${order.id}`), orders],
      'the order restored by PUT': [() => put({ status: 'processing' }), orders],
      'an empty PUT of the product': [() => product_({}), lamp],
      'meta_data only #2': [() => product_({ meta_data: [{ key: 'a', value: 'b' }] }), lamp],
      'price of a variation': [() => call('PUT', variation(1), { regular_price: '11' }), shirts, 'second size'],
      'stock of a variation to 0 (the parent goes out of stock)': [
        () => call('PUT', variation(1), { stock_quantity: 0 }),
        ...[shirts, 'second size'],
      ],
      'a new variation': [() => call('POST', `/products/${shirt}/variations`, { sku: 'XL' }), shirts],
      'a variation deleted for good': [() => call('DELETE', `${variation(2)}?force=true`), shirts],
      'a variation trashed (DELETE without force)': [() => call('DELETE', variation(1)), shirts, 'second size'],
      'the product trashed': [() => call('DELETE', `/products/${product}`), lamp],
      'the product restored by PUT': [() => product_({ status: 'publish' }), lamp],
      'the product restored in the back office': [
        async () => {
          shop.admin.trashProduct(product);
          now += 2000;
          shop.admin.restoreProduct(product);
        },
        lamp,
      ],
      'an empty PUT of the account': [() => customer({}), accounts],
      'meta_data only #3': [() => customer({ meta_data: [{ key: 'a', value: 'b' }] }), accounts],
      'its name': [() => customer({ first_name: 'x' }), accounts],
    };
    const dates = (): Record<string, unknown> => {
      const { orders: rows, products, variations, customers } = shop.state();
      const at = (list: readonly Json[], id: unknown) => list.find((row) => row.id === id)?.date_modified_gmt;
      return {
        ...{ orders: at(rows(), order.id), lamp: at(products(), product), shirt: at(products(), shirt) },
        ...{ size: at(variations(), sizes[0]), 'second size': at(variations(), sizes[1]) },
        customers: at(customers(), customer_id),
      };
    };
    const recorded = readTimeline(`${folderOf(version)}/960-what-moves-date-modified`);
    for (const [step, [act, ...looked]] of Object.entries(steps)) {
      const before = dates();
      now += 2000;
      await act();
      const after = dates();
      const moved = looked.map((name) => before[name] !== after[name]);
      const outcome = recorded
        .get(step)
        ?.split(', ')
        .map((part) => !part.endsWith('NOT moved'));
      expect([step, moved]).toEqual([step, outcome]);
    }
  });
});

/** `order.updated id=338 completed` → `order.updated completed`, sorted: the order of deliveries is no order of events. */
function withoutIds(outcome: string): string[] {
  if (outcome === 'nothing') return [];
  return outcome
    .split(', ')
    .map((one) => one.replace(/ id=\w+/, ''))
    .sort();
}

function toldOf({ headers, body }: Received): string {
  const { status } = JSON.parse(body);
  const topic = headers['x-wc-webhook-topic'];
  return status === undefined ? `${topic}` : `${topic} ${status}`;
}
