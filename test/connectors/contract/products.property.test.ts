import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';
import { isSameHtml } from '../../../src/connectors/woocommerce/mapping/html.text.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';

const NEVER = new AbortController().signal;
const RUNS = { numRuns: Number(process.env.PRODUCT_RUNS ?? 25) };

const clients = new HttpClients();
let shop: WooCommerceSandbox;
let erp: OdooSandbox;
let sessions: Readonly<Record<'shop' | 'odoo', ConnectorSession>>;
beforeAll(async () => {
  shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 });
  erp = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
  for (const create_variant of ['always', 'dynamic', 'no_variant'])
    erp.admin.create('product.attribute', { name: create_variant, create_variant });
  const http = (name: string) => clients.for(name, { allowHttp: true, allowPrivateAddresses: true });
  const keys = { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret };
  const login = { database: erp.database, username: erp.username, api_key: erp.apiKey };
  const settings = { home_url: shop.url };
  sessions = {
    shop: woocommerce.open({
      connection: { id: 's', base_url: shop.url, credentials: keys, settings },
      http: http('s'),
    }),
    odoo: odoo.open({ connection: { id: 'o', base_url: erp.url, credentials: login, settings: {} }, http: http('o') }),
  };
});
afterAll(async () => {
  await Promise.all([shop.stop(), erp.stop()]);
  await clients.close();
});

let created = 0;
/** Creates a product. Returns what is read back, or the class of its problem. */
async function create(system: 'shop' | 'odoo', data: CanonicalProduct): Promise<CanonicalProduct | string> {
  const session = sessions[system];
  const [result] = await session.write('product', [{ kind: 'create', key: `p:${++created}`, data }], NEVER);
  if (!result?.ok) return result?.problem.error_class ?? '';
  const [item] = await session.readByIds('product', [result.external_id], NEVER);
  expect(item?.data).toEqual(result.data);
  return item?.data as CanonicalProduct;
}

const counts = (): string =>
  JSON.stringify([
    shop.state().counts,
    ['product.template', 'product.product'].map((model) => erp.admin.search(model, []).length),
  ]);

const sign = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom('<', '>', '&', '"', "'", '\\', '%', '|', ';', '#', ' ', '/', '!', '-') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('&amp;', '&lt;', '<b>', '</b>', '< 2 >', '<y>', '%2F', '<br/>', '&#39;', '1 < 2'),
  },
);
const text = fc.array(sign, { minLength: 1, maxLength: 8 }).map((signs) => signs.join(''));
const REFUSALS = ['text_refused', 'category_refused'];

describe('A product that is written', () => {
  it('has the texts that were sent, or fails and leaves nothing', async () => {
    const texts = fc.record({ name: text, description: text, category: text, option: text });
    const check = async ({ name, description, category, option }: { [member: string]: string }) => {
      const sku = `T-${created}`;
      const attributes = [{ name: 'Size', options: [option as string] }];
      const variations = [{ sku: `${sku}-1`, price: '1', options: { Size: option as string } }];
      const data = { name, sku, description, short_description: description, categories: [category as string] };
      const before = counts();
      const inShop = await create('shop', { ...data, attributes, variations });
      if (typeof inShop === 'string') {
        expect(REFUSALS).toContain(inShop);
        expect(counts()).toBe(before);
      } else {
        expect(inShop).toMatchObject({ name, categories: [category], attributes, variations });
        expect(isSameHtml(inShop.description ?? '', description as string)).toBe(true);
        expect(isSameHtml(inShop.short_description ?? '', description as string)).toBe(true);
      }
      const inOdoo = await create('odoo', { name, sku, short_description: description });
      expect(inOdoo).toMatchObject({ name, short_description: description });
    };
    const first = ['1 < 2 > 9', 'A & B', '<b>', '5 > 3', 'x <y> z'].map(
      (name) => [{ name, description: 'plain', category: name, option: 'S' }] as [Record<string, string>],
    );
    await fc.assert(fc.asyncProperty(texts, check as never), { ...RUNS, examples: first as never });
  }, 240_000);

  it('has all its variations, or fails and leaves nothing, however Odoo makes variants', async () => {
    const product = fc.record({
      names: fc.uniqueArray(fc.constantFrom('always', 'dynamic', 'no_variant', 'Colour'), {
        minLength: 1,
        maxLength: 3,
      }),
      prices: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      barcode: fc.boolean(),
    });
    const check = async ({ names, prices, barcode }: { names: string[]; prices: number[]; barcode: boolean }) => {
      const sku = `V-${created}`;
      const variations = prices.map((price, i) => ({
        ...{ sku: `${sku}-${i}`, price: String(price), active: true },
        // The last variation has the barcode of the first one, which Odoo refuses after it has made the template.
        barcode: barcode && (i === 0 || i === prices.length - 1) ? `40${created}` : null,
        options: Object.fromEntries(names.map((name, n) => [name, `${n === 0 ? i : (i >> n) & 1}`])),
      }));
      const before = counts();
      const made = await create('odoo', { name: sku, active: true, attributes: [], variations });
      if (typeof made === 'string') expect(counts()).toBe(before);
      else
        expect(made.variations?.map((one) => [one.sku, one.price])).toEqual(
          variations.map((one) => [one.sku, one.price]).sort(),
        );
      if (names.includes('no_variant')) expect(made).toBe('variation_options');
      else if (names.length === 1 && !(barcode && prices.length > 1)) expect(typeof made).toBe('object');
    };
    const first = ['dynamic', 'no_variant'].map(
      (name) =>
        [{ names: [name], prices: [1, 1], barcode: false }] as [
          { names: string[]; prices: number[]; barcode: boolean },
        ],
    );
    await fc.assert(fc.asyncProperty(product, check), { ...RUNS, examples: first });
  }, 240_000);
});
