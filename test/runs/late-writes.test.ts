import { startOdooSandbox, startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Abandons, startAbandoningProxy } from '../support/abandoning-proxy.ts';
import { changed, startBendingProxy } from '../support/bending-proxy.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const EMPTY = { customers: 0, products: 0, orders: 0 };
const isBatch = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && /\/orders\/batch/.test(path);

let fixture: RunsFixture;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_LATE_WRITE_SECONDS: '6' });
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await fixture.close();
});

const sync = (org: string, from: string, to: string, entity_type: string): Promise<Json> =>
  fixture.run(org, { source_connection_id: from, destination: { connection_id: to }, entity_type }, 90_000);

async function twoShops(orders: number): Promise<[WooCommerceSandbox, WooCommerceSandbox]> {
  const shops = await Promise.all([startWooCommerceSandbox(EMPTY), startWooCommerceSandbox({ ...EMPTY, seed: 7 })]);
  for (const shop of shops) {
    stops.push(() => shop.stop());
    shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
    shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
  }
  const [shop] = shops;
  const customer_id = shop.state().customers()[0]?.id;
  const product_id = shop.state().products()[0]?.id;
  for (let quantity = 1; quantity <= orders; quantity += 1)
    shop.admin.createOrder({ customer_id, line_items: [{ product_id, quantity }] });
  return shops;
}

async function behind(target: string, abandons: Abandons) {
  const proxy = await startAbandoningProxy(target, abandons);
  stops.unshift(() => proxy.stop());
  return proxy;
}

/** The marks of the orders that were made in the shop. */
const marksOf = (shop: WooCommerceSandbox) =>
  shop
    .state()
    .orders()
    .flatMap(({ meta_data }: Json) => meta_data.filter(({ key }: Json) => key === '_sync_key'))
    .map(({ value }: Json) => value);

async function ordersOnce(org: string, count: number, abandons: Omit<Abandons, 'when'>) {
  const [shop, shop2] = await twoShops(count);
  const proxy = await behind(shop2.url, { when: isBatch, ...abandons });
  const from = await fixture.connectShop(org, shop);
  const to = await fixture.connectShop(org, { ...shop2, url: proxy.url }, { home_url: shop2.url, auth: 'basic' });
  for (const entity of ['customer', 'product']) await sync(org, from, to, entity);
  const run = await sync(org, from, to, 'order');
  expect(run.counts).toEqual({ created: count });
  expect(proxy.mostAtOnce()).toBe(1);
  expect(run.progress).toMatchObject({ status: 'completed', failed_count: 0 });
  expect(shop2.state().counts.orders).toBe(count);
  expect(new Set(marksOf(shop2)).size).toBe(count);
  return proxy;
}

it('A batch that takes a shop longer than our patience is not sent again', async () => {
  const one = (body: string) => JSON.parse(body).create.map((order: Json) => JSON.stringify({ create: [order] }));
  const proxy = await ordersOnce('slow-batch', 6, { afterMs: 300, delayMs: 500, parts: one });
  expect(proxy.abandoned).toHaveLength(1);
});

it('A batch whose answer is lost and that was never carried out is sent again, in smaller parts', async () => {
  const proxy = await ordersOnce('lost-batch', 6, { afterMs: 10, delayMs: 0, parts: () => [], times: 1 });
  expect(proxy.abandoned).toHaveLength(1);
});

it('An order whose mark stands on the second page is not made again', async () => {
  const org = 'second-page';
  const [shop, shop2] = await twoShops(15);
  const capped = await startBendingProxy(shop2.url);
  stops.unshift(() => capped.stop());
  capped.bend(
    changed((answer, { method, url }) => {
      if (method !== 'GET' || !url.pathname.endsWith('/orders')) return answer;
      return { ...answer, body: JSON.stringify(JSON.parse(answer.body).slice(0, 10)) };
    }),
  );
  const proxy = await behind(capped.url, { when: isBatch, afterMs: 800, delayMs: 0, times: 1 });
  const from = await fixture.connectShop(org, shop);
  const to = await fixture.connectShop(org, { ...shop2, url: proxy.url }, { home_url: shop2.url, auth: 'basic' });
  for (const entity of ['customer', 'product']) await sync(org, from, to, entity);
  expect((await sync(org, from, to, 'order')).counts).toEqual({ created: 15 });
  expect(marksOf(shop2)).toHaveLength(15);
  expect(new Set(marksOf(shop2)).size).toBe(15);
});

it('A create whose transaction is still open in Odoo is not repeated', async () => {
  const org = 'late-transaction';
  const [[shop], odoo] = [
    await twoShops(0),
    await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ];
  stops.push(() => odoo.stop());
  for (let n = 1; n <= 5; n += 1) shop.admin.createCustomer({ email: `c${n}@shop.example`, first_name: `C${n}` });
  const when = ({ path }: { path: string }) => path.includes('/res.partner/create');
  const proxy = await behind(odoo.url, { when, afterMs: 300, delayMs: 3_000 });
  const from = await fixture.connectShop(org, shop);
  const to = await fixture.connectOdoo(org, { ...odoo, url: proxy.url });
  const run = await sync(org, from, to, 'customer');
  expect(run.counts).toEqual({ created: 6 });
  const ids = odoo.admin.search('res.partner', [['customer_rank', '>', 0]]);
  expect(ids).toHaveLength(6);
  expect(new Set(odoo.admin.read('res.partner', ids, ['ref']).map(({ ref }) => ref)).size).toBe(6);
  expect(proxy.abandoned).toHaveLength(1);
});
