import {
  type FaultRule,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TurnClock } from '../../src/runs/worker/run.turn.ts';
import { CUT, startBendingProxy } from '../support/bending-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const EMPTY = { customers: 0, products: 0, orders: 0 };
const BATCH = '/orders/batch';

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

/** The marks of the orders that were made in the shop. */
const marksOf = (shop: WooCommerceSandbox) =>
  shop
    .state()
    .orders()
    .flatMap(({ meta_data }: Json) => meta_data.filter(({ key }: Json) => key === '_sync_key'))
    .map(({ value }: Json) => value);

/** Returns how many batches were sent. */
async function ordersOnce(org: string, count: number, fault: FaultRule): Promise<number | undefined> {
  const [shop, shop2] = await twoShops(count);
  shop2.setFaults([fault]);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectShop(org, shop2)];
  for (const entity of ['customer', 'product']) await sync(org, from, to, entity);
  const run = await sync(org, from, to, 'order');
  expect(run.counts).toEqual({ created: count });
  expect(run.progress).toMatchObject({ status: 'completed', failed_count: 0 });
  expect(shop2.state().counts.orders).toBe(count);
  expect(new Set(marksOf(shop2)).size).toBe(count);
  return shop2.state().requests['POST /orders/batch'];
}

it('A batch that takes a shop longer than our patience is not sent again', async () => {
  expect(await ordersOnce('slow-batch', 6, { kind: 'abandoned', match: BATCH, ms: 300, workMs: 500 })).toBe(1);
});

it('A batch on which a shop works longer than the longest request is not sent again while its marks still appear', async () => {
  expect(await ordersOnce('slower-batch', 6, { kind: 'abandoned', match: BATCH, ms: 300, workMs: 1_700 })).toBe(1);
});

it('A run ends and sends nothing again when marks still appear after four times the longest request', async () => {
  const impatient = await RunsFixture.start({ SYNC_LATE_WRITE_SECONDS: '2' });
  try {
    const org = 'slowest-batch';
    const [shop, shop2] = await twoShops(16);
    const [from, to] = [await impatient.connectShop(org, shop), await impatient.connectShop(org, shop2)];
    const ends = { source_connection_id: from, destination: { connection_id: to } };
    for (const entity_type of ['customer', 'product']) await impatient.run(org, { ...ends, entity_type });
    shop2.setFaults([{ kind: 'abandoned', match: BATCH, ms: 100, workMs: 800 }]);
    const { progress } = await impatient.run(org, { ...ends, entity_type: 'order' }, 60_000);
    expect(progress).toMatchObject({ status: 'failed', error_message: expect.stringContaining('still at work') });
    expect(shop2.state().requests['POST /orders/batch']).toBe(1);
  } finally {
    await impatient.close();
  }
});

it('A batch whose answer is lost and that was never carried out is sent again, in smaller parts', async () => {
  expect(await ordersOnce('lost-batch', 6, { kind: 'dropped', match: BATCH, times: 1 })).toBe(3);
});

it.each(['abandoned', 'response-lost', 'truncated'] as const)(
  'A line that is added to an order in a shop is added once when the answer is lost (%s)',
  async (kind) => {
    const org = `added-line-${kind}`;
    const [shop, shop2] = await twoShops(1);
    const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectShop(org, shop2)];
    for (const entity of ['customer', 'product', 'order']) await sync(org, from, to, entity);
    const [order] = shop.state().orders();
    const line_items = [{ product_id: shop.state().products()[0]?.id, quantity: 2 }];
    shop.admin.updateOrder(order?.id as number, { line_items });
    shop2.setFaults([{ kind, match: BATCH, ms: 0, workMs: 0, times: 1 }]);
    const { progress, counts } = await sync(org, from, to, 'order');
    expect([progress.status, counts.failed ?? 0]).toEqual(['completed', 0]);
    expect(
      shop2
        .state()
        .orders()[0]
        ?.line_items.map(({ quantity }: Json) => quantity),
    ).toEqual([1, 2]);
    expect((await sync(org, from, to, 'order')).counts).toEqual({ unchanged: 1 });
  },
);

it('An order whose mark stands on the second page is not made again', async () => {
  const org = 'second-page';
  const [shop, shop2] = await twoShops(15);
  shop2.setFaults([
    { kind: 'capped', match: '/orders?', rows: 10 },
    { kind: 'abandoned', match: BATCH, ms: 800, workMs: 0, times: 1 },
  ]);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectShop(org, shop2)];
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
  odoo.setFaults([{ kind: 'abandoned', match: '/res.partner/create', ms: 300, workMs: 3_000 }]);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  const run = await sync(org, from, to, 'customer');
  expect(run.counts).toEqual({ created: 6 });
  const ids = odoo.admin.search('res.partner', [['customer_rank', '>', 0]]);
  expect(ids).toHaveLength(6);
  expect(new Set(odoo.admin.read('res.partner', ids, ['ref']).map(({ ref }) => ref)).size).toBe(6);
  expect(odoo.calls()['res.partner.create']).toBe(1);
});

/** Two shops with the same customers for an Odoo whose first create goes on once `release` is called; whoever sent it has been cut off long before. */
async function withHeldCreate(org: string) {
  const [shops, odoo] = [
    await twoShops(0),
    await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ];
  for (const shop of shops)
    for (let n = 1; n <= 5; n += 1) shop.admin.createCustomer({ email: `c${n}@shop.example`, first_name: `C${n}` });
  const held = Promise.withResolvers<void>();
  let creates = 0;
  const proxy = await startBendingProxy(odoo.url, ({ url }, forward) => {
    if (!url.pathname.endsWith('/res.partner/create')) return forward();
    creates += 1;
    if (creates > 1) return forward();
    void held.promise.then(() => forward());
    return CUT;
  });
  stops.push(
    () => odoo.stop(),
    () => proxy.stop(),
  );
  const start = async (from: WooCommerceSandbox) => {
    const source_connection_id = await fixture.connectShop(org, from);
    const destination = { connection_id: await fixture.connectOdoo(org, { ...odoo, url: proxy.url }) };
    return fixture.start(org, { source_connection_id, destination, entity_type: 'customer' });
  };
  const untilItWaits = (sync_id: string, status: string) =>
    waitFor('the run waits for the answer that was lost', async () => {
      const { body } = await fixture.call(org, 'GET', `/progress/${sync_id}`);
      return (body.status === status && /answer to a write was lost/.test(body.waiting_reason ?? '')) || undefined;
    });
  const expectOnce = async (sync_id: string) => {
    expect((await fixture.ended(org, sync_id)).progress).toMatchObject({ status: 'completed', failed_count: 0 });
    expect(creates).toBe(1);
    expect(odoo.admin.search('res.partner', [['customer_rank', '>', 0]])).toHaveLength(6);
  };
  return { shops, start, untilItWaits, release: () => held.resolve(), expectOnce };
}

it.each([
  ['the next one', 0],
  ['one that reads the same customer in another shop', 1],
] as const)('A create that an earlier run left open is not repeated by %s', async (_, nextShop) => {
  const org = `earlier-run-${nextShop}`;
  const { shops, start, untilItWaits, release, expectOnce } = await withHeldCreate(org);
  const first = await start(shops[0]);
  await untilItWaits(first.sync_id, 'running');
  await fixture.call(org, 'POST', `/progress/${first.sync_id}/cancel`, {});
  expect((await fixture.ended(org, first.sync_id)).progress.status).toBe('cancelled');
  const next = await start(shops[nextShop]);
  await untilItWaits(next.sync_id, 'running');
  release();
  await expectOnce(next.sync_id);
});

it('A worker whose turn is over leaves a lost answer to a later one, which says why', async () => {
  const clock = fixture.service.app.get(TurnClock);
  const { times } = clock;
  const { shops, start, untilItWaits, release, expectOnce } = await withHeldCreate('over-turn');
  clock.times = { ...times, turn: 500, check: 100, longest: 1_000 };
  try {
    const { sync_id } = await start(shops[0]);
    await untilItWaits(sync_id, 'queued');
    clock.times = times;
    release();
    await expectOnce(sync_id);
  } finally {
    clock.times = times;
  }
});
