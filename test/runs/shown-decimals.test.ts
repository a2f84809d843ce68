import {
  startWooCommerceSandbox,
  type WooCommerceSandbox,
  type WooCommerceSandboxOptions,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bend, startBendingProxy } from '../support/bending-proxy.ts';
import { isList } from './bent-shop.support.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** Two lamps of 79.96 and a fee: 160.13 in all. */
function orderLamps(shop: WooCommerceSandbox): void {
  const { id } = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '79.96' });
  shop.admin.createOrder({
    status: 'processing',
    line_items: [{ product_id: id, quantity: 2, subtotal: '159.92', total: '159.92' }],
    fee_lines: [{ name: 'Wrapping', total: '0.21' }],
  });
}

/** The record of the only order, and the requests that answered orders. */
async function readOrder(options: WooCommerceSandboxOptions, bend: Bend = (_request, forward) => forward()) {
  const org = newOrgName();
  const shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, ...options });
  const asked: URL[] = [];
  const proxy = await startBendingProxy(shop.url);
  proxy.bend((request, forward) => {
    if (request.url.pathname.includes('/orders')) asked.push(request.url);
    return bend(request, forward);
  });
  try {
    orderLamps(shop);
    const id = await fixture.connectShop(org, { ...shop, url: proxy.url }, { home_url: shop.url });
    const run = await fixture.run(org, { source_connection_id: id, entity_type: 'order' });
    expect(run.counts).toEqual({ created: 1 });
    const { body } = await fixture.call(org, 'GET', `/records?connection_id=${id}&entity_type=order`);
    return { data: body.items[0].data as Json, asked };
  } finally {
    await proxy.stop();
    await shop.stop();
  }
}

const EXACT = {
  total: '160.13',
  lines: [
    { total: '159.92', unit_price: '79.96' },
    { kind: 'fee', total: '0.21' },
  ],
};

describe('Amounts are not rounded to the decimals that a shop shows', () => {
  it('of a shop that shows none: the exact parts of a total are added up', async () => {
    const { data, asked } = await readOrder({ shownDecimals: 0 });
    expect(data).toMatchObject(EXACT);
    for (const url of asked) expect(Number(url.searchParams.get('dp'))).toBeGreaterThanOrEqual(6);
  });

  it('of a shop that shows two', async () => {
    expect((await readOrder({})).data).toMatchObject(EXACT);
  });

  it('a total that is not its parts, rounded, is as the shop says', async () => {
    const { data } = await readOrder({ shownDecimals: 0 }, async (request, forward) => {
      const response = await forward();
      if (!isList(request, '/orders') || response.status !== 200) return response;
      // A plugin has taken a gift card of 100 off.
      return { ...response, body: response.body.replaceAll('"total":"160.000000"', '"total":"60.000000"') };
    });
    expect(data).toMatchObject({ ...EXACT, total: '60' });
  });
});
