import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecording } from '../../recordings/recording.parser.ts';
import { applicationHeaders, formOf, replay } from './recordings.support.ts';

type Row = Record<string, unknown>;

/** The request alone decides these. */
const SAME = [
  '21-404-product',
  '22-404-order',
  '25-customer-id-of-product',
  '34-create-dup-sku',
  '35-create-bad-type',
  '36-create-number-price',
  '37-order-bad-customer',
  '38-order-bad-status',
  '44-batch-orders-bad',
  '136-order-create-shipping-no-method',
  '137-order-create-fee-no-name',
  '335-category-create-unknown-parent',
  '336-category-create-no-name',
  '442-order-create-bad-currency',
  '443-order-create-currency-lower-case',
  '445-order-create-bad-email',
  '446-order-create-empty-email',
  '447-order-create-billing-types',
  '205-webhook-update-bad-status',
  '528-products-status-any-trash',
  '529-products-status-two',
  '637-bom-body',
  '638-broken-surrogate',
  '51-delete-order-trash-404',
  '71-modified-after-bad',
  '73-orderby-bad',
];
/** Times, prices and made-up ids differ here. */
const SAME_FORM = [
  '61-product-simple',
  '62-product-variable',
  '63-variations',
  '64-product-no-price',
  '69-orders-modified-after',
  '70-products-modified-after-gmt',
  '76-entities-in-name',
  '78-order-guest',
];

describe('Products and orders of the sandbox respond like the recorded WooCommerce 11', () => {
  let shop: WooCommerceSandbox;
  beforeAll(async () => {
    shop = await startWooCommerceSandbox({ consumerKey: 'ck_example', consumerSecret: 'cs_example' });
    for (let n = 0; n < 2; n += 1) {
      // so that something was changed in 2026 and there is a next page
      shop.admin.createOrder({ line_items: [{ product_id: 17 }] });
      shop.admin.createProduct({ name: `made ${n}` });
    }
  });
  afterAll(() => shop.stop());

  it.each(SAME)('%s: same status, headers and body', async (name) => {
    const recording = readRecording(`woocommerce-11/${name}`);
    const response = await replay(recording, shop.url);
    expect(response).toEqual({
      status: recording.status,
      headers: applicationHeaders(recording.headers),
      body: recording.body,
    });
  });

  it.each(SAME_FORM)('%s: same status and headers, a body of the same form', async (name) => {
    const recording = readRecording(`woocommerce-11/${name}`);
    const response = await replay(recording, shop.url);
    expect([response.status, withoutTotals(response.headers)]).toEqual([
      recording.status,
      withoutTotals(applicationHeaders(recording.headers)),
    ]);
    expect(formOf(response.body)).toEqual(formOf(recording.body));
  });

  it.each(['60-order-full', '75-orders-refund'])('%s: one of its orders has that form', async (name) => {
    const recording = readRecording(`woocommerce-11/${name}`);
    const response = await replay(recording, shop.url);
    expect([response.status, withoutTotals(response.headers)]).toEqual([
      200,
      withoutTotals(applicationHeaders(recording.headers)),
    ]);
    const url = recording.request.url.replace(/per_page=1/, 'per_page=100').replace(/&page=5/, '');
    const all = await replay({ ...recording, request: { ...recording.request, url } }, shop.url);
    const forms = (all.body as Row[]).map((order) => JSON.stringify(formOf([order])));
    expect(forms).toContain(JSON.stringify(formOf(recording.body)));
  });

  it('numbers products as recorded: variable ones with their variations, prices and stock', async () => {
    const { body } = await replay(readRecording('woocommerce-11/62-product-variable'), shop.url);
    const recorded = readRecording('woocommerce-11/62-product-variable').body;
    const decided = ([product]: Row[]) => {
      const {
        id,
        sku,
        slug,
        permalink,
        price,
        regular_price,
        variations,
        attributes,
        price_html,
        date_created,
        _links,
      } = product ?? {};
      return {
        id,
        sku,
        slug,
        permalink,
        price,
        regular_price,
        variations,
        attributes,
        price_html,
        date_created,
        _links,
      };
    };
    expect(decided(body as Row[])).toEqual(decided(recorded as Row[]));

    const variations = await replay(readRecording('woocommerce-11/63-variations'), shop.url);
    const untimed = (rows: Row[]) =>
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('date_'))));
    const { body: recordedVariations } = readRecording('woocommerce-11/63-variations');
    expect(untimed(variations.body as Row[])).toEqual(untimed(recordedVariations as Row[]));
  });

  it('creates an order of an unknown product as recorded, but for its number, key and time', async () => {
    const recording = readRecording('woocommerce-11/39-order-bad-product');
    const response = await replay(recording, shop.url);
    const { id } = response.body;
    expect([response.status, response.headers.location]).toEqual([
      201,
      `https://shop.example/wp-json/wc/v3/orders/${id}`,
    ]);
    const own = ['id', 'number', 'order_key', 'payment_url', '_links', 'line_items'];
    const rest = (order: Row) =>
      Object.entries(order).filter(([name]) => !own.includes(name) && !name.startsWith('date_'));
    expect(rest(response.body)).toEqual(rest(recording.body as Row));
    const [line] = response.body.line_items;
    expect([{ ...line, id: 886 }]).toEqual((recording.body as Row).line_items);
    expect(formOf(response.body)).toEqual(formOf(recording.body));
  });

  it('refuses an unknown coupon as recorded, and leaves a cart behind', async () => {
    const recording = readRecording('woocommerce-11/132-order-create-unknown-coupon');
    const { status, body } = await replay(recording, shop.url);
    const { new_draft_order_id: left, ...data } = body.data;
    const recorded = recording.body as typeof body;
    expect([status, { ...body, data }]).toEqual([recording.status, { ...recorded, data: { status: 400 } }]);
    expect(shop.state().orders().at(-1)).toMatchObject({ id: left, status: 'checkout-draft' });
  });

  it('responds to the mixed batch of products as recorded, but for what it made', async () => {
    const recording = readRecording('woocommerce-11/42-batch-products-dup-sku');
    const recorded = recording.body as { create: Row[]; update: Row[] };
    const { status, headers, body } = await replay(recording, shop.url);
    expect([status, headers]).toEqual([200, applicationHeaders(recording.headers)]);
    expect([body.create[0], body.update]).toEqual([recorded.create[0], recorded.update]);
    const made = ['id', '_links', 'related_ids'];
    const rest = (product: Row = {}) =>
      Object.entries(product).filter(([name]) => !made.includes(name) && !name.startsWith('date_'));
    const empty = (product: Row = {}) => rest(product).filter(([name]) => !/^date_on_sale/.test(name));
    expect(empty(body.create[1])).toEqual(empty(recorded.create[1]));
    expect(formOf(body.create[1])).toEqual(formOf(recorded.create[1]));
  });
});

/** The recorded shop had had other writes. */
function withoutTotals({ 'x-wp-total': _total, 'x-wp-totalpages': _pages, ...headers }: Record<string, string>) {
  return headers;
}
