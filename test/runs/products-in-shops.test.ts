import { startOdooSandbox, startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reconciled, reconcile } from '../previews/reconcile.support.ts';
import { changed, startBendingProxy } from '../support/bending-proxy.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

interface TwoShops {
  readonly shop: WooCommerceSandbox;
  readonly shop2: WooCommerceSandbox;
  /** Syncs from the first to the second. */
  readonly sync: (entity?: string, mode?: string) => Promise<{ counts: Json; items: Json[] }>;
  /** Syncs one of them into records, and returns those. */
  readonly records: (which?: 'shop' | 'shop2', entity?: string, mode?: string) => Promise<Json[]>;
  readonly connect: (other: WooCommerceSandbox, url?: string) => Promise<string>;
  /** Lets pictures be written to both. */
  readonly images: () => Promise<unknown>;
  /** What a comparison of both shops finds. */
  readonly differences: () => Promise<Reconciled>;
  readonly run: (run: object) => Promise<{ counts: Json; items: Json[] }>;
  readonly ids: Readonly<Record<'shop' | 'shop2', string>>;
}

let orgs = 0;
/** Two empty shops of an organization of its own. */
async function withShops(work: (shops: TwoShops) => Promise<void>, options: object = {}): Promise<void> {
  const org = `org-shops-${++orgs}`;
  const empty = { customers: 0, products: 0, orders: 0, ...options };
  const shop = await startWooCommerceSandbox(empty);
  const shop2 = await startWooCommerceSandbox({ ...empty, seed: 7 });
  const connect = (one: WooCommerceSandbox, url = one.url) =>
    fixture.connectShop(org, { ...one, url }, { home_url: one.url });
  const ids = { shop: await connect(shop), shop2: await connect(shop2) };
  const run = async (body: object) => {
    const ended = await fixture.run(org, body);
    const { body: page } = await fixture.call(org, 'GET', `/progress/${ended.progress.sync_id}/items`);
    return {
      counts: { ...ended.counts, total: ended.progress.total_items ?? ended.progress.total },
      items: page.items,
    };
  };
  const sync: TwoShops['sync'] = (entity_type = 'product', mode = 'full') =>
    run({ source_connection_id: ids.shop, destination: { connection_id: ids.shop2 }, entity_type, mode });
  const records: TwoShops['records'] = async (which = 'shop', entity_type = 'product', mode = 'full') => {
    await run({ source_connection_id: ids[which], destination: 'records', entity_type, mode });
    const { body } = await fixture.call(org, 'GET', `/records?connection_id=${ids[which]}&entity_type=${entity_type}`);
    return body.items;
  };
  try {
    const written = { settings: { field_directions: { product: { images: 'both' } } } };
    const images = async () => {
      for (const id of [ids.shop, ids.shop2]) await fixture.call(org, 'PATCH', `/connections/${id}`, written);
    };
    const ends = { source_connection_id: ids.shop, destination: { connection_id: ids.shop2 } };
    const differences = () => reconcile(fixture, org, { ...ends, entity_type: 'product' } as never);
    await work({ shop, shop2, sync, records, connect, images, differences, run, ids });
  } finally {
    await Promise.all([shop.stop(), shop2.stop()]);
  }
}

/** A variable product with a variation for each option of its sizes. */
function createShirt(shop: WooCommerceSandbox, sizes: Readonly<Record<string, object>>, product: object = {}) {
  const attributes = [{ name: 'Size', variation: true, options: Object.keys(sizes) }];
  const shirt = shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable', attributes, ...product });
  const variations = Object.entries(sizes).map(([option, input]) =>
    shop.admin.createVariation(shirt.id, { regular_price: '10', attributes: [{ name: 'Size', option }], ...input }),
  );
  return { shirt, variations };
}

describe('Products between shops', () => {
  it("A variation without a SKU has none, not its product's", () =>
    withShops(async ({ shop, shop2, sync, records }) => {
      const { variations } = createShirt(shop, { S: { sku: 'SHIRT-S' }, M: { regular_price: '11' } });
      const [record] = await records();
      expect(record.data.variations.map(({ sku }: Json) => sku)).toEqual([null, 'SHIRT-S']);
      expect((await sync()).counts).toMatchObject({ created: 1 });
      expect((await sync()).counts).toMatchObject({ unchanged: 1 });
      const made = shop2
        .state()
        .variations()
        .map(({ sku, regular_price }) => [sku, regular_price]);
      expect(made.sort()).toEqual([
        ['SHIRT', '11'],
        ['SHIRT-S', '10'],
      ]);
      shop.admin.createOrder({ line_items: [{ product_id: record.external_id, variation_id: variations[1]?.id }] });
      const [order] = await records('shop', 'order');
      expect(order.data.lines[0]).toMatchObject({ product_external_id: record.external_id, sku: null });
    }));

  it('A sale that is planned for later does not begin at once', () =>
    withShops(async ({ shop, shop2, sync, records }) => {
      const dates = { date_on_sale_from_gmt: '2030-01-01T00:00:00', date_on_sale_to_gmt: '2030-01-31T23:59:59' };
      const prices = { regular_price: '33.33', sale_price: '26.67' };
      shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', ...prices, ...dates });
      createShirt(shop, { S: { sku: 'SHIRT-S', ...prices, ...dates } });
      await sync();
      const [lamp] = shop2
        .state()
        .products()
        .filter(({ sku }) => sku === 'LAMP-1');
      for (const item of [lamp, shop2.state().variations()[0]])
        expect(item).toMatchObject({ ...prices, ...dates, price: '33.33', on_sale: false });
      expect((await records())[0].data).toMatchObject({
        sale_from: '2030-01-01T00:00:00Z',
        sale_to: '2030-01-31T23:59:59Z',
      });
      expect((await sync()).counts).toMatchObject({ unchanged: 2 });

      shop.admin.updateProduct(shop.state().products()[0]?.id ?? 0, {
        sale_price: '',
        date_on_sale_from: '',
        date_on_sale_to: '',
      });
      await sync();
      expect(
        shop2
          .state()
          .products()
          .find(({ sku }) => sku === 'LAMP-1'),
      ).toMatchObject({
        ...{ sale_price: '', date_on_sale_from_gmt: null, date_on_sale_to_gmt: null },
      });
    }));

  it('Text with < and > arrives as it is', () =>
    withShops(async ({ shop, shop2, sync, records }) => {
      const names = ['1 < 2 > 9', 'A & B', '<b>', '5 > 3', 'x <y> z', 'a\\b', ' &amp; ', '50%ab'];
      for (const [i, name] of names.entries())
        shop.admin.createProduct({ name, sku: `LT-${i}`, regular_price: '5', description: `${name} <b>x</b>` });
      expect((await sync()).items).toMatchObject([
        // An unknown tag of HTML is no text: the shop removes it.
        { error_class: 'text_refused', message: expect.stringContaining('description') },
      ]);
      const read = await records('shop2');
      const arrived = Object.fromEntries(read.map(({ data }: Json) => [data.sku, data.name]));
      expect(names.map((_name, i) => arrived[`LT-${i}`])).toEqual([
        '1 < 2 > 9',
        'A & B',
        '<b>',
        '5 > 3',
        undefined,
        'a\\b',
        ' & ',
        '50%ab',
      ]);
      expect((await sync()).counts).toMatchObject({ unchanged: 7 });
      expect(shop2.state().counts.products).toBe(7);
    }));

  it('An external, grouped or bundled product is left alone and told', () =>
    withShops(async ({ shop, shop2, sync, records }) => {
      const types = ['external', 'grouped', 'bundle', 'subscription'];
      for (const type of types) shop.admin.createProduct({ name: type, sku: type, type, regular_price: '5' });
      const { counts, items } = await sync();
      expect([counts.created ?? 0, shop2.state().counts.products]).toEqual([0, 0]);
      expect(
        items.map(({ error_class, message }) => [error_class, types.find((type) => message.includes(type))]).sort(),
      ).toEqual(types.map((type) => ['unsupported_type', type]).sort());
      expect((await records()).map(({ data }: Json) => data.type).sort()).toEqual([...types].sort());

      // Neither is one of the destination turned into a simple product.
      shop2.admin.createProduct({ name: 'Set', sku: 'SET', type: 'bundle' });
      shop.admin.createProduct({ name: 'Set', sku: 'SET', regular_price: '7' });
      await sync();
      expect(shop2.state().products()).toMatchObject([{ sku: 'SET', type: 'bundle', regular_price: '' }]);
    }));

  it.each(['11.0', '7.9'] as const)('A cart that nobody has ordered is no order: WooCommerce %s', (version) =>
    withShops(
      async ({ shop, records, run, ids }) => {
        const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
        try {
          const cart = { status: 'checkout-draft', billing: { email: 'cart@example.test' } };
          const { id } = shop.admin.createOrder({
            ...cart,
            line_items: [{ sku: 'none', name: 'x', quantity: 1, total: '10.00' }],
          });
          expect(await records('shop', 'order')).toEqual([]);
          expect(await records('shop', 'customer')).toEqual([]);
          const odooId = await fixture.connectOdoo(`org-shops-${orgs}`, odoo);
          const ends = { source_connection_id: ids.shop, entity_type: 'order', mode: 'full' };
          const { counts } = await run({ ...ends, destination: { connection_id: odooId } });
          expect([counts.total, counts.created ?? 0, odoo.admin.search('sale.order', [])]).toEqual([0, 0, []]);
          shop.admin.deleteOrder(id);
          expect((await run({ ...ends, destination: 'records' })).counts.deleted ?? 0).toBe(0);
        } finally {
          await odoo.stop();
        }
      },
      { version },
    ),
  );

  it('leaves no half-written product when a variation is refused, and no changed one', () =>
    withShops(async ({ shop, shop2, sync }) => {
      shop2.admin.createProduct({ name: 'Other', sku: 'TAKEN', regular_price: '1' });
      const { shirt, variations } = createShirt(shop, { S: { sku: 'A' }, M: { sku: 'B' } });
      await sync();
      const before = JSON.stringify([shop2.state().products().map(essence), shop2.state().variations().map(essence)]);
      shop.admin.updateProduct(shirt.id, { name: 'Renamed' });
      shop.admin.updateVariation(shirt.id, variations[0]?.id ?? 0, { regular_price: '99' });
      shop.admin.updateVariation(shirt.id, variations[1]?.id ?? 0, { sku: 'TAKEN' });
      expect((await sync()).items).toMatchObject([{ error_class: 'variation_product_invalid_sku' }]);
      expect(JSON.stringify([shop2.state().products().map(essence), shop2.state().variations().map(essence)])).toBe(
        before,
      );

      createShirt(shop, { S: { sku: 'C' }, M: { sku: 'TAKEN2' } }, { sku: 'SHIRT-2' });
      shop2.admin.createProduct({ name: 'Other 2', sku: 'TAKEN2', type: 'external' });
      const count = shop2.state().counts;
      await sync();
      expect(shop2.state().counts).toEqual(count);
    }));

  it('A variation of another product is never changed (7.9)', () =>
    withShops(
      async ({ shop, shop2, connect, run, ids }) => {
        const { shirt, variations } = createShirt(shop, { S: { sku: 'A' }, M: { sku: 'B' } });
        const other = createShirt(shop2, { S: { sku: 'X' }, M: { sku: 'Y' } }, { sku: 'OTHER', name: 'Other' });
        const lamp = shop2.admin.createProduct({ name: 'Lamp', sku: 'LAMP', regular_price: '10' });
        // What the product says of its variations is of before it lost them.
        const foreign = [...other.variations.map(({ id }) => id), lamp.id];
        const named = (_name: string, value: Json) =>
          value?.variations?.length > 0 && !value.variations.includes(foreign[0])
            ? { ...value, variations: [...value.variations, ...foreign] }
            : value;
        const proxy = await startBendingProxy(
          shop2.url,
          changed((answer) => ({ ...answer, body: JSON.stringify(JSON.parse(answer.body), named) })),
        );
        try {
          const id = await connect(shop2, proxy.url);
          const to = { source_connection_id: ids.shop, destination: { connection_id: id }, entity_type: 'product' };
          const sync = () => run({ ...to, mode: 'full' });
          expect((await sync()).counts).toMatchObject({ created: 1 });
          const kept = () => [
            shop2
              .state()
              .variations()
              .filter(({ parent_id }) => parent_id === other.shirt.id),
            shop2
              .state()
              .products()
              .filter(({ sku }) => sku === 'OTHER' || sku === 'LAMP'),
          ];
          const before = JSON.stringify(kept());
          for (const sku of ['X', 'A2']) {
            shop.admin.updateVariation(shirt.id, variations[0]?.id ?? 0, { regular_price: '12', sku });
            await sync();
            expect(JSON.stringify(kept())).toBe(before);
          }
          shop.admin.deleteVariation(shirt.id, variations[1]?.id ?? 0);
          await sync();
          expect(JSON.stringify(kept())).toBe(before);
          const writes = proxy.takeRequests().filter(({ method }) => method !== 'GET');
          const written = writes.flatMap(({ body }) => {
            const { update = [], delete: gone = [] } = JSON.parse(body || '{}');
            return [...update.map(({ id: one }: Json) => one), ...gone];
          });
          expect(written.filter((one) => foreign.includes(one))).toEqual([]);
          const sizes = shop2
            .state()
            .variations()
            .filter(({ parent_id }) => parent_id !== other.shirt.id);
          expect(sizes.map(({ sku, regular_price }) => [sku, regular_price])).toEqual([['A2', '12']]);
        } finally {
          await proxy.stop();
        }
      },
      { version: '7.9' },
    ));

  it('Barcodes, which 7.9 does not know, are not written there again and again', () =>
    withShops(async ({ shop, connect, run, ids }) => {
      const old = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, version: '7.9' });
      try {
        createShirt(shop, { S: { sku: 'A', global_unique_id: '4006381333931' }, M: { sku: 'B' } });
        shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP', global_unique_id: '4006381333948', regular_price: '1' });
        const to = { source_connection_id: ids.shop, destination: { connection_id: await connect(old) } };
        const sync = (mode = 'full') => run({ ...to, entity_type: 'product', mode });
        expect(await sync()).toMatchObject({ counts: { created: 2 }, items: [] });
        old.resetCounters();
        expect(await sync()).toMatchObject({ counts: { unchanged: 2 }, items: [] });
        shop.admin.updateProduct(shop.state().products()[0]?.id ?? 0, { short_description: 'New' });
        expect(await sync()).toMatchObject({ counts: { updated: 1, unchanged: 1 }, items: [] });
        const writes = Object.keys(old.state().requests).filter((request) => !request.startsWith('GET'));
        expect(writes).toEqual(['POST /products/batch']);
        old.resetCounters();
        const [shirt = 0, lamp = 0] = shop
          .state()
          .products()
          .map(({ id }) => id);
        const [size, other] = shop.state().variations();
        shop.admin.updateProduct(lamp, { global_unique_id: '4006381333955' });
        shop.admin.updateVariation(shirt, size?.id ?? 0, { global_unique_id: '4006381333962' });
        for (const mode of ['incremental', 'full'])
          expect([mode, await sync(mode)]).toMatchObject([mode, { counts: { unchanged: 2 }, items: [] }]);
        expect(old.state().writes).toEqual({});
        shop.admin.updateVariation(shirt, other?.id ?? 0, { regular_price: '12' });
        expect(await sync()).toMatchObject({ counts: { updated: 1, unchanged: 1 }, items: [] });
        expect(old.state().writes).toEqual({ 'product.updated': 2 });
      } finally {
        await old.stop();
      }
    }));

  it('Pictures, of which a shop makes files of its own, are sent once and again only when they change', () =>
    withShops(async ({ shop, shop2, sync, images, differences, run, ids }) => {
      const back = () =>
        run({
          ...{ source_connection_id: ids.shop2, destination: { connection_id: ids.shop } },
          ...{ entity_type: 'product', mode: 'full' },
        });
      await images();
      const picture = (name: string) => ({ src: `https://images.example/${name}.png`, alt: name });
      const { id } = shop.admin.createProduct({
        name: 'Lamp',
        sku: 'LAMP',
        images: [picture('front'), picture('back')],
      });
      expect(await sync()).toMatchObject({ counts: { created: 1 }, items: [] });
      const made = () =>
        shop2
          .state()
          .products()[0]
          ?.images.map(({ src, alt }) => [new URL(src).pathname, alt]);
      const folder = `/wp-content/uploads/${new Date().toISOString().slice(0, 7).replace('-', '/')}`;
      expect(made()).toEqual([
        [`${folder}/front.png`, 'front'],
        [`${folder}/back.png`, 'back'],
      ]);
      shop2.resetCounters();
      expect(await sync()).toMatchObject({ counts: { unchanged: 1 } });
      shop.admin.updateProduct(id, { short_description: 'New' });
      expect((await differences()).differences).toEqual({
        [`${id}→${shop2.state().products()[0]?.id}`]: 'different short_description',
      });
      expect(await sync()).toMatchObject({ counts: { updated: 1 }, items: [] });
      expect(made()?.map(([src]) => src)).toEqual([`${folder}/front.png`, `${folder}/back.png`]);
      shop.admin.updateProduct(id, { images: shop.state().products()[0]?.images.toReversed() });
      expect(await sync()).toMatchObject({ counts: { updated: 1 }, items: [] });
      expect(made()?.map(([, alt]) => alt)).toEqual(['back', 'front']);
      expect(await sync()).toMatchObject({ counts: { unchanged: 1 } });
      expect(Object.keys(shop2.state().writes)).toEqual(['product.updated']);
      shop.resetCounters();
      expect(await back()).toMatchObject({ counts: { unchanged: 1 }, items: [] });
      expect(shop.state().writes).toEqual({});
    }));

  it('swaps the SKUs of two variations', () =>
    withShops(async ({ shop, shop2, sync }) => {
      const { shirt, variations } = createShirt(shop, {
        S: { sku: 'A', regular_price: '1' },
        M: { sku: 'B', regular_price: '2' },
      });
      await sync();
      for (const [i, sku] of ['', 'A'].entries()) shop.admin.updateVariation(shirt.id, variations[i]?.id ?? 0, { sku });
      shop.admin.updateVariation(shirt.id, variations[0]?.id ?? 0, { sku: 'B' });
      expect((await sync()).items).toEqual([]);
      const made = shop2
        .state()
        .variations()
        .map(({ sku, regular_price }) => [sku, regular_price]);
      expect(made.sort()).toEqual([
        ['A', '2'],
        ['B', '1'],
      ]);
    }));

  it('finds a product that was made with an old date in the next full sync', () =>
    withShops(async ({ shop, records }) => {
      shop.admin.createProduct({ name: 'New', sku: 'NEW' });
      await records();
      shop.admin.createProduct({ name: 'Old', sku: 'OLD', date_created_gmt: '2001-02-03T04:05:06' });
      expect(await records('shop', 'product', 'incremental')).toHaveLength(1);
      expect(await records()).toHaveLength(2);
    }));
});

const essence = ({ id, name, sku, regular_price, status }: Json) => ({ id, name, sku, regular_price, status });
