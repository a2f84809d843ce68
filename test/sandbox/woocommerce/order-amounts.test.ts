import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedRows } from '../../connectors/woocommerce/recordings.support.ts';
import { readRecording } from '../../recordings/recording.parser.ts';
import { replay } from './recordings.support.ts';
import { shopClient } from './shop-client.support.ts';

type Json = Awaited<ReturnType<ReturnType<typeof shopClient>>>['body'];

const rate = (id: number, taxClass: string, percent: number, label: string) => ({
  ...{ id, country: 'DE', class: taxClass, percent, label, shipping: false },
});
const RATES = [
  rate(6, 'books-food', 5.5, 'Bücher'),
  rate(5, 'reduced-rate', 7, 'MwSt ermäßigt'),
  rate(1, '', 19, 'MwSt'),
];
const GERMANY = { country: 'DE', email: 'buyer@example.test' };

let shop: WooCommerceSandbox;
let call: ReturnType<typeof shopClient>;
let first: number;
let second: number;
beforeEach(async () => {
  shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, taxRates: RATES });
  call = shopClient(shop);
  const product = (regular_price: string, tax_class: string) =>
    shop.admin.createProduct({ name: regular_price, regular_price, tax_class }).id;
  first = product('19.99', 'reduced-rate');
  second = product('33.3333', 'books-food');
});
afterEach(() => shop.stop());

const order = async (id: number) => (await call('GET', `/orders/${id}?dp=6`)).body;
const SUMS = ['discount_total', 'shipping_total', 'shipping_tax', 'cart_tax', 'total', 'total_tax'];
const LINE = ['quantity', 'subtotal', 'subtotal_tax', 'total', 'total_tax'];

/** What an order comes to and what of; a sum that the recording does not have is left out. */
function amountsOf(shown: Json, like: Json): Json {
  const pick = (row: Json, names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));
  const lines = (row: Json, list: string) =>
    (row[list] ?? []).map((line: Json) => ({
      ...pick(line, LINE),
      taxes: line.taxes.map((tax: Json) => ({ id: tax.id, total: tax.total })),
    }));
  const rates = (shown.tax_lines ?? []).map((line: Json) => [line.rate_id, line.tax_total]);
  return {
    ...pick(
      shown,
      SUMS.filter((name) => name in like),
    ),
    ...{ items: lines(shown, 'line_items'), fees: lines(shown, 'fee_lines') },
    shipping: lines(shown, 'shipping_lines').map(({ total }: Json) => total),
    rates: Object.fromEntries(rates),
  };
}

function expectAsRecorded(shown: Json, recording: string): void {
  const [recorded] = [recordedRows(recording)].flat() as Json[];
  expect(amountsOf(shown, recorded ?? {})).toEqual(amountsOf(recorded ?? {}, recorded ?? {}));
}

/** The order of recording 100. */
async function create155(): Promise<number> {
  const { body } = await call('POST', '/orders', {
    billing: GERMANY,
    line_items: [
      { product_id: second, quantity: 2, subtotal: '66.6666', total: '66.6666' },
      { product_id: first, quantity: 3 },
    ],
    shipping_lines: [{ method_id: 'flat_rate', method_title: 'DHL', total: '4.905' }],
    fee_lines: [{ name: 'Gebühr', total: '0.125' }],
  });
  return body.id;
}

describe('The shop adds up orders as WooCommerce does', () => {
  it('lines and taxes rounded one by one, which themselves stay exact (recordings 100, 102)', async () => {
    expectAsRecorded(await order(await create155()), '102-order-dp6');
  });

  it('shipping is taxed as what is shipped (100)', async () => {
    await shop.stop();
    const taxRates = RATES.map((one) => ({ ...one, shipping: one.id === 1 }));
    shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, taxRates });
    call = shopClient(shop);
    const product = (regular_price: string, tax_class: string) =>
      shop.admin.createProduct({ name: regular_price, regular_price, tax_class }).id;
    [first, second] = [product('19.99', 'reduced-rate'), product('33.3333', 'books-food')];
    expectAsRecorded(await order(await create155()), '102-order-dp6');
  });

  it('and rounds total and taxes when it loads them, to the decimals that it shows by then (109)', async () => {
    const id = await create155();
    shop.admin.showDecimals(0);
    expectAsRecorded(await order(id), '109-order-shop0-dp6');
    expect((await call('GET', `/orders/${id}`)).body).toMatchObject({
      total: '140',
      cart_tax: '8',
      shipping_total: '5',
    });
  });

  it('an order that was made without decimals has whole sums for good (110, 111, 114)', async () => {
    shop.admin.showDecimals(0);
    const { body } = await call('POST', '/orders', {
      billing: GERMANY,
      line_items: [
        { product_id: first, quantity: 3 },
        { product_id: second, quantity: 1, subtotal: '33.3333', total: '33.3333' },
      ],
    });
    expect(body).toMatchObject({ total: '99', total_tax: '6' });
    expectAsRecorded(await order(body.id), '111-order-created-shop0-dp6');
    shop.admin.showDecimals(2);
    expectAsRecorded(await order(body.id), '114-order-created-shop0-read-at-2-dp6');
  });

  it('whatever the currency: what the shop shows decides (115, 116)', async () => {
    const made = async (currency: string, total: string) => {
      const line_items = [{ product_id: first, quantity: 1, subtotal: total, total }];
      return (await call('POST', '/orders', { currency, billing: GERMANY, line_items })).body;
    };
    expectAsRecorded(await made('JPY', '1999'), '116-order-create-jpy-shop2');
    shop.admin.showDecimals(3);
    expectAsRecorded(await made('KWD', '1.2345'), '115-order-create-3-decimals-kwd');
  });

  it('a line of less than nothing comes to nothing (448)', async () => {
    const { body } = await call('POST', '/orders', {
      billing: GERMANY,
      line_items: [{ product_id: first, quantity: -1 }],
    });
    expectAsRecorded(body, '448-order-create-negative-quantity');
  });

  it('prices with the shop’s own taxes count without them, wherever they are sent (120, 121, 122, 124)', async () => {
    await shop.stop();
    const keys = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
    const taxRates = RATES.map((one) => ({ ...one, shipping: one.id === 1 }));
    shop = await startWooCommerceSandbox({
      ...{ ...keys, customers: 0, products: 0, orders: 0, taxRates },
      pricesIncludeTax: true,
    });
    call = shopClient(shop);
    const lamp = shop.admin.createProduct({ name: 'Produkt 0 – Größe &amp; Maß', regular_price: '5.00' }).id;
    const book = shop.admin.createProduct({ name: 'B', regular_price: '19.99', tax_class: 'reduced-rate' }).id;
    const ids = new Map([
      ['10', lamp],
      ['11', book],
    ]);
    const made = async (name: string) => {
      const recording = readRecording(`woocommerce-11/${name}`);
      const sent = (recording.request.body ?? '').replace(/(?<="product_id": )\d+/g, (id) => String(ids.get(id)));
      const { body } = await replay({ ...recording, request: { ...recording.request, body: sent } }, shop.url);
      expectAsRecorded(body, name);
      expect(body.prices_include_tax).toBe(true);
      return body.id;
    };
    expectAsRecorded(await order(await made('120-order-create-incl-tax')), '121-order-incl-tax-dp6');
    await made('122-order-create-incl-tax-given-total');
    await made('124-order-create-incl-tax-no-rate');
  });

  it('a total alone leaves the subtotal of the product (454)', async () => {
    const { body } = await call('POST', '/orders', {
      billing: GERMANY,
      line_items: [{ product_id: first, quantity: 1, total: 'abc' }],
    });
    expectAsRecorded(body, '454-order-create-total-text');
    const more = await call('POST', '/orders', { line_items: [{ product_id: first, total: '30' }] });
    expect(more.body.line_items).toMatchObject([{ subtotal: '30.00', total: '30.00' }]);
  });

  it('an order of an account without an address has its e-mail, and the shop’s own taxes (425)', async () => {
    const { id: customer_id } = shop.admin.createCustomer({ email: 'customer0@example.test' });
    const { body } = await call('POST', '/orders', { customer_id, line_items: [{ product_id: first, quantity: 1 }] });
    expectAsRecorded(body, '425-order-create-customer-no-addresses');
    const [recorded] = [recordedRows('425-order-create-customer-no-addresses')].flat() as Json[];
    expect(body.billing).toEqual(recorded?.billing);
  });

  it('says in its settings how many decimals it shows (380)', async () => {
    const path = '/settings/general/woocommerce_price_num_decimals';
    const [recorded] = [recordedRows('380-setting-woocommerce_price_num_decimals')].flat();
    expect((await call('GET', path)).body).toMatchObject({
      id: recorded?.id,
      value: '2',
      group_id: recorded?.group_id,
    });
    shop.admin.showDecimals(0);
    expect((await call('GET', path)).body.value).toBe('0');
  });
});
