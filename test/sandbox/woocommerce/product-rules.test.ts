import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecording } from '../../recordings/recording.parser.ts';
import { replay } from './recordings.support.ts';
import { shopClient } from './shop-client.support.ts';

const NOW = Date.UTC(2026, 10, 28, 12);

/** The members of a response that the request alone decides. */
const RECORDED = {
  '651-product-create-markup': ['name', 'description', 'sku'],
  '650-product-create-empty-name': ['name'],
  '634-array-body': ['name'],
  '952-product-create-description': ['name', 'description', 'short_description'],
  '330-category-create': ['name'],
  '270-product-create-sale-in-future': ['price', 'sale_price', 'on_sale', 'date_on_sale_from_gmt', 'date_on_sale_to'],
  '284-product-create-sale-above-regular': ['price', 'regular_price', 'sale_price'],
  '286-product-create-sale-without-regular': ['price', 'regular_price', 'sale_price'],
  '951-product-create-date-created': ['date_created_gmt', 'date_modified_gmt'],
} as const;

describe('What the sandbox makes of products, as WooCommerce 11 does', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeAll(async () => {
    const keys = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
    shop = await startWooCommerceSandbox({ ...keys, customers: 0, products: 0, orders: 0, now: () => NOW });
    call = shopClient(shop);
  });
  afterAll(() => shop.stop());

  it.each(Object.entries(RECORDED))('%s: as recorded', async (name, members) => {
    const recording = readRecording(`woocommerce-11/${name}`);
    const { status, body } = await replay(recording, shop.url);
    const picked = (value: unknown) => members.map((member) => (value as Record<string, unknown>)[member]);
    expect([status, picked(body)]).toEqual([recording.status, picked(recording.body)]);
  });

  it('refuses a barcode that another product has (653, 654)', async () => {
    const first = await replay(readRecording('woocommerce-11/653-product-create-gtin'), shop.url);
    const recording = readRecording('woocommerce-11/654-product-create-duplicate-gtin');
    const { status, body } = await replay(recording, shop.url);
    const like = recording.body as { data: object };
    expect([first.status, status, body]).toEqual([
      ...[201, 400],
      { ...like, data: { ...like.data, resource_id: first.body.id } },
    ]);
    shop.admin.deleteProduct(first.body.id);
    expect((await replay(recording, shop.url)).status).toBe(201);
  });

  it('makes a file of its own of a picture, another one each time (301, 303)', async () => {
    const picturesOf = ({ images }: { images: Record<string, string>[] }) =>
      images.map(({ src = '', name, alt }) => [new URL(src).pathname, name, alt]);
    const recording = readRecording('woocommerce-11/301-product-create-3-images');
    const { body } = await replay(recording, shop.url);
    expect(picturesOf(body)).toEqual(picturesOf(recording.body as typeof body));
    // Numbered from the first one on: the recorded shop had fetched the picture once, too.
    const again = readRecording('woocommerce-11/303-product-update-image-same-src-again');
    const url = again.request.url.replace('/212', `/${body.id}`);
    const { body: updated } = await replay({ ...again, request: { ...again.request, url } }, shop.url);
    expect(picturesOf(updated)).toEqual(picturesOf(again.body as typeof body));
  });

  it('counts nothing behind the end of a list that is asked for by its offset (508)', async () => {
    const recording = readRecording('woocommerce-11/508-offset-past-end');
    const { body, headers } = await replay(recording, shop.url);
    expect([body, headers['x-wp-total'], headers['x-wp-totalpages']]).toEqual([
      ...[[], recording.headers['x-wp-total'], recording.headers['x-wp-totalpages']],
    ]);
  });

  it('names what a batch of variations does not find, each in its way (241)', async () => {
    const shirt = shop.admin.createProduct({ name: 'Batch', type: 'variable' }).id;
    const batch = { update: [{ id: 999999, regular_price: '1' }], delete: [999998] };
    const { body } = await call('POST', `/products/${shirt}/variations/batch`, batch);
    const recorded = readRecording('woocommerce-11/241-variations-batch-mixed').body as typeof body;
    expect(body.update[0]).toEqual(recorded.update[2]);
    expect(body.delete[0]).toEqual({
      ...recorded.delete[1],
      id: { ...recorded.delete[1].id, product_id: shirt },
    });
  });

  it('lists what is included, whatever is excluded (520)', async () => {
    const ids = ['A', 'B'].map((name) => shop.admin.createProduct({ name }).id);
    const { body } = await call('GET', `/products?include=${ids}&exclude=${ids[0]}&_fields=id`);
    expect(body).toHaveLength((readRecording('woocommerce-11/520-include-and-exclude').body as object[]).length);
  });

  it('splits options at a bar, as recorded for an attribute of its own', async () => {
    const recording = readRecording('woocommerce-11/360-product-create-attributes');
    const own = (body: unknown) =>
      (body as { attributes: { name: string; options: string[] }[] }).attributes.find(({ name }) => name === 'Eigen');
    const { body } = await replay(recording, shop.url);
    expect(own(body)?.options).toEqual(own(recording.body)?.options);
  });

  it('shows the SKU of its product for a variation without one, which cannot be written back', async () => {
    const shirt = shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable' });
    const { id } = shop.admin.createVariation(shirt.id, { regular_price: '11' });
    const path = `/products/${shirt.id}/variations`;
    expect((await call('GET', `${path}?context=edit`)).body).toMatchObject([{ id, sku: 'SHIRT' }]);
    const { status, body } = await call('PUT', `${path}/${id}`, { sku: 'SHIRT' });
    expect([status, body.code, body.data.resource_id]).toEqual([400, 'product_invalid_sku', shirt.id]);
  });

  it('leaves variations in the trash when an update restores their product; the back office restores both', async () => {
    const cap = shop.admin.createProduct({ name: 'Cap', sku: 'CAP', type: 'variable' });
    shop.admin.createVariation(cap.id, { sku: 'CAP-S', regular_price: '5' });
    const listed = async (query: string) => (await call('GET', `/products/${cap.id}/variations${query}`)).body.length;
    shop.admin.trashProduct(cap.id);
    expect([await listed(''), await listed('?status=trash')]).toEqual([0, 1]);
    await call('PUT', `/products/${cap.id}`, { status: 'publish' });
    expect([await listed(''), await listed('?status=trash')]).toEqual([0, 1]);
    shop.admin.trashProduct(cap.id);
    shop.admin.restoreProduct(cap.id);
    expect([await listed(''), await listed('?status=trash')]).toEqual([1, 0]);
  });

  it('finds the SKU of a product in the trash only there', async () => {
    shop.admin.trashProduct(shop.admin.createProduct({ name: 'Gone', sku: 'GONE-1' }).id);
    const found = async (query: string) => (await call('GET', `/products?sku=GONE-1${query}`)).body.length;
    expect([await found(''), await found('&status=trash')]).toEqual([0, 1]);
  });

  it('keeps the dates of a sale for null and clears them for an empty text', async () => {
    const lamp = { name: 'Lamp', regular_price: '33', sale_price: '20', date_on_sale_to_gmt: '2030-01-31T23:59:59' };
    const { id } = shop.admin.createProduct(lamp);
    const put = async (body: object) => (await call('PUT', `/products/${id}`, body)).body.date_on_sale_to_gmt;
    expect(await put({ sale_price: '', date_on_sale_to_gmt: null })).toBe('2030-01-31T23:59:59');
    expect(await put({ date_on_sale_to_gmt: '' })).toBeNull();
  });
});
