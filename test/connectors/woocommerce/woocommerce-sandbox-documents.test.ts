import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalOrder, CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ReadQuery } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';
import { FULL, NEVER, openShop, readAll } from './session.support.ts';

describe('Products, orders and guests of a shop over HTTP', () => {
  const clients = new HttpClients({ baseWaitMs: 5, maxBackoffMs: 20 });
  let shop: WooCommerceSandbox;
  let session: ConnectorSession;
  let connections = 0;

  const open = (settings: Record<string, unknown> = {}): ConnectorSession => {
    connections += 1;
    const http = clients.for(`c${connections}`, { allowHttp: true, allowPrivateAddresses: true });
    const { url, consumerKey: key, consumerSecret: secret } = shop;
    return openShop(http, { url, key, secret, settings: { auth: 'basic', ...settings } });
  };

  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 40, products: 60, orders: 130, guestRate: 0.2, seed: 4 });
    session = open();
  });
  afterEach(() => shop.stop());
  afterAll(() => clients.close());

  it('reads all of them, and every item is mapped', async () => {
    for (const [entity, count] of [
      ['product', 60],
      ['order', 130],
    ] as const) {
      const { items, last } = await readAll(session, entity, FULL, { pageSize: 25 });
      expect(items).toHaveLength(count);
      expect(items.every(({ data }) => data !== null)).toBe(true);
      expect(last.total).toBe(count);
    }
    const products = (await readAll(session, 'product', FULL)).items.map(({ data }) => data as CanonicalProduct);
    expect(products.some(({ variations = [] }) => variations.length > 1)).toBe(true);
    const { items } = await readAll(session, 'customer', FULL);
    const guests = items.filter(({ external_id }) => external_id.startsWith('guest:'));
    expect(items.length - guests.length).toBe(40);
    expect(guests.length).toBeGreaterThan(0);
    const again = await session.readByIds(
      'customer',
      guests.map(({ external_id }) => external_id),
      NEVER,
    );
    expect(again).toEqual(guests);
  });

  it('writes what it has read without a change to be seen afterwards', async () => {
    for (const entity of ['product', 'order'] as const) {
      const { items } = await readAll(session, entity, FULL);
      const changes = woocommerce.description.entities.find(({ entity_type }) => entity_type === entity)?.fields ?? [];
      const updates = items
        .slice(0, 30)
        .flatMap(({ external_id, data }) =>
          data ? [{ kind: 'update', external_id, data, current: data, changes } as const] : [],
        );
      const results = await session.write(entity, updates, NEVER);
      expect(results).toEqual(updates.map(({ external_id, data }) => ({ ok: true, external_id, data })));
    }
  });

  it('creates a product with variations, changes them and moves it into the trash', async () => {
    const data: CanonicalProduct = {
      sku: 'TEA',
      name: 'Tea & more',
      description: 'Line one\n\nLine two',
      price: null,
      published: true,
      stock: null,
      attributes: [{ name: 'Size', options: ['S', 'M'] }],
      variations: [
        { sku: 'TEA-M', active: true, price: '2.5', stock: '3', options: { Size: 'M' } },
        { sku: 'TEA-S', active: true, price: '1.5', stock: null, options: { Size: 'S' } },
      ],
    };
    const [made] = await session.write('product', [{ kind: 'create', key: 'k:1', data }], NEVER);
    if (!made?.ok || made.data === null) throw new Error(JSON.stringify(made));
    expect(made.data).toMatchObject(data);
    const since = new Date().toISOString();
    const candidates = [{ key: 'k:1', data: { variations: [{ sku: 'TEA-S', options: {} }] }, since }];
    expect(await session.findMatches('product', candidates, NEVER)).toEqual([
      [{ external_id: made.external_id, data: made.data, marked: true }],
    ]);
    expect(await session.findMatches('product', [{ ...candidates[0], key: 'k:2' } as Candidate], NEVER)).toEqual([
      [{ external_id: made.external_id, data: made.data, markedForAnother: true }],
    ]);

    const wanted = { ...data, variations: [{ ...data.variations?.[1], options: { Size: 'S' }, price: '1.75' }] };
    const update = { kind: 'update', external_id: made.external_id, current: data, data: wanted } as const;
    const [changed] = await session.write('product', [{ ...update, changes: ['variations'] }], NEVER);
    expect(changed).toMatchObject({ ok: true, data: { variations: [{ sku: 'TEA-S', price: '1.75' }] } });

    await session.write('product', [{ kind: 'delete', external_id: made.external_id }], NEVER);
    expect(await session.readByIds('product', [made.external_id], NEVER)).toEqual([
      { external_id: made.external_id, data: null, deleted: true, archived: true },
    ]);
  });

  it('reports a SKU that is in use as the problem of its item', async () => {
    const { items } = await readAll(session, 'product', FULL);
    const taken = ((items[0]?.data ?? {}) as CanonicalProduct).sku;
    const results = await session.write(
      'product',
      [
        { kind: 'create', key: 'k:1', data: { sku: taken, name: 'x' } },
        { kind: 'create', key: 'k:2', data: { sku: null, name: 'y' } },
      ],
      NEVER,
    );
    expect(results).toMatchObject([
      { ok: false, problem: { error_class: 'product_invalid_sku', message: 'Invalid or duplicated SKU.' } },
      { ok: true, data: { sku: null, name: 'y' } },
    ]);
    const found = await session.findMatches('product', [{ key: 'k:2', data: { name: 'y' }, since: '' }], NEVER);
    expect(found).toMatchObject([[{ data: { name: 'y', sku: null } }]]);
  });

  it('creates an order once that is then found by its key, and changes its lines', async () => {
    const { items } = await readAll(session, 'product', FULL);
    const sold = items.find(({ data }) => (data as CanonicalProduct).variations?.length === 0);
    const data: CanonicalOrder = {
      currency: 'EUR',
      customer: { external_id: '2' },
      billing: { first_name: 'Zoë', city: 'Bern', country: 'CH', email: 'z@made.example' },
      lines: [
        {
          kind: 'product',
          name: 'First',
          product_external_id: sold?.external_id,
          sku: ((sold?.data ?? {}) as CanonicalProduct).sku,
          quantity: '3',
          unit_price: '3.333333',
          total: '9',
        },
        { kind: 'product', name: 'Unknown here', sku: null, quantity: '1', unit_price: '5', total: '5' },
        { kind: 'shipping', name: 'Post', quantity: '1', total: '4.9' },
      ],
      note: 'Ring & wait',
    };
    const [made] = await session.write('order', [{ kind: 'create', key: 'k:1', data }], NEVER);
    if (!made?.ok || made.data === null) throw new Error(JSON.stringify(made));
    expect(made.data).toMatchObject({
      currency: 'EUR',
      customer: data.customer,
      billing: data.billing,
      lines: data.lines?.map(({ kind, name, quantity, total }) => ({ kind, name, quantity, total })),
      note: data.note,
    });
    const since = new Date().toISOString();
    const keys = ['k:1', 'k:2'].map((key) => ({ key, data, since }));
    expect(await session.findMatches('order', keys, NEVER)).toEqual([
      [{ external_id: made.external_id, data: made.data, marked: true }],
      [],
    ]);

    const order = made.data as CanonicalOrder;
    const lines = (order.lines ?? []).slice(0, 1);
    const update = { kind: 'update', external_id: made.external_id, current: order, data: { lines } } as const;
    const [changed] = await session.write('order', [{ ...update, changes: ['lines'] }], NEVER);
    expect(changed).toMatchObject({ ok: true, data: { lines, shipping_total: '0' } });
  });

  it('finds what was changed, trashed and ordered since, and not what was not', async () => {
    const first = await readAll(session, 'order', FULL);
    const [one, two] = first.items.map(({ external_id }) => external_id);
    const note = {
      kind: 'update',
      external_id: String(one),
      data: { note: 'new' },
      current: {},
      changes: ['note'],
    } as const;
    await session.write('order', [note, { kind: 'delete', external_id: String(two) }], NEVER);
    const query: ReadQuery = { mode: 'incremental', since: first.last.watermark ?? null, filters: {} };
    const token = await session.changeToken('order', FULL, NEVER);
    const found = await readAll(session, 'order', query);
    // What was newest before is read again.
    expect(found.items.length).toBeLessThan(5);
    expect(found.items.filter(({ external_id }) => [one, two].includes(external_id))).toMatchObject([
      { external_id: two, deleted: true },
      { external_id: one, data: { note: 'new' } },
    ]);
    expect(await session.changeToken('order', FULL, NEVER)).toBe(token);
  });

  it.each(['11.0', '7.9'] as const)(
    'finds that a variation was changed, made or deleted by the time of its product (recording 960): WooCommerce %s',
    async (version) => {
      await shop.stop();
      let now = Date.UTC(2026, 10, 28, 12);
      const hour = 3_600_000;
      shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, version, now: () => now });
      const { id } = shop.admin.createProduct({ name: 'Shirt', type: 'variable' });
      const small = shop.admin.createVariation(id, { sku: 'S', regular_price: '1' }).id;
      const read = async (query: ReadQuery) => readAll(open(), 'product', query);
      /** The variations of the product, when a read finds it after another one was the newest change. */
      const foundAfter = async (change: () => unknown) => {
        now += hour;
        shop.admin.createProduct({ name: 'Other' });
        const since = (await read(FULL)).last.watermark ?? null;
        now += hour;
        change();
        const { items } = await read({ mode: 'incremental', since, filters: {} });
        const shirt = items.find(({ external_id }) => external_id === String(id))?.data as CanonicalProduct | undefined;
        return shirt?.variations?.map(({ sku, price }) => [sku, price]);
      };
      expect(await foundAfter(() => undefined)).toBeUndefined();
      expect(await foundAfter(() => shop.admin.updateVariation(id, small, { regular_price: '2' }))).toEqual([
        ['S', '2'],
      ]);
      expect(await foundAfter(() => shop.admin.createVariation(id, { sku: 'M', regular_price: '3' }))).toEqual([
        ['M', '3'],
        ['S', '2'],
      ]);
      expect(await foundAfter(() => shop.admin.deleteVariation(id, small))).toEqual([['M', '3']]);
    },
  );

  it('sends batches of the size that the shop accepts', async () => {
    await shop.stop();
    shop = await startWooCommerceSandbox({ customers: 5, products: 0, orders: 0, batchLimit: 20 });
    const creates = Array.from({ length: 60 }, (_, i) => {
      return { kind: 'create', key: `k:${i}`, data: { email: `e${i}@made.example` } } as const;
    });
    const results = await open().write('customer', creates, NEVER);
    expect(results.map((result) => result.ok && (result.data as { email: string }).email)).toEqual(
      creates.map(({ data }) => data.email),
    );
  });
});
