import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bend, type BendingProxy, type ProxyResponse, startBendingProxy } from '../support/bending-proxy.ts';
import { sql } from '../support/test-database.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

interface World {
  readonly shop: WooCommerceSandbox;
  readonly shop2: WooCommerceSandbox;
  /** In front of the second shop. */
  readonly proxy: BendingProxy;
  /** Syncs from the first shop to the second; `writes` is what was sent. */
  readonly sync: (entity?: string) => Promise<{ counts: Json; items: Json[]; writes: string[] }>;
}

async function inWorld(work: (world: World) => Promise<void>, options: object = {}): Promise<void> {
  const org = newOrgName();
  const empty = { customers: 0, products: 0, orders: 0, ...options };
  const shop = await startWooCommerceSandbox(empty);
  const shop2 = await startWooCommerceSandbox({ ...empty, seed: 7 });
  const proxy = await startBendingProxy(shop2.url);
  // A signature has a time, which a shop whose clock is set refuses.
  const from = await fixture.connectShop(org, shop, { auth: 'basic' });
  const settings = { home_url: shop2.url, delete_guard_percent: 100, auth: 'basic' };
  const to = await fixture.connectShop(org, { ...shop2, url: proxy.url }, settings);
  const sync: World['sync'] = async (entity_type = 'product') => {
    proxy.takeRequests();
    const ends = { source_connection_id: from, destination: { connection_id: to }, entity_type };
    const run = await fixture.run(org, ends);
    const { body } = await fixture.call(org, 'GET', `/progress/${run.progress.sync_id}/items`);
    const sent = proxy.takeRequests().filter(({ method }) => method !== 'GET');
    return {
      counts: run.counts,
      items: body.items,
      writes: sent.map(({ method, url }) => `${method} ${url.pathname.replace('/wp-json/wc/v3', '')}`),
    };
  };
  try {
    await work({ shop, shop2, proxy, sync });
  } finally {
    await Promise.all([proxy.stop(), shop.stop(), shop2.stop()]);
  }
}

/** A description of which the shop removes a part. */
const LOST = 'x <y> z';

/** A product of sizes S, M and L in the first shop, each with its SKU. */
function createShirt(shop: WooCommerceSandbox, product: object = {}) {
  const attributes = [{ name: 'Size', variation: true, options: ['S', 'M', 'L', 'XL'] }];
  const shirt = shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable', attributes, ...product });
  const add = (option: string) =>
    shop.admin.createVariation(shirt.id, { regular_price: '10', sku: option, attributes: [{ name: 'Size', option }] });
  const [s, m, l] = ['S', 'M', 'L'].map(add);
  const change = () => {
    shop.admin.updateVariation(shirt.id, s?.id as number, { regular_price: '99' });
    for (const gone of [m, l]) shop.admin.deleteVariation(shirt.id, gone?.id as number);
    add('XL');
  };
  return { shirt, change };
}

const inShop = (shop: WooCommerceSandbox): Json => ({
  products: shop
    .state()
    .products()
    .map(({ id, name, description, status }: Json) => ({ id, name, description, status })),
  variations: shop
    .state()
    .variations()
    .map(({ id, sku, regular_price, status }: Json) => ({ id, sku, regular_price, status }))
    .sort((a: Json, b: Json) => a.id - b.id),
});

const json = (body: object): ProxyResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const refusedAs = (id: number, code: string) => ({ id, error: { code, message: 'No.', data: { status: 403 } } });

/** The shop does not delete these variations. */
const keepsVariations =
  (kept: readonly number[]): Bend =>
  async ({ method, url, body }, forward) => {
    const sent = method === 'POST' && url.pathname.endsWith('/variations/batch') ? JSON.parse(body) : {};
    if (!sent.delete) return forward();
    const others = sent.delete.filter((id: number) => !kept.includes(id));
    const answer = others.length > 0 ? JSON.parse((await forward(url, JSON.stringify({ delete: others }))).body) : {};
    const done = new Map(others.map((id: number, i: number) => [id, answer.delete[i]]));
    return json({
      delete: sent.delete.map((id: number) => done.get(id) ?? refusedAs(id, 'woocommerce_rest_cannot_delete')),
    });
  };

describe('A product that a shop refuses', () => {
  it('for its text leaves all its variations as they were', () =>
    inWorld(async ({ shop, shop2, sync }) => {
      const { shirt, change } = createShirt(shop);
      await sync();
      const before = inShop(shop2);
      change();
      shop.admin.updateProduct(shirt.id, { description: LOST });
      expect((await sync()).items).toMatchObject([{ error_class: 'text_refused' }]);
      expect(inShop(shop2)).toEqual(before);
    }));

  it('for a variation that it does not delete has the changed and the new ones taken back', () =>
    inWorld(async ({ shop, shop2, proxy, sync }) => {
      const { change } = createShirt(shop);
      await sync();
      const before = inShop(shop2);
      change();
      proxy.bend(keepsVariations(before.variations.map(({ id }: Json) => id)));
      const [item] = (await sync()).items;
      expect(item).toMatchObject({
        error_class: 'variation_cannot_delete',
        message: '2 of its variations failed: No.',
      });
      expect(inShop(shop2)).toEqual(before);
      proxy.bend(null);
      expect((await sync()).counts).toEqual({ updated: 1 });
      expect(inShop(shop2).variations.map(({ sku }: Json) => sku)).toEqual(['S', 'XL']);
    }));

  it('says which variations were deleted before, and are gone for good', () =>
    inWorld(async ({ shop, shop2, proxy, sync }) => {
      const { change } = createShirt(shop);
      await sync();
      const before = inShop(shop2);
      change();
      const isM = ({ sku }: Json) => sku === 'M';
      proxy.bend(keepsVariations([before.variations.find(isM).id]));
      const [item] = (await sync()).items;
      expect(item.message).toBe('1 of its variations failed: No. Deleted for good before that: 1.');
      expect(inShop(shop2).variations).toEqual(before.variations.filter(({ sku }: Json) => sku !== 'L'));
    }));

  it('says what the shop did not let be taken back', () =>
    inWorld(async ({ shop, shop2, proxy, sync }) => {
      const { shirt, change } = createShirt(shop);
      await sync();
      const before = inShop(shop2);
      change();
      shop.admin.updateProduct(shirt.id, { name: 'Renamed' });
      proxy.bend(async (request, forward) => {
        if (request.method === 'PUT')
          return { ...json({ code: 'woocommerce_rest_cannot_edit', message: 'Locked.' }), status: 400 };
        const sent = request.url.pathname.endsWith('/variations/batch') ? JSON.parse(request.body || '{}') : {};
        if (sent.update?.[0]?.regular_price === '10' && !sent.create)
          return json({ update: sent.update.map(({ id }: Json) => refusedAs(id, 'woocommerce_rest_cannot_edit')) });
        return keepsVariations(before.variations.map(({ id }: Json) => id))(request, forward);
      });
      const [item] = (await sync()).items;
      expect(item.message).toBe(
        '2 of its variations failed: No. Changed before that and not taken back: 1. ' +
          'What was written of the product itself was not taken back: The shop refused PUT /products/11: Locked.',
      );
    }));

  it('is in the trash again when it was taken out of it', () =>
    inWorld(async ({ shop, shop2, sync }) => {
      const { shirt } = createShirt(shop);
      await sync();
      shop.admin.trashProduct(shirt.id);
      await sync();
      expect(inShop(shop2).products).toMatchObject([{ status: 'trash' }]);
      shop.admin.restoreProduct(shirt.id);
      shop.admin.updateProduct(shirt.id, { status: 'publish', description: LOST });
      expect((await sync()).items).toMatchObject([{ error_class: 'text_refused' }]);
      expect(inShop(shop2).products).toMatchObject([{ status: 'trash', description: '' }]);
      shop.admin.updateProduct(shirt.id, { description: 'Good' });
      await sync();
      expect(inShop(shop2).products).toMatchObject([
        { status: 'publish', description: expect.stringContaining('Good') },
      ]);
    }));
});

/** The shop refuses with this code what a batch would create. */
const refuses =
  (path: RegExp, code: string, data: object = {}): Bend =>
  ({ method, url, body }, forward) => {
    const create = method === 'POST' && path.test(url.pathname) ? JSON.parse(body).create : undefined;
    if (!create) return forward();
    const error = { code, message: 'No.', data: { status: 400, ...data } };
    return json({ create: create.map(() => ({ id: 0, error })) });
  };

async function createCategory(shop: WooCommerceSandbox, name: string): Promise<Json> {
  const authorization = `Basic ${btoa(`${shop.consumerKey}:${shop.consumerSecret}`)}`;
  const made = await fetch(`${shop.url}/wp-json/wc/v3/products/categories`, {
    ...{ method: 'POST', headers: { authorization, 'content-type': 'application/json' } },
    body: JSON.stringify({ name }),
  });
  return made.json();
}

describe('What a shop refuses for good is not sent again in every run:', () => {
  /** Two runs that fail alike; the second one sends nothing. */
  async function expectNoSecond(sync: World['sync'], error_class: string, entity = 'product'): Promise<void> {
    const first = await sync(entity);
    expect(first.items).toMatchObject([{ error_class }]);
    expect(first.writes).not.toEqual([]);
    const second = await sync(entity);
    expect(second.items).toMatchObject([{ error_class, message: expect.stringContaining('Unchanged since') }]);
    expect(second.writes).toEqual([]);
  }

  it('text that it does not keep, of a new product and of a changed one', () =>
    inWorld(async ({ shop, shop2, sync }) => {
      const product = { name: 'Lamp', sku: 'LAMP', regular_price: '5', description: LOST };
      const { id } = shop.admin.createProduct(product);
      await expectNoSecond(sync, 'text_refused');
      shop.admin.updateProduct(id, { description: 'Good' });
      expect((await sync()).counts).toEqual({ created: 1 });
      shop.admin.updateProduct(id, { description: LOST });
      await expectNoSecond(sync, 'text_refused');
      expect(shop2.state().products()).toMatchObject([{ description: expect.stringContaining('Good') }]);
    }));

  it('a variation', () =>
    inWorld(async ({ shop, proxy, sync }) => {
      createShirt(shop);
      proxy.bend(refuses(/variations.batch$/, 'rest_invalid_param'));
      await expectNoSecond(sync, 'variation_rest_invalid_param');
    }));

  it('a category', () =>
    inWorld(async ({ shop, proxy, sync }) => {
      const { id } = await createCategory(shop, 'Only here');
      shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP', regular_price: '5', categories: [{ id }] });
      proxy.bend(({ method, url }, forward) =>
        method === 'POST' && url.pathname.endsWith('/products/categories')
          ? { ...json({ code: 'rest_invalid_param', message: 'No.', data: { status: 400 } }), status: 400 }
          : forward(),
      );
      await expectNoSecond(sync, 'category_refused');
    }));

  it.each(['order_invalid_billing_email', 'order_invalid_currency', 'woocommerce_rest_invalid_fee_item'])(
    'an order (%s)',
    (code) =>
      inWorld(async ({ shop, proxy, sync }) => {
        shop.admin.createOrder({ billing: { email: 'ada@shop.example' }, status: 'processing' });
        proxy.bend(refuses(/orders.batch$/, code));
        await expectNoSecond(sync, code.replace('woocommerce_rest_', ''), 'order');
      }),
  );
});

/** A plugin of the shop adds a coupon to what a batch creates, which the shop does not know. */
const addsCoupon: Bend = ({ method, url, body }, forward) => {
  const sent = method === 'POST' && url.pathname.endsWith('/orders/batch') ? JSON.parse(body) : {};
  if (!sent.create) return forward();
  const create = sent.create.map((order: Json) => ({ ...order, coupon_lines: [{ code: 'unknown' }] }));
  return forward(url, JSON.stringify({ ...sent, create }));
};

describe('A refused order that a shop keeps', () => {
  const marked = (shop: WooCommerceSandbox) =>
    shop
      .state()
      .orders()
      .filter(({ meta_data }: Json) => meta_data.some(({ key }: Json) => key === '_sync_key'));

  it('is deleted where the shop names it, and told where it does not let it be deleted', () =>
    inWorld(async ({ shop, shop2, proxy, sync }) => {
      shop.admin.createOrder({ billing: { email: 'ada@shop.example' }, status: 'processing' });
      proxy.bend(addsCoupon);
      expect((await sync('order')).items).toMatchObject([{ error_class: 'invalid_coupon' }]);
      expect((await sync('order')).items).toMatchObject([{ error_class: 'invalid_coupon' }]);
      expect(marked(shop2)).toEqual([]);

      proxy.bend((request, forward) => {
        const sent = request.url.pathname.endsWith('/orders/batch') ? JSON.parse(request.body) : {};
        if (!sent.delete) return addsCoupon(request, forward);
        return json({ delete: sent.delete.map((id: number) => refusedAs(id, 'woocommerce_rest_cannot_delete')) });
      });
      const [item] = (await sync('order')).items;
      const [left, ...more] = marked(shop2);
      expect(item.message).toContain(`The shop keeps the refused order ${left?.id}: No.`);
      expect((await sync('order')).writes).toEqual([]);
      expect([left?.status, more]).toEqual(['checkout-draft', []]);
    }));

  it('is met again where the shop does not name it, however many orders are newer', () => {
    let now = Date.now() - 3 * 3_600_000;
    return inWorld(
      async ({ shop, shop2, proxy, sync }) => {
        shop.admin.createOrder({ billing: { email: 'ada@shop.example' }, status: 'processing' });
        proxy.bend(addsCoupon);
        expect((await sync('order')).items).toMatchObject([{ error_class: 'invalid_coupon' }]);
        expect(marked(shop2)).toHaveLength(1);
        await sql(
          fixture.service.database.superuserUrl,
          `UPDATE public.sync_refusals SET left_since = left_since - interval '3 hours'`,
        );
        now += 3_600_000;
        for (let n = 0; n < 120; n += 1) shop2.admin.createOrder({ billing: { email: `b${n}@shop.example` } });
        expect((await sync('order')).items).toEqual([]);
        expect(marked(shop2)).toHaveLength(1);
      },
      { version: '7.9', now: () => now },
    );
  });
});
