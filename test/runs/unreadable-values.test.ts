import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BendingProxy, bendRows, changed, startBendingProxy } from '../support/bending-proxy.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture?.close());

interface Bent {
  readonly org: string;
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  /** What stands between the service and each. */
  readonly toShop: BendingProxy;
  readonly toOdoo: BendingProxy;
  readonly shopId: string;
  readonly odooId: string;
  readonly sync: (
    entity_type: string,
    destination?: 'records' | { connection_id: string },
    from?: string,
  ) => Promise<Json>;
  readonly failed: (run: Json) => Promise<Record<string, Json>>;
  /** What the records hold of a connection. */
  readonly records: (connectionId: string) => Promise<Record<string, Json>>;
}

/** A shop and an Odoo, each behind a proxy that answers what a test says. */
async function bent(org: string, work: (systems: Bent) => Promise<void>): Promise<void> {
  const [shop, odoo] = await Promise.all([
    startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, badRate: 0 }),
    startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ]);
  const [toShop, toOdoo] = await Promise.all([startBendingProxy(shop.url), startBendingProxy(odoo.url)]);
  try {
    const shopId = await fixture.connectShop(org, { ...shop, url: toShop.url }, { home_url: shop.url });
    const odooId = await fixture.connectOdoo(org, { ...odoo, url: toOdoo.url });
    await work({
      ...{ org, shop, odoo, toShop, toOdoo, shopId, odooId },
      sync: (entity_type, destination = { connection_id: odooId }, from = shopId) =>
        fixture.run(org, { entity_type, source_connection_id: from, destination }),
      failed: async (run) => {
        const { body } = await fixture.call(org, 'GET', `/progress/${run.sync_id}/items?limit=100`);
        return Object.fromEntries(body.items.map((item: Json) => [item.external_id, item]));
      },
      records: async (connectionId) => {
        const query = 'SELECT external_id, data FROM sync_records WHERE connection_id = $1';
        const rows = await sql<Json>(fixture.service.database.superuserUrl, query, [connectionId]);
        return Object.fromEntries(rows.map(({ external_id, data }) => [external_id, data]));
      },
    });
  } finally {
    await Promise.all([toShop.stop(), toOdoo.stop()]);
    await Promise.all([shop.stop(), odoo.stop()]);
  }
}

/** As a filter of a plugin: each row that has the id is answered with these members. */
const answering = (proxy: BendingProxy, rows: Readonly<Record<string, object>>) => {
  proxy.bend(changed((answer) => bendRows(answer, (row) => ({ ...row, ...rows[String(row.id)] }))));
};

const PRODUCTS = [
  { sku: 'N-comma', regular_price: '12,50', weight: '1,5' },
  { sku: 'N-euro', regular_price: '€12.50' },
  { sku: 'N-nan', regular_price: 'NaN' },
  { sku: 'N-thousand', regular_price: '1.234,50' },
  { sku: 'N-stock', regular_price: '12.50', stock_quantity: '7,5' },
  { sku: 'N-none', regular_price: '' },
  { sku: 'N-exp', regular_price: '1.25e1' },
];

it('A price that is no number is a failed item, not none and not zero', () =>
  bent('org-price', async ({ shop, odoo, toShop, sync, failed, shopId, records }) => {
    const answers: Record<string, object> = {};
    const ids: Record<string, string> = {};
    for (const { sku, ...answer } of PRODUCTS) {
      const { id } = shop.admin.createProduct({
        ...{ name: sku, sku, regular_price: '10.00', weight: '1.5', manage_stock: true, stock_quantity: 7 },
      });
      answers[id] = answer;
      ids[sku] = String(id);
    }
    answering(toShop, answers);
    const run = await sync('product');
    expect(run).toMatchObject({ progress: { status: 'completed_with_errors' }, counts: { created: 2, failed: 5 } });
    const errors = await failed(run);
    const wrong = {
      'N-comma': 'price',
      'N-euro': 'price',
      'N-nan': 'price',
      'N-thousand': 'price',
      'N-stock': 'quantity',
    };
    for (const [sku, kind] of Object.entries(wrong))
      expect(errors[ids[sku] as string]).toMatchObject({ error_class: `invalid_${kind}` });
    expect(errors[ids['N-comma'] as string]?.message).toBe('regular_price is not a number: "12,50".');
    const prices = () =>
      Object.fromEntries(
        odoo.admin.search('product.template', []).map((id) => {
          const { default_code, list_price } = odoo.admin.get('product.template', id) as Json;
          return [default_code, list_price];
        }),
      );
    expect(prices()).toEqual({ 'N-none': 0, 'N-exp': 12.5 });
    expect((await records(shopId))[ids['N-exp'] as string]).toMatchObject({ price: '12.5', stock: '7' });

    // What was there stays when the filter comes later.
    answering(toShop, {});
    expect((await sync('product')).counts).toMatchObject({ created: 5 });
    const before = prices();
    answering(toShop, answers);
    expect((await sync('product')).counts).toMatchObject({ failed: 5 });
    expect(prices()).toEqual({ ...before, 'N-none': 0, 'N-exp': 12.5 });
  }));

const LINE = { id: 120, name: 'Lamp', product_id: 11, quantity: 2, total_tax: '0.00', taxes: [], sku: 'LAMP-1' };
const POST = { id: 121, method_id: 'flat_rate', method_title: 'Post', total: '7.90', total_tax: '0.00', taxes: [] };
const ORDER = {
  total: '187.90',
  line_items: [{ ...LINE, subtotal: '180.00', total: '180.00' }],
  shipping_lines: [POST],
};

/** Each order is a lamp and its post, answered as said. Nothing of any of them may be written or kept. */
async function refuseOrders(org: string, answers: readonly [object, string, RegExp][]): Promise<void> {
  await bent(org, async ({ shop, odoo, toShop, sync, failed, shopId, records }) => {
    const lamp = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '90.00' });
    const ids = answers.map(() =>
      String(
        shop.admin.createOrder({
          billing: { email: 'ada@shop.example', first_name: 'Ada' },
          line_items: [{ product_id: lamp.id, quantity: 2 }],
          shipping_lines: [{ method_id: 'flat_rate', method_title: 'Post', total: '7.90' }],
        }).id,
      ),
    );
    answering(toShop, Object.fromEntries(ids.map((id, i) => [id, { ...ORDER, ...answers[i]?.[0] }])));
    await sync('customer');
    for (const destination of [undefined, 'records'] as const) {
      const run = await sync('order', destination);
      expect(run.counts).toEqual({ failed: answers.length });
      const errors = await failed(run);
      for (const [i, [, error_class, message]] of answers.entries())
        expect(errors[ids[i] as string]).toMatchObject({ error_class, message: expect.stringMatching(message) });
    }
    expect(odoo.admin.search('sale.order', [])).toEqual([]);
    for (const id of ids) expect(await records(shopId)).not.toHaveProperty(id);
  });
}

it('An order whose amounts cannot be read makes no order of 0.00', () =>
  refuseOrders('org-total', [
    [
      {
        total: '187,90',
        line_items: [{ ...LINE, subtotal: '180,00', total: '180,00' }],
        shipping_lines: [{ ...POST, total: '7,90' }],
      },
      'invalid_price',
      /^(total|line_items)/,
    ],
    [{ total: null, line_items: [{ ...LINE, subtotal: null, total: null }] }, 'invalid_price', /^(total|line_items)/],
    [{ total: '' }, 'invalid_price', /^total is empty/],
    [{ shipping_lines: [{ ...POST, total: 'NaN' }] }, 'invalid_price', /^shipping_lines\[0\].total/],
    [{ fee_lines: [{ name: 'Gift', total: '1.234,50' }] }, 'invalid_price', /^fee_lines\[0\].total/],
    [{ shipping_total: '€7.90' }, 'invalid_price', /^shipping_total/],
    [{ refunds: [{ id: 1, total: '-1,00' }] }, 'invalid_price', /^refunds\[0\].total/],
    [
      { line_items: [{ ...LINE, subtotal: '180.00', total: '180.00', taxes: [{ id: 1, total: '7,20' }] }] },
      'invalid_price',
      /taxes/,
    ],
    [{ line_items: null }, 'invalid_list', /^line_items/],
    [{ customer_id: '7,5' }, 'invalid_id', /^customer_id/],
  ]));

it('A quantity "2,5" and the date 0000-00-00 are failed items', () =>
  refuseOrders('org-quantity', [
    ...['2,5', 'NaN', '', null, '1e400', ' 2', [2]].map((quantity): [object, string, RegExp] => [
      { line_items: [{ ...LINE, subtotal: '180.00', total: '180.00', quantity }] },
      'invalid_quantity',
      /^line_items\[0\].quantity/,
    ]),
    ...['0000-00-00T00:00:00', '2026-02-30T00:00:00', '13:61', '-0001-11-30T00:00:00'].map(
      (date_created_gmt): [object, string, RegExp] => [{ date_created_gmt }, 'invalid_date', /^date_created_gmt/],
    ),
  ]));

it('Numbers and dates of an Odoo that are none are failed items', () =>
  bent('org-odoo-values', async ({ odoo, toOdoo, sync, failed, odooId, records }) => {
    const [product, fine] = ['Lamp', 'Chair'].map((name) =>
      String(odoo.admin.create('product.template', { name, default_code: name, list_price: 9, sale_ok: true })),
    ) as [string, string];
    answering(toOdoo, { [product]: { list_price: '12,50' } });
    const run = await sync('product', 'records', odooId);
    expect(run.counts).toEqual({ created: 1, failed: 1 });
    expect(await failed(run)).toMatchObject({
      [product]: { error_class: 'invalid_price', message: 'list_price is not a number: "12,50".' },
    });
    expect(Object.keys(await records(odooId))).toEqual([fine]);
  }));

it('Weights and costs of an Odoo that are none are failed items', () =>
  bent('org-odoo-weights', async ({ odoo, toOdoo, sync, failed, odooId, shop }) => {
    const answers = [{ weight: '1,5' }, { standard_price: '€3' }, { weight: [1] }, { list_price: '1.234,50' }];
    const ids = answers.map((_, i) =>
      String(
        odoo.admin.create('product.template', { name: `P${i}`, default_code: `P${i}`, list_price: 9, sale_ok: true }),
      ),
    );
    toOdoo.bend(
      changed((answer) =>
        bendRows(answer, (row) => {
          const id = Array.isArray(row.product_tmpl_id) ? row.product_tmpl_id[0] : row.id;
          return { ...row, ...answers[ids.indexOf(String(id))] };
        }),
      ),
    );
    const run = await sync('product', 'records', odooId);
    expect(run.counts).toEqual({ failed: answers.length });
    const errors = await failed(run);
    expect(ids.map((id) => errors[id].error_class)).toEqual([
      ...['invalid_quantity', 'invalid_price', 'invalid_quantity', 'invalid_price'],
    ]);
    expect(shop.state().products()).toEqual([]);
  }));

it('Dates, quantities and amounts of orders of an Odoo that are none are failed items, and no orders in the shop', () =>
  bent('org-odoo-orders', async ({ shop, odoo, toOdoo, sync, failed, odooId, shopId, records }) => {
    const ofOrder: [object, string][] = [
      [{ date_order: '0000-00-00 00:00:00' }, 'invalid_date'],
      [{ date_order: '2026-02-30 10:00:00' }, 'invalid_date'],
      [{ date_order: '13:61' }, 'invalid_date'],
      [{ amount_total: '92,00' }, 'invalid_price'],
      [{ amount_tax: 'NaN' }, 'invalid_price'],
      [{ amount_total: false }, 'invalid_price'],
    ];
    const ofLine: [object, string][] = [
      [{ product_uom_qty: '2,5' }, 'invalid_quantity'],
      [{ product_uom_qty: false }, 'invalid_quantity'],
      [{ price_unit: '€50' }, 'invalid_price'],
      [{ price_subtotal: '80,00' }, 'invalid_price'],
      [{ discount: 'x' }, 'invalid_price'],
    ];
    const partner = odoo.admin.create('res.partner', { name: 'Ada', email: 'ada@odoo.example', customer_rank: 1 });
    const product = odoo.admin.create('product.product', { name: 'Lamp', default_code: 'LAMP-1', list_price: 50 });
    const values = { product_id: product, product_uom_qty: 2, price_unit: 50, tax_ids: [[6, 0, []]] };
    const orders = [...ofOrder, ...ofLine].map(() =>
      odoo.admin.create('sale.order', { partner_id: partner, order_line: [[0, 0, values]] }),
    );
    const lines = orders.map((id) => odoo.admin.get('sale.order', id).order_line[0] as number);
    const to = { connection_id: shopId };
    await sync('customer', to, odooId);
    await sync('product', to, odooId);
    toOdoo.bend(
      changed((answer) =>
        bendRows(answer, (row) => {
          if ('amount_total' in row) return { ...row, ...ofOrder[orders.indexOf(Number(row.id))]?.[0] };
          if ('price_subtotal' in row)
            return { ...row, ...ofLine[lines.indexOf(Number(row.id)) - ofOrder.length]?.[0] };
          return row;
        }),
      ),
    );
    for (const destination of ['records', to] as const) {
      const run = await sync('order', destination, odooId);
      expect(run.counts).toEqual({ failed: orders.length });
      const errors = await failed(run);
      expect(orders.map((id) => errors[id].error_class)).toEqual([...ofOrder, ...ofLine].map(([, name]) => name));
    }
    expect(shop.state().orders()).toEqual([]);
    expect(Object.values(await records(odooId)).filter((data) => 'lines' in data)).toEqual([]);
  }));

it('The dates of a sale in a shop that are none are failed items', () =>
  bent('org-sale-dates', async ({ shop, odoo, toShop, sync, failed }) => {
    const answers = [
      { date_on_sale_from_gmt: '0000-00-00T00:00:00' },
      { date_on_sale_to_gmt: '2026-02-30T00:00:00' },
      { date_on_sale_to_gmt: 'tomorrow' },
      { date_on_sale_from_gmt: 1790000000 },
    ];
    const ids = answers.map((_, i) =>
      String(shop.admin.createProduct({ name: `P${i}`, sku: `P${i}`, regular_price: '9' }).id),
    );
    answering(toShop, Object.fromEntries(ids.map((id, i) => [id, answers[i] as object])));
    const run = await sync('product');
    expect(run.counts).toEqual({ failed: ids.length });
    const errors = await failed(run);
    for (const id of ids) expect(errors[id]).toMatchObject({ error_class: 'invalid_date' });
    expect(odoo.admin.search('product.template', [])).toEqual([]);
  }));

it('What a shop does not answer is not emptied, and what it answers as none is', () =>
  bent('org-absent', async ({ shop, odoo, toShop, sync, shopId, records }) => {
    const { id } = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '90.00', weight: '1.5' });
    await sync('product');
    const template = () =>
      odoo.admin.get('product.template', odoo.admin.search('product.template', [])[0] as number) as Json;
    expect(template()).toMatchObject({ list_price: 90, weight: 1.5, default_code: 'LAMP-1' });
    toShop.bend(changed((answer) => bendRows(answer, ({ regular_price, sku, categories, ...rest }) => rest)));
    expect((await sync('product')).counts).toEqual({ unchanged: 1 });
    expect(template()).toMatchObject({ list_price: 90, default_code: 'LAMP-1' });
    answering(toShop, { [id]: { regular_price: null, weight: '' } });
    expect((await sync('product')).counts).toEqual({ updated: 1 });
    expect(template()).toMatchObject({ list_price: 0, weight: 0, default_code: 'LAMP-1' });
    answering(toShop, { [id]: { categories: null } });
    const kept = (await records(shopId))[String(id)];
    expect((await sync('product')).counts).toMatchObject({ failed: 1 });
    expect((await records(shopId))[String(id)]).toEqual(kept);
  }));

/** As a plugin, a host or a person may leave a number behind. */
const garbage = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    null,
    ' ',
    '12,50',
    '€12',
    'NaN',
    'Infinity',
    '1e3',
    '1e400',
    '-0',
    '0x1F',
    [],
    {},
    true,
    1.5,
  ),
  fc.stringMatching(/^[-+.,eE0-9 €]{0,8}$/).filter((text) => !/e[-+]?\d{2}/i.test(text)),
  fc.double(),
);
const PRODUCTS_A_RUN = 30;

it(`each number of a shop is read exactly or fails its item, of ${PRODUCTS_A_RUN} products a run`, () =>
  bent('org-numbers', async ({ shop, toShop, sync, failed, shopId, records }) => {
    const ids = Array.from({ length: PRODUCTS_A_RUN }, (_, n) =>
      String(shop.admin.createProduct({ name: `P ${n}` }).id),
    );
    const fields = { regular_price: garbage, sale_price: garbage, weight: garbage, stock_quantity: garbage };
    for (let run = 0; run < Number(process.env.PROPERTY_RUNS ?? 2); run += 1) {
      const answers = fc.sample(fc.record({ manage_stock: fc.constant(true), ...fields }), PRODUCTS_A_RUN);
      // What JSON has no number for arrives as null.
      const answered = answers.map((answer) => JSON.parse(JSON.stringify(answer)) as Json);
      answering(toShop, Object.fromEntries(ids.map((id, i) => [id, answered[i]])));
      const before = await records(shopId);
      const errors = await failed(await sync('product', 'records'));
      const after = await records(shopId);
      for (const [i, id] of ids.entries()) {
        const { regular_price, sale_price, weight, stock_quantity } = answered[i];
        const read = [regular_price, sale_price, weight, stock_quantity].map(exactly);
        if (read.includes(undefined)) {
          expect(errors[id]).toMatchObject({ error_class: expect.stringMatching(/^invalid_(price|quantity)$/) });
          expect(after[id]).toEqual(before[id]);
        } else {
          const { price, sale_price: sale, weight: kilos, stock = null } = after[id];
          expect([price, sale, kilos, stock].map((value) => value && Number(value))).toEqual(read);
        }
      }
    }
  }));

/** Undefined for what is no number: told apart by other means than the service has. */
function exactly(value: unknown): number | null | undefined {
  if (value === null || value === '') return null;
  const isPlain =
    typeof value === 'number' || (typeof value === 'string' && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value));
  const number = isPlain ? Number(value) : Number.NaN;
  const fits = typeof value === 'number' ? Math.abs(number) <= Number.MAX_SAFE_INTEGER : Math.abs(number) < 1e30;
  return fits ? number + 0 : undefined;
}

it('A float that is no number, as Python writes it, is a failed item and not a failed answer', () =>
  bent('org-nan', async ({ odoo, toOdoo, sync, failed, shopId, odooId }) => {
    const [nan = 0] = [12.5, 7].map((list_price) =>
      odoo.admin.create('product.product', { name: `P ${list_price}`, default_code: `P-${list_price}`, list_price }),
    );
    const template = odoo.admin.get('product.product', nan).product_tmpl_id[0];
    toOdoo.bend(
      changed((answer) => ({
        ...answer,
        body: answer.body.replaceAll(/"list_price": ?12\.5\b/g, '"list_price": NaN'),
      })),
    );
    const run = await sync('product', { connection_id: shopId }, odooId);
    expect(run.counts).toEqual({ created: 1, failed: 1 });
    expect((await failed(run))[String(template)]).toMatchObject({ error_class: 'invalid_price' });
  }));
