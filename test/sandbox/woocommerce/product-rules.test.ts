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
