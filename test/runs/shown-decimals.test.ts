import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bend, startBendingProxy } from '../support/bending-proxy.ts';
import { isList } from './bent-shop.support.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** Two lamps of 79.96 and a parcel, or something else, for 0.21: 160.13 in all. */
function orderLamps(shop: WooCommerceSandbox, rest: object): void {
  const { id } = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '79.96' });
  shop.admin.createOrder({
    status: 'processing',
    line_items: [{ product_id: id, quantity: 2, subtotal: '159.92', total: '159.92' }],
    ...rest,
  });
}

const PARCEL = { shipping_lines: [{ method_id: 'flat_rate', method_title: 'Post', total: '0.21' }] };
const WRAPPING = { fee_lines: [{ name: 'Wrapping', total: '0.21' }] };

interface Reading {
  /** Of the shop when the order was made, and when it is read. */
  readonly made?: number;
  readonly shown?: number;
  readonly rest?: object;
  readonly bend?: Bend;
}

/** The run, the record of the only order, and the requests that answered orders. */
async function readOrder({ made = 2, shown = made, rest = PARCEL, bend }: Reading = {}) {
  const org = newOrgName();
  const shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, shownDecimals: made });
  const asked: URL[] = [];
  const proxy = await startBendingProxy(shop.url);
  proxy.bend((request, forward) => {
    if (request.url.pathname.includes('/orders')) asked.push(request.url);
    return bend ? bend(request, forward) : forward();
  });
  try {
    orderLamps(shop, rest);
    shop.admin.showDecimals(shown);
    const id = await fixture.connectShop(org, { ...shop, url: proxy.url }, { home_url: shop.url });
    const run = await fixture.run(org, { source_connection_id: id, entity_type: 'order' });
    const { body } = await fixture.call(org, 'GET', `/records?connection_id=${id}&entity_type=order`);
    const items = await fixture.call(org, 'GET', `/progress/${run.sync_id}/items`);
    const [problem = null] = items.body.items as Json[];
    return { run, problem, data: body.items[0]?.data as Json, asked };
  } finally {
    await proxy.stop();
    await shop.stop();
  }
}

const EXACT = {
  total: '160.13',
  lines: [
    { total: '159.92', unit_price: '79.96' },
    { kind: 'shipping', total: '0.21' },
  ],
};
/** A firewall that lets nobody read the settings. */
const noSettings: Bend = async (request, forward) =>
  request.url.pathname.includes('/settings/')
    ? { status: 403, headers: { 'content-type': 'application/json' }, body: '{"code":"forbidden","message":"No."}' }
    : forward();

describe('Amounts are not rounded to the decimals that a shop shows', () => {
  it('of a shop that shows none since: the exact parts of a total are added up', async () => {
    const { data, asked } = await readOrder({ shown: 0 });
    expect(data).toMatchObject(EXACT);
    for (const url of asked) expect(Number(url.searchParams.get('dp'))).toBeGreaterThanOrEqual(6);
  });

  it('of a shop that shows two', async () => {
    expect((await readOrder()).data).toMatchObject(EXACT);
  });

  it('a total that was made without decimals is whole, and its lines are exact', async () => {
    expect((await readOrder({ made: 0 })).data).toMatchObject({ ...EXACT, total: '160' });
    expect((await readOrder({ made: 0, shown: 2 })).data).toMatchObject({ ...EXACT, total: '160' });
  });

  it('an order of which nobody can tell with how many it was made is refused', async () => {
    for (const made of [0, 2]) {
      const { run, problem, data } = await readOrder({ made, shown: 0, rest: WRAPPING });
      expect(run.counts).toMatchObject({ failed: 1 });
      expect(JSON.stringify(problem)).toMatch(/total_rounded/);
      expect(data).toBeUndefined();
    }
  });

  it('where the settings cannot be read, what is exact in any case is read, and the rest is refused', async () => {
    expect((await readOrder({ bend: noSettings })).data).toMatchObject(EXACT);
    const { problem } = await readOrder({ shown: 0, bend: noSettings });
    expect(JSON.stringify(problem)).toMatch(/total_rounded.*settings, which would tell, cannot be read/);
  });

  it('a whole total that a plugin made is as the shop says', async () => {
    const { data } = await readOrder({
      bend: async (request, forward) => {
        const response = await forward();
        if (!isList(request, '/orders') || response.status !== 200) return response;
        return { ...response, body: response.body.replaceAll('"total":"160.130000"', '"total":"160.000000"') };
      },
    });
    expect(data).toMatchObject({ ...EXACT, total: '160' });
  });
});
