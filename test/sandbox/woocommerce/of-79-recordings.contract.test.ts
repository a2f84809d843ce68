import {
  startWooCommerceSandbox,
  type WooCommerceSandbox,
  type WooCommerceSandboxOptions,
} from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recording, readRecording } from '../../recordings/recording.parser.ts';
import { applicationHeaders, formOf, replay } from './recordings.support.ts';
import { shopClient } from './shop-client.support.ts';

type Json = Awaited<ReturnType<ReturnType<typeof shopClient>>>['body'];

const KEY = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
const rate = (id: number, taxClass: string, percent: number, label: string) => ({
  ...{ id, country: 'DE', class: taxClass, percent, label, shipping: false },
});
const RATES = [
  rate(6, 'books-food', 5.5, 'Bücher'),
  rate(5, 'reduced-rate', 7, 'MwSt ermäßigt'),
  rate(1, '', 19, 'MwSt'),
];
const HOME = 'https://shop.example';
const NOW = Date.UTC(2026, 10, 28, 15, 48, 28);

let shop: WooCommerceSandbox;
let call: ReturnType<typeof shopClient>;
async function start(options: WooCommerceSandboxOptions = {}): Promise<void> {
  const empty = { customers: 1, products: 0, orders: 0, taxRates: RATES, now: () => NOW };
  shop = await startWooCommerceSandbox({ version: '7.9', ...KEY, ...empty, ...options });
  call = shopClient(shop);
}
beforeEach(() => start());
afterEach(() => shop.stop());

/** The recorded exchange, its request with the ids of this shop. */
function recorded(name: string, ids: Readonly<Record<number, number>> = {}): Recording {
  const { request, ...recording } = readRecording(`woocommerce-7.9/${name}`);
  const named = (text: string) =>
    text.replace(/(?<=[/:[= ,])\d+(?=[/,}\]?&]|$)/g, (id) => String(ids[Number(id)] ?? id));
  return { ...recording, request: { ...request, url: named(request.url), body: request.body && named(request.body) } };
}

/** Decided by the shop and its past, not by the request. */
const OWN =
  /^(id|.*_id|number|order_key|payment_url|date_.*|_links|permalink|slug|generated_slug|related_ids|price_html|avatar_url|hooks)$/;

function decided(value: Json): Json {
  if (Array.isArray(value)) return value.map(decided);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !OWN.test(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, decided(part)]));
}

/** Lists that a shop fills at random, or with names of its own functions. */
function ownForm(body: Json): unknown {
  return formOf(
    body && { ...body, ...('related_ids' in body && { related_ids: [] }), ...('hooks' in body && { hooks: [] }) },
  );
}

/** Equal but for ids, dates and addresses; these have the same form. */
async function expectAsRecorded(recording: Recording): Promise<Json> {
  const response = await replay(recording, shop.url);
  const { location: _of, ...headers } = response.headers;
  const { location: _recorded, ...recordedHeaders } = applicationHeaders(recording.headers);
  expect([response.status, headers]).toEqual([recording.status, recordedHeaders]);
  expect(decided(response.body)).toEqual(decided(recording.body));
  expect(ownForm(response.body)).toEqual(ownForm(recording.body));
  return response.body;
}

describe('The sandbox of 7.9 answers as the recorded WooCommerce 7.9', () => {
  it.each([
    '152-refunds-all-orders',
    '172-webhook-404',
    '253-variation-manage-stock-parent-written-back',
    '399-custom-field-names',
    '475-orders-batch-text',
    '575-orderby-bad',
    '635-string-body',
    '660-customer-duplicate-email',
    '676-customer-delete-again',
    '677-customer-update-deleted',
  ])('%s: same status, headers and body', async (name) => {
    const recording = recorded(name);
    expect(await replay(recording, shop.url)).toEqual({
      status: recording.status,
      headers: applicationHeaders(recording.headers),
      body: recording.body,
    });
  });

  it('which version it is, and how prices are entered (382, 390)', async () => {
    const { body: status } = await replay(recorded('390-system-status-identity'), shop.url);
    expect(status.environment).toEqual({ home_url: HOME, site_url: HOME, version: '7.9.0' });
    expect(recorded('390-system-status-identity').body).toMatchObject({ environment: status.environment });
    const { body: setting } = await replay(recorded('382-setting-woocommerce_prices_include_tax'), shop.url);
    const { id, value, group_id } = setting;
    expect(recorded('382-setting-woocommerce_prices_include_tax').body).toMatchObject({ id, value, group_id });
  });

  it('a customer that is there, and deleted (618, 675)', async () => {
    await expectAsRecorded(recorded('618-admin-as-customer'));
    const { id } = shop.admin.createCustomer({ email: 'nu9@example.test' });
    await expectAsRecorded(recorded('675-customer-delete', { 61: id }));
    expect((await call('GET', `/customers/${id}`)).body.code).toBe('woocommerce_rest_invalid_id');
  });

  it('a webhook, which was never changed at first (166, 169)', async () => {
    await expectAsRecorded(recorded('166-webhook-create-with-secret'));
    const hook = { topic: 'order.updated', delivery_url: 'https://sync.example/hooks/order.updated' };
    const { body } = await call('POST', '/webhooks', { ...hook, name: 'Sync order.updated' });
    await call('PUT', `/webhooks/${body.id}`, { status: 'active' });
    await expectAsRecorded(recorded('169-webhook-read', { 11: body.id }));
  });

  it('no barcode, which two products may then share (653, 654)', async () => {
    await expectAsRecorded(recorded('653-product-create-gtin'));
    await expectAsRecorded(recorded('654-product-create-duplicate-gtin'));
  });

  it('the SKU of what is in the trash is free (260, 947)', async () => {
    for (const sku of ['HEMD', 'GONE-1']) shop.admin.trashProduct(shop.admin.createProduct({ name: 'Gone', sku }).id);
    await expectAsRecorded(recorded('260-product-create-sku-of-trashed'));
    await expectAsRecorded(recorded('947-product-create-sku-of-trashed-simple'));
  });
});

describe('Orders of 7.9', () => {
  let first: number;
  let second: number;
  let simple: number;
  beforeEach(() => {
    const product = (name: string, regular_price: string, sku: string, tax_class = '') =>
      shop.admin.createProduct({ name, regular_price, sku, tax_class }).id;
    first = product('Product 1', '19.99', 'SIM-001', 'reduced-rate');
    second = product('Product 2', '33.3333', 'SIM-002', 'books-food');
    simple = product('Produkt 0 – Größe &amp; Maß', '5.00', 'SIM-000x');
  });

  it('have the taxes of their lines unrounded, whatever `dp` says (100, 102, 109)', async () => {
    const { id } = await expectAsRecorded(recorded('100-order-create-rest-given-totals', { 11: first, 12: second }));
    await expectAsRecorded(recorded('102-order-dp6', { 155: id }));
    shop.admin.showDecimals(0);
    await expectAsRecorded(recorded('109-order-shop0-dp6', { 155: id }));
  });

  it('of nothing are taken, without a line (450, 934)', async () => {
    await expectAsRecorded(recorded('450-order-create-quantity-0', { 321: first }));
    await expectAsRecorded(recorded('934-order-create-quantity-0-again', { 321: first }));
  });

  it('with an unknown coupon are refused and stay, listed as any (132, 930, 932)', async () => {
    await expectAsRecorded(recorded('132-order-create-unknown-coupon', { 10: simple }));
    await expectAsRecorded(recorded('930-order-create-unknown-coupon-again', { 319: simple }));
    const { body } = await replay(recorded('932-orders-newest-after-refused-create'), shop.url);
    const { body: like } = recorded('932-orders-newest-after-refused-create');
    const [line] = (like as Json)[0].line_items;
    expect(Object.keys(body[0].line_items[0])).toEqual(Object.keys(line));
    expect(body).toMatchObject([
      { status: 'pending', line_items: [{ product_id: simple, total: line.total }], coupon_lines: [] },
    ]);
  });

  it('in the trash are not listed as any, even if the trash is asked for, too (531)', async () => {
    const [kept, gone] = [shop.admin.createOrder({}), shop.admin.createOrder({})];
    shop.admin.trashOrder(gone.id);
    const { body } = await replay(recorded('531-orders-status-any-trash'), shop.url);
    expect(body).toEqual([{ id: kept.id, status: 'pending' }]);
  });

  it('of a cart are listed as any (400, 420)', async () => {
    const made = await expectAsRecorded(recorded('400-order-create-minimal', { 321: first }));
    await call('PUT', `/orders/${made.id}`, { status: 'checkout-draft' });
    await expectAsRecorded(recorded('420-order-checkout-draft-in-any', { 341: made.id }));
  });

  it('in a batch are refused one by one, in the words of 7.9 (470)', async () => {
    const { id } = shop.admin.createOrder({ line_items: [{ product_id: first }] });
    const recording = recorded('470-orders-batch-mixed', { 321: first, 341: id });
    const { status, body } = await replay(recording, shop.url);
    const outcomes = (batch: Json) =>
      Object.entries(batch).map(([kind, items]) => [
        kind,
        (items as Json[]).map(({ error, status: of }) => error ?? of),
      ]);
    expect([status, outcomes(body)]).toEqual([200, outcomes(recording.body)]);
  });

  it('are taken out of the trash by an update (200)', async () => {
    const { id } = shop.admin.createOrder({
      created_via: 'rest-api',
      billing: { country: 'DE', email: 'guest@example.test' },
      line_items: [{ product_id: first, quantity: 1 }],
    });
    shop.admin.trashOrder(id);
    const recording = recorded('200-order-restore-by-put', { 187: id });
    const { status, body } = await replay(recording, shop.url);
    const { meta_data: _marks, ...like } = recording.body as Json;
    const { meta_data: _own, ...shown } = body;
    expect([status, decided(shown)]).toEqual([200, decided(like)]);
  });

  it('keep their stock when a line gets another quantity; the status moves it (480)', async () => {
    shop.admin.updateProduct(first, { manage_stock: true, stock_quantity: 8 });
    const stock = async () => (await call('GET', `/products/${first}`)).body.stock_quantity;
    const { body } = await call('POST', '/orders', {
      line_items: [{ product_id: first, quantity: 3 }],
      set_paid: true,
    });
    const put = (input: object) => call('PUT', `/orders/${body.id}`, input);
    expect(await stock()).toBe(5);
    await put({ line_items: [{ id: body.line_items[0].id, quantity: 4 }] });
    expect(await stock()).toBe(5);
    await put({ status: 'cancelled' });
    expect(await stock()).toBe(8);
    await put({ status: 'processing' });
    expect(await stock()).toBe(4);
  });
});

describe('Variations of 7.9', () => {
  let shirt: number;
  let small: number;
  beforeEach(async () => {
    const attributes = [
      { name: 'Size', visible: true, variation: true, options: ['S', 'M', 'L'] },
      { id: 1, name: 'Farbe', visible: true, variation: true, options: ['Rot', 'Grün', 'Blau 💙'] },
    ];
    shirt = shop.admin.createProduct({ name: 'Hemd', sku: 'HEMD', type: 'variable', attributes }).id;
    const options = [
      { name: 'Size', option: 'S' },
      { name: 'Farbe', option: 'Rot' },
    ];
    small = shop.admin.createVariation(shirt, { regular_price: '20.00', attributes: options }).id;
  });

  it('do not say whose they are, and show the SKU of their product (221, 233, 234)', async () => {
    const { status, body } = await replay(recorded('221-variation-create-no-sku', { 188: shirt }), shop.url);
    const like = recorded('221-variation-create-no-sku');
    expect([status, formOf(body)]).toEqual([201, formOf(like.body)]);
    expect(body.sku).toBe('HEMD');
    for (const name of ['233-variations-list', '234-variations-list-edit']) {
      const recording = recorded(name, { 188: shirt });
      const [listed] = (await replay(recording, shop.url)).body;
      expect(formOf(recording.body)).toContain(JSON.stringify(formOf(listed)));
    }
  });

  it('are shown and deleted below any product (245, 246)', async () => {
    const other = shop.admin.createProduct({ name: 'Other', sku: 'OTHER' }).id;
    const { status, body } = await replay(
      recorded('245-variation-of-other-parent', { 54: other, 189: small }),
      shop.url,
    );
    const like = recorded('245-variation-of-other-parent');
    expect([status, formOf(body), body.sku, body.price]).toEqual([200, formOf(like.body), 'HEMD', '20.00']);
    const trashed = recorded('246-variation-delete-no-force', { 188: other, 191: small });
    expect(formOf((await replay(trashed, shop.url)).body)).toEqual(formOf(trashed.body));
    expect((await call('GET', `/products/${shirt}/variations?status=trash`)).body).toHaveLength(1);
  });

  it('in a batch are those of any product, and products, too (241)', async () => {
    const make = (sku: string) => shop.admin.createVariation(shirt, { sku }).id;
    const [medium, large, third] = [make('HEMD-M'), make('HEMD-L'), make('')];
    const [first, second] = ['SIM-000', 'SIM-001'].map((sku) => shop.admin.createProduct({ name: sku, sku }).id);
    const ids = { 188: shirt, 190: medium, 191: large, 192: third, 10: first ?? 0, 11: second ?? 0 };
    const recording = recorded('241-variations-batch-mixed', ids);
    const { status, body } = await replay(recording, shop.url);
    const outcomes = (batch: Json) =>
      Object.entries(batch).map(([kind, items]) => [kind, (items as Json[]).map(outcomeOf)]);
    expect([status, outcomes(body)]).toEqual([200, outcomes(recording.body)]);
    expect(body.delete[1].id).toBe((recording.body as Json).delete[1].id);
    expect(
      shop
        .state()
        .products()
        .map(({ sku }) => sku),
    ).not.toContain('SIM-001');
  });

  it('stay in the trash when an update restores their product, and come out of it in the back office (261, 940, 943)', async () => {
    shop.admin.trashProduct(shirt);
    await call('PUT', `/products/${shirt}`, { status: 'publish' });
    const product = recorded('940-variable-product-restored-by-put', { 402: shirt });
    const { body } = await replay(product, shop.url);
    expect([body.status, body.variations]).toEqual(['publish', []]);
    expect(formOf(body)).toEqual(formOf(product.body));
    shop.admin.trashProduct(shirt);
    shop.admin.restoreProduct(shirt);
    const list = recorded('943-variations-after-restore-in-back-office', { 402: shirt });
    expect((await replay(list, shop.url)).body).toEqual([{ id: small, status: 'publish' }]);
    const new_ = shop.admin.createVariation(shirt, { regular_price: '1' }).id;
    shop.admin.trashProduct(shirt);
    await call('PUT', `/products/${shirt}`, { status: 'publish' });
    await call('PUT', `/products/${shirt}/variations/${new_}`, { status: 'publish' });
    const one = recorded('261-variations-after-untrash-by-put', { 188: shirt });
    expect((await replay(one, shop.url)).body).toEqual([{ id: new_, sku: 'HEMD', status: 'publish' }]);
  });

  it('have a product of the recorded form (220, 235)', async () => {
    const recording = recorded('235-variable-product-read', { 188: shirt });
    const { status, body, headers } = await replay(recording, shop.url);
    expect([status, headers]).toEqual([200, applicationHeaders(recording.headers)]);
    expect(Object.keys(body)).toEqual(Object.keys(recording.body as Json));
    const made = recorded('220-variable-product-create');
    const created = await replay(
      { ...made, request: { ...made.request, body: (made.request.body ?? '').replace('HEMD', 'HEMD-2') } },
      shop.url,
    );
    expect(Object.keys(created.body)).toEqual(Object.keys(made.body as Json));
    expect(Object.keys(created.body.attributes[0])).toEqual(Object.keys((made.body as Json).attributes[0]));
  });
});

describe('Bounds of dates in 7.9', () => {
  it('with a Z are right, but with dates_are_gmt an hour late (902, 903, 907, 908)', async () => {
    shop.admin.createProduct({ name: 'New' });
    await shop.stop();
    for (const [entity, right, late] of [
      ['products', '902-products-second-before-newest-Z', '903-products-second-before-newest-Z-gmt'],
      ['orders', '907-orders-second-before-newest-Z', '908-orders-second-before-newest-Z-gmt'],
    ] as const) {
      const newest = recorded(right).body as { date_modified_gmt: string }[];
      const at = Date.parse(`${newest[0]?.date_modified_gmt}Z`);
      await start({ now: () => at });
      if (entity === 'products') shop.admin.createProduct({ name: 'New' });
      else shop.admin.createOrder({});
      const { headers: found } = await replay(recorded(right), shop.url);
      const { headers: lost } = await replay(recorded(late), shop.url);
      expect([Number(found['x-wp-total']) > 0, lost['x-wp-total']]).toEqual([
        true,
        recorded(late).headers['x-wp-total'],
      ]);
      await shop.stop();
    }
    await start();
  });
});

/** Of an item of a batch of variations: its error, without the id of the other one that has the SKU, or its SKU. */
function outcomeOf({ error, sku }: Json): unknown {
  if (!error) return sku;
  const { resource_id: _of, ...data } = error.data;
  return { ...error, data };
}
