import { beforeEach, describe, expect, it } from 'vitest';
import { masked } from '../../../src/common/masked.text.ts';
import type { CanonicalOrder, CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import type { ConnectorSession, WriteOperation } from '../../../src/connectors/contract/connector.types.ts';
import { FakeShop } from './fake-shop.support.ts';
import { recordedResponse, recordedRows } from './recordings.support.ts';
import { FULL, NEVER, openShop, readAll } from './session.support.ts';

const [product = {}] = recordedRows('61-product-simple');
const [customer = {}] = recordedRows('01-customers-page1');
const [order = {}] = recordedRows('60-order-full');

const creates = (count: number): WriteOperation[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'create', key: `k:${i}`, data: { email: `e${i}@made.example` } }));

describe('Writing to a shop', () => {
  let shop: FakeShop;
  let session: ConnectorSession;
  beforeEach(() => {
    shop = new FakeShop();
    session = openShop(shop);
  });

  const batches = () => shop.calls.filter(({ path }) => path.endsWith('/batch'));

  it('returns a result for each operation, whatever the order and whatever else fails', async () => {
    shop.put('customers', { ...customer, id: 2 });
    const results = await session.write(
      'customer',
      [
        { kind: 'delete', external_id: '99' },
        { kind: 'create', key: 'k:1', data: { email: 'a@made.example', first_name: 'A & B' } },
        { kind: 'update', external_id: '7', data: { first_name: 'X' }, current: {}, changes: ['first_name'] },
        { kind: 'update', external_id: 'guest:x@y.example', data: {}, current: {}, changes: ['email'] },
        {
          kind: 'update',
          external_id: '2',
          data: { first_name: 'X', phone: '5' },
          current: {},
          changes: ['first_name'],
        },
        { kind: 'delete', external_id: '2' },
      ],
      NEVER,
    );
    expect(results).toMatchObject([
      { ok: true, external_id: '99', data: null },
      { ok: true, data: { email: 'a@made.example', first_name: 'A & B', guest: false } },
      { ok: false, problem: { error_class: 'invalid_id', message: 'woocommerce_rest_invalid_id' } },
      { ok: false, problem: { error_class: 'not_writable' } },
      { ok: true, external_id: '2', data: { first_name: 'X' } },
      { ok: true, external_id: '2', data: null },
    ]);
    expect(batches()[0]?.body).toMatchObject({ update: [{ id: 7 }, { id: 2, first_name: 'X' }], delete: [99, 2] });
    expect(batches()[0]?.body?.update).toEqual([expect.anything(), { id: 2, first_name: 'X' }]);
  });

  it('matches a recorded response by index, where failed items have no id', async () => {
    const { status, body } = recordedResponse('40-batch-mixed');
    shop.on = () => ({ status, body: JSON.parse(body) });
    const update = { kind: 'update', data: { first_name: 'x' }, current: {}, changes: ['first_name'] } as const;
    const results = await session.write(
      'customer',
      [
        ...creates(3),
        { ...update, external_id: '999999' },
        { ...update, external_id: '5' },
        { kind: 'delete', external_id: '999998' },
      ],
      NEVER,
    );
    const classes = results.map((result) => (result.ok ? 'ok' : result.problem.error_class));
    expect(classes).toEqual([
      'registration_error_email_exists',
      'registration_error_invalid_email',
      'customer_invalid_email',
      'wc_user_invalid_id',
      'wc_user_invalid_id',
      'ok',
    ]);
  });

  it('halves a batch that the shop finds too large, and remembers', async () => {
    const { status, body } = recordedResponse('41-batch-101');
    shop.on = ({ body: sent }) =>
      ((sent?.create as unknown[]) ?? []).length > 30 ? { status, body: JSON.parse(body) } : undefined;
    const results = await session.write('customer', creates(100), NEVER);
    expect(results.map((result) => result.ok && (result.data as { email: string }).email)).toEqual(
      creates(100).map((operation) => operation.kind === 'create' && (operation.data as { email: string }).email),
    );
    const sizes = batches().map(({ body: sent }) => ((sent?.create ?? []) as unknown[]).length);
    expect(sizes).toEqual([25, 50, 25, 25, 25]);
    shop.calls.length = 0;
    await session.write('customer', creates(25), NEVER);
    expect(batches()).toHaveLength(1);
  });

  it.each([
    ['takes too long', new ConnectorError('timeout', 'no response in time')],
    ['takes a gateway too long', new ConnectorError('unavailable', 'status 504', { status: 504 })],
  ])('halves a batch of updates that %s, and one that takes too long alone is told', async (_what, slow) => {
    for (let id = 1; id <= 40; id += 1) shop.put('customers', { ...customer, id });
    const updates = Array.from({ length: 40 }, (_, i): WriteOperation => {
      return { kind: 'update', external_id: `${i + 1}`, data: { phone: '5' }, current: {}, changes: ['phone'] };
    });
    let most = 12;
    shop.on = ({ body: sent }) => {
      if (((sent?.update as unknown[]) ?? []).length > most) throw slow;
      return undefined;
    };
    const results = await session.write('customer', updates, NEVER);
    expect(results.map((result) => result.ok && result.external_id)).toEqual(updates.map((_, i) => `${i + 1}`));
    const sizes = batches().map(({ body: sent }) => ((sent?.update ?? []) as unknown[]).length);
    expect(sizes.slice(0, 3)).toEqual([40, 20, 10]);
    most = 0;
    await expect(session.write('customer', updates.slice(0, 1), NEVER)).rejects.toBe(slow);
  });

  it.each([
    ['takes too long', new ConnectorError('timeout', 'no response in time')],
    ['breaks down', new ConnectorError('unavailable', 'status 502', { status: 502 })],
  ])('looks up by smaller pages when the shop %s over a large one', async (_what, slow) => {
    for (let id = 1; id <= 60; id += 1) shop.put('products/categories', { id, name: `C${id}` });
    const asked: number[] = [];
    shop.on = ({ method, path, query }) => {
      if (method !== 'GET' || path !== 'products/categories') return undefined;
      asked.push(Number(query.get('per_page')));
      if (Number(query.get('per_page')) > 30) throw slow;
      return undefined;
    };
    const data: CanonicalProduct = { sku: 'P', categories: ['C60'] };
    const [result] = await session.write('product', [{ kind: 'create', key: 'k', data }], NEVER);
    expect(result).toMatchObject({ ok: true });
    expect(asked.slice(0, 3)).toEqual([100, 50, 25]);
    expect(batches()[0]?.body?.create).toMatchObject([{ categories: [{ id: 60 }] }]);
    expect(shop.tables['products/categories']).toHaveLength(60);
  });

  it('says that it does not know what took effect when a later part fails', async () => {
    const small = openShop(shop, { settings: { batch_size: 10 } });
    shop.on = () => (batches().length > 1 ? { status: 401, body: { code: 'x', message: 'gone' } } : undefined);
    await expect(small.write('customer', creates(20), NEVER)).rejects.toMatchObject({ kind: 'auth', ambiguous: true });
  });

  it('creates a product with categories and variations, which are then read the same', async () => {
    shop.put('products/categories', { id: 3, name: 'Tea &amp; Co' });
    const data: CanonicalProduct = {
      sku: 'TEA',
      name: 'Tea & <em>more</em>',
      categories: ['New', 'Tea & Co'],
      attributes: [{ name: 'Size', options: ['S', 'M'] }],
      variations: [
        { sku: 'TEA-M', price: '2.5', stock: '3', options: { Size: 'M' } },
        { sku: 'TEA-S', price: '1.5', stock: null, options: { Size: 'S' } },
      ],
    };
    const [result] = await session.write('product', [{ kind: 'create', key: 'k:1', data }], NEVER);
    expect(result).toMatchObject({
      ok: true,
      data: { sku: 'TEA', attributes: data.attributes, variations: data.variations },
    });
    const sent = batches()[0]?.body?.create as Record<string, unknown>[];
    expect(sent[0]).toMatchObject({ type: 'variable', categories: [{ id: expect.any(Number) }, { id: 3 }] });
    expect(shop.tables['products/categories']).toMatchObject([{ name: 'Tea &amp; Co' }, { name: 'New' }]);
  });

  it('reports a variation that the shop refuses as a problem of its product', async () => {
    shop.put('products/77/variations', { id: 9, sku: 'TAKEN' });
    shop.on = ({ path }) =>
      path.endsWith('variations/batch')
        ? { status: 200, body: { create: [{ id: 0, error: { code: 'product_invalid_sku', message: 'Duplicated.' } }] } }
        : undefined;
    const data: CanonicalProduct = { sku: 'P', variations: [{ sku: 'TAKEN', options: {} }] };
    expect(await session.write('product', [{ kind: 'create', key: 'k', data }], NEVER)).toMatchObject([
      {
        ok: false,
        problem: { error_class: 'variation_product_invalid_sku', message: '1 of its variations failed: Duplicated.' },
      },
    ]);
  });

  it('finds all products by SKU or by that of a variation, and one without SKU by its key', async () => {
    shop.put('products', { ...product, id: 1, sku: 'A' });
    shop.put('products', { ...product, id: 2, sku: '', type: 'variable' });
    shop.put('products', { id: 3, sku: 'B-1', type: 'variation', parent_id: 2 });
    // An import gave one SKU to two.
    for (const id of [4, 5]) shop.put('products', { ...product, id, sku: 'TWICE' });
    await session.write('product', [{ kind: 'create', key: 'k:9', data: { sku: null, name: 'No SKU' } }], NEVER);
    const since = new Date(shop.now).toISOString();
    const candidate = (key: string, data: CanonicalProduct) => ({ key, data, since });
    const found = await session.findMatches(
      'product',
      [
        candidate('k:1', { sku: 'A' }),
        candidate('k:2', { sku: null, variations: [{ sku: 'B-1', options: {} }] }),
        candidate('k:9', { sku: null }),
        candidate('k:3', { sku: 'Z' }),
        candidate('k:4', { sku: 'TWICE' }),
        candidate('k:5', { sku: 'A', variations: [{ sku: 'B-1', options: {} }] }),
      ],
      NEVER,
    );
    expect(found.map((items) => items.map(({ external_id }) => external_id))).toEqual([
      ...[['1'], ['2'], ['1001'], []],
      ...[
        ['4', '5'],
        ['1', '2'],
      ],
    ]);
    expect(found[2]?.[0]?.data).toMatchObject({ sku: null, name: 'No SKU' });
  });

  it('finds customers by email whatever its case, and asks nothing for none', async () => {
    shop.put('customers', { ...customer, id: 2, email: 'Some@One.example' });
    const since = new Date(shop.now).toISOString();
    const found = await session.findMatches(
      'customer',
      [
        { key: 'a', data: { email: 'some@ONE.example' }, since },
        { key: 'b', data: { email: null }, since },
        { key: 'c', data: { email: 'other@one.example' }, since },
      ],
      NEVER,
    );
    expect(found.map((items) => items.length)).toEqual([1, 0, 0]);
    expect(shop.calls).toHaveLength(2);
  });

  it('finds an order by the key of its create and by nothing else, among those that are young enough', async () => {
    for (let id = 1; id <= 300; id += 1) {
      shop.put('orders', { ...order, id, date_created_gmt: '2020-01-01T00:00:00', meta_data: [] });
    }
    const data: CanonicalOrder = { lines: [{ kind: 'product', name: 'X', quantity: '1', total: '5' }] };
    const [made] = await session.write('order', [{ kind: 'create', key: 'k:5', data }], NEVER);
    shop.calls.length = 0;
    const since = new Date(shop.now - 60_000).toISOString();
    const keys = ['k:5', 'k:6'];
    const found = await session.findMatches(
      'order',
      keys.map((key) => ({ key, data, since })),
      NEVER,
    );
    expect(found).toMatchObject([[{ external_id: made?.ok && made.external_id }], []]);
    expect(shop.calls.length).toBeLessThanOrEqual(3);
  });

  it('asks with six decimals whenever it reads, writes, counts or looks for orders (recordings 112, 938)', async () => {
    shop.put('orders', { ...order, id: 5 });
    const { data } = (await session.readByIds('order', ['5'], NEVER))[0] as { data: CanonicalOrder };
    const [made] = await session.write('order', [{ kind: 'create', key: 'k:5', data }], NEVER);
    const change = { data: { ...data, note: 'x' }, current: data, changes: ['lines', 'note'] };
    await session.write('order', [{ kind: 'update', external_id: '5', ...change }], NEVER);
    await session.findMatches('order', [{ key: 'k:5', data, since: '2026-11-22T12:00:00Z', byName: true }], NEVER);
    await readAll(session, 'order', FULL);
    await session.count('order', FULL, NEVER);
    await session.readIds('order', { cursor: null, pageSize: 10 }, NEVER);
    await session.changeToken('order', FULL, NEVER);
    await session.findRefusals('order', [{ kind: 'update', external_id: '5', ...change }], NEVER);
    await session.write('order', [{ kind: 'delete', external_id: '5' }], NEVER);
    expect(made).toMatchObject({ ok: true });
    const asked = shop.calls.filter(({ path }) => path.startsWith('orders'));
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET', 'POST', 'DELETE']));
    expect(asked.filter(({ query }) => query.get('dp') !== '6')).toEqual([]);
  });

  it('moves products and orders into the trash and never deletes them for good', async () => {
    shop.put('orders', { ...order, id: 1 });
    shop.put('orders', { ...order, id: 2, status: 'trash' });
    const results = await session.write(
      'order',
      ['1', '2', '3'].map((external_id) => ({ kind: 'delete', external_id })),
      NEVER,
    );
    expect(results).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(shop.calls.map(({ method, path, query }) => [method, path, query.get('force')])).toEqual([
      ['DELETE', 'orders/1', null],
      ['DELETE', 'orders/2', null],
      ['DELETE', 'orders/3', null],
    ]);
    expect((await readAll(session, 'order', FULL)).items).toMatchObject([{ deleted: true }, { deleted: true }]);
  });

  it('does not conclude from a page of the website that an order is gone', async () => {
    shop.on = () => ({ status: 404, body: '<html>Not found</html>' });
    const remove: WriteOperation[] = [{ kind: 'delete', external_id: '1' }];
    await expect(session.write('order', remove, NEVER)).rejects.toMatchObject({ kind: 'not-found' });
    shop.on = () => ({ status: 404, body: { code: 'rest_no_route', message: 'No route was found.' } });
    await expect(session.write('order', remove, NEVER)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('quotes in a warning what the shop says, so that it is masked for who may not see values of persons', async () => {
    const said = 'Ada “Countess” Lovelace may not list';
    shop.on = ({ method, path }) =>
      path === 'orders' || method === 'POST'
        ? { status: 403, body: { code: 'odd', message: `${said} ${path}`, data: { status: 403 } } }
        : undefined;
    const { warnings } = await session.check(NEVER);
    expect(warnings.filter((warning) => warning.includes('Lovelace'))).toHaveLength(2);
    expect(warnings.map(masked).join()).not.toMatch(/Ada|Countess|Lovelace|may not list/);
  });

  it('reports that a key may only read', async () => {
    const { status, body } = recordedResponse('13-ro-key-write');
    shop.on = ({ method }) => (method === 'POST' ? { status, body: JSON.parse(body) } : undefined);
    await expect(session.write('customer', creates(1), NEVER)).rejects.toMatchObject({
      kind: 'forbidden',
      ambiguous: false,
    });
    expect(await session.check(NEVER)).toMatchObject({
      warnings: expect.arrayContaining([
        'The key may read but not write: “The API key provided does not have write permissions.”',
      ]),
    });
  });
});
