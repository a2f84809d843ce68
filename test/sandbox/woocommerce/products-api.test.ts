import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

describe('The products API of the sandbox', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ products: 90, now: () => NOON });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());
  const ids = async (query: string) => (await call('GET', `/products?${query}&_fields=id`)).body.map(idOf);
  const total = async (query: string) => Number((await call('GET', `/products?${query}`)).headers.get('x-wp-total'));

  it('leads through the whole shop by its next links, each product once', async () => {
    const seen: number[] = [];
    let next: string | undefined = '/products?per_page=40&orderby=id&order=asc';
    while (next) {
      const { body, headers } = await call('GET', next);
      seen.push(...body.map(idOf));
      next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(shop.state().products().map(idOf));
    expect(seen).toHaveLength(90);
  });

  it('creates a product that is then found by id, SKU, slug, search and date', async () => {
    const given = {
      name: 'Tasse “Größe”',
      sku: 'CUP-1',
      regular_price: '9.90',
      sale_price: '8',
      description: 'a\n\nb',
    };
    const { status, headers, body } = await call('POST', '/products', given);
    expect([status, headers.get('location')]).toEqual([201, `${shop.url}/wp-json/wc/v3/products/${body.id}`]);
    expect(body).toMatchObject({ sku: 'CUP-1', price: '8', on_sale: true, slug: 'tasse-grose', description: 'a\n\nb' });
    expect(body).toMatchObject({ date_modified: '2026-06-01T13:00:00', date_modified_gmt: '2026-06-01T12:00:00' });

    expect((await call('GET', `/products/${body.id}`)).body.description).toBe('<p>a</p>\n<p>b</p>\n');
    for (const query of [
      'sku=cup-1',
      'slug=tasse-grose',
      'search=tasse',
      'per_page=1',
      'orderby=title&order=desc&per_page=1',
    ])
      expect([query, await ids(query)]).toEqual([query, [body.id]]);
    expect(await ids('modified_after=2026-06-01T11:59:59&dates_are_gmt=true')).toEqual([body.id]);
    expect(await ids('modified_after=2026-06-01T12:00:00&dates_are_gmt=true')).toEqual([]);
    expect(await ids(`include=${body.id},11&orderby=include`)).toEqual([body.id, 11]);
  });

  it('makes no price of text that is none, and refuses a SKU that another has, also in a batch', async () => {
    const { body } = await call('POST', '/products/batch', {
      create: [
        { name: 'a', sku: 'A', regular_price: 'abc' },
        { name: 'b', sku: 'a' },
      ],
      update: [
        { id: 17, sku: 'SKU-0002' },
        { id: 17, sku: 'SKU-0003', regular_price: '1,5' },
      ],
      delete: [18],
    });
    expect(body.create).toMatchObject([
      { sku: 'A', price: '', purchasable: false },
      { id: 0, error: { code: 'product_invalid_sku', data: { resource_id: body.create[0].id, unique_sku: 'a-1' } } },
    ]);
    expect(body.update).toMatchObject([
      { id: 17, error: { code: 'product_invalid_sku', data: { resource_id: 16 } } },
      { id: 17, price: '15' },
    ]);
    expect(body.delete).toMatchObject([{ id: 18 }]);
    expect((await call('GET', '/products/18')).status).toBe(404);
  });

  it('puts a product into the trash, where it is shown but not listed and keeps its SKU, then deletes it for good', async () => {
    expect((await call('DELETE', '/products/17')).body).toMatchObject({ id: 17, status: 'publish' });
    const again = await call('DELETE', '/products/17');
    expect([again.status, again.body.code]).toEqual([410, 'woocommerce_rest_already_trashed']);
    expect((await call('GET', '/products/17')).body).toMatchObject({ status: 'trash', sku: 'SKU-0003' });
    expect([await total('per_page=1'), await total('status=trash')]).toEqual([89, 1]);
    const same = await call('POST', '/products', { name: 'x', sku: 'SKU-0003' });
    expect([same.status, same.body.code]).toEqual([400, 'woocommerce_rest_product_not_created']);

    expect((await call('PUT', '/products/17', { status: 'publish', sku: '' })).body.status).toBe('publish');
    expect((await call('DELETE', '/products/17?force=true')).status).toBe(200);
    expect((await call('DELETE', '/products/17?force=true')).status).toBe(404);
  });

  it('changes variations, and so the price and time of their product; a SKU leads to a variation too', async () => {
    const { status, body } = await call('PUT', '/products/23/variations/24', {
      regular_price: '7.25',
      stock_quantity: 3,
    });
    expect([status, body.price, body.stock_status]).toEqual([200, '7.25', 'instock']);
    expect((await call('GET', '/products/23')).body).toMatchObject({
      price: '7.25',
      date_modified_gmt: '2026-06-01T12:00:00',
    });
    expect((await call('GET', '/products?sku=SKU-0009-1')).body).toMatchObject([
      { id: 24, type: 'variation', parent_id: 23, name: 'Product 9 - S', attributes: [{ option: 'S' }] },
    ]);
    expect((await call('PUT', '/products/24', { name: 'x' })).body.code).toBe('woocommerce_rest_invalid_product_id');
    expect((await call('GET', '/products/11/variations/24')).status).toBe(404);
  });

  it('creates, updates and deletes variations in a batch', async () => {
    const attributes = [{ name: 'Größe', option: 'XXL' }];
    const { body } = await call('POST', '/products/23/variations/batch', {
      create: [{ regular_price: '20', sku: 'NEW-V', attributes }, { sku: 'SKU-0009-2' }],
      update: [{ id: 25, manage_stock: false }, { id: 12 }],
      delete: [26],
    });
    expect(body.create).toMatchObject([
      { parent_id: 23, name: 'XXL', sku: 'NEW-V' },
      { id: 0, error: { code: 'product_invalid_sku' } },
    ]);
    expect(body.update).toMatchObject([
      { id: 25, manage_stock: false, stock_quantity: null },
      { id: 12, error: {} },
    ]);
    expect((await call('GET', '/products/23')).body.variations).toEqual([24, 25, 27, body.create[0].id]);
    expect((await call('GET', '/products/23/variations?order=asc&per_page=2')).body.map(idOf)).toEqual([24, 25]);
  });

  it('filters by type, status and stock as looking at every product does', async () => {
    const all = shop.state().products();
    const count = (passes: (product: (typeof all)[number]) => boolean) => all.filter(passes).length;
    expect(await total('type=variable')).toBe(count(({ type }) => type === 'variable'));
    expect(await total('status=draft')).toBe(count(({ status }) => status === 'draft'));
    expect(await total('stock_status=outofstock')).toBe(count(({ stock_status }) => stock_status === 'outofstock'));
    expect(await total('search=kuchen')).toBe(2);
    for (const orderby of ['modified', 'title', 'slug']) {
      const pages = await Promise.all([1, 2, 3].map((page) => ids(`orderby=${orderby}&per_page=30&page=${page}`)));
      expect(new Set(pages.flat()).size).toBe(90);
    }
  });
});

function idOf({ id }: { id: number }): number {
  return id;
}
