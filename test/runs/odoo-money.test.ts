import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bendRows, changed, startBendingProxy } from '../support/bending-proxy.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

interface Systems {
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  readonly odooId: string;
  readonly sync: (...entities: string[]) => Promise<Json>;
  readonly items: (run: Json) => Promise<Json[]>;
  /** Changes each order that the shop returns. */
  readonly bend: (change: (order: Json) => object) => void;
  readonly ada: { id: number };
  readonly product: (sku: string, price: string) => { id: number };
  /** The untaxed, tax and total of each order in Odoo. */
  readonly sums: () => number[][];
}

async function withMoney(
  work: (systems: Systems) => Promise<void>,
  { version = 19 as 18 | 19, settings = {} } = {},
): Promise<void> {
  const org = newOrgName();
  const [shop, odoo] = await Promise.all([
    startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 }),
    startOdooSandbox({ version, partners: 0, products: 0, orders: 0 }),
  ]);
  const proxy = await startBendingProxy(shop.url);
  try {
    const shopId = await fixture.connectShop(org, { ...shop, url: proxy.url }, { home_url: shop.url });
    const odooId = await fixture.connectOdoo(org, odoo, settings);
    await work({
      ...{ shop, odoo, odooId },
      async sync(...entities) {
        let run: Json;
        for (const entity_type of entities.length > 0 ? entities : ['customer', 'product', 'order']) {
          const ends = { source_connection_id: shopId, destination: { connection_id: odooId }, entity_type };
          run = await fixture.run(org, ends);
        }
        return run;
      },
      items: async ({ sync_id }) => (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items,
      bend(change) {
        const bent = (row: Json) => ('line_items' in row ? change(row) : row);
        proxy.bend(changed((answer, { url }) => (url.pathname.includes('/orders') ? bendRows(answer, bent) : answer)));
      },
      ada: shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' }),
      product: (sku, regular_price) => shop.admin.createProduct({ name: sku, sku, regular_price }),
      sums: () =>
        odoo.admin
          .read('sale.order', odoo.admin.search('sale.order', []))
          .map(({ amount_untaxed, amount_tax, amount_total }) => [amount_untaxed, amount_tax, amount_total]),
    });
  } finally {
    await proxy.stop();
    await Promise.all([shop.stop(), odoo.stop()]);
  }
}

describe('Amounts of orders in Odoo', () => {
  it("A line's amount arrives to the cent when no price of cents makes it", () =>
    withMoney(async ({ shop, odoo, ada, product, sync }) => {
      const lamp = product('LAMP-1', '27.67');
      const lines = [
        [8, '221.38'],
        [7, '385.69'],
        [3, '1816.54'],
        [7, '1000.00'],
        [13, '99.99'],
        [9, '154.17'],
      ] as const;
      for (const [quantity, total] of lines) {
        shop.admin.createOrder({
          ...{ customer_id: ada.id, status: 'processing' },
          line_items: [{ product_id: lamp.id, quantity, subtotal: total, total }],
        });
      }
      expect((await sync()).counts).toEqual({ created: 6 });
      const orders = odoo.admin.read('sale.order', odoo.admin.search('sale.order', []));
      expect(orders.map(({ amount_untaxed }) => amount_untaxed)).toEqual(lines.map(([, total]) => Number(total)));
      expect(orders.map(({ order_line }) => order_line.length)).toEqual(lines.map(() => 1));
      expect((await sync('order')).counts).toEqual({ unchanged: 6 });
    }));

  it('A fixed coupon spread over pieces arrives to the cent', () =>
    withMoney(async ({ shop, ada, product, sync, sums }) => {
      const lamp = product('LAMP-1', '55.57');
      const [coupon, free] = [
        { product_id: lamp.id, quantity: 7, subtotal: '388.99', total: '385.69' },
        { product_id: lamp.id, quantity: 3, subtotal: '166.71', total: '0' },
      ];
      const order = { customer_id: ada.id, status: 'processing' };
      shop.admin.createOrder({ ...order, line_items: [coupon] });
      shop.admin.createOrder({
        ...{ ...order, line_items: [coupon, free] },
        shipping_lines: [
          { method_id: 'a', method_title: 'Post', total: '4.90' },
          { method_id: 'b', method_title: 'Freight', total: '33.33' },
        ],
        fee_lines: [{ name: 'Rebate', total: '-1.27' }],
      });
      expect((await sync()).counts).toEqual({ created: 2 });
      expect(sums()).toEqual([
        [385.69, 0, 385.69],
        [422.65, 0, 422.65],
      ]);
      expect((await sync('order')).counts).toEqual({ unchanged: 2 });
    }));

  const taxed = (label: string) => (order: Json) => ({
    ...order,
    ...{ prices_include_tax: true, total: '119.00', total_tax: '19.00', tax_lines: [{ rate_id: 5, label }] },
    line_items: order.line_items.map((line: Json) => ({
      ...line,
      total_tax: '19.00',
      taxes: [{ id: 5, total: '19.000000', subtotal: '19.000000' }],
    })),
  });
  const oneLamp = ({ shop, ada, product }: Systems) =>
    shop.admin.createOrder({
      ...{ customer_id: ada.id, status: 'processing' },
      line_items: [{ product_id: product('LAMP-1', '100').id, quantity: 1, subtotal: '100.00', total: '100.00' }],
    });

  it.each([18, 19] as const)(
    'A tax whose price is included in Odoo does not make the order smaller (Odoo %i)',
    (version) =>
      withMoney(
        async (systems) => {
          const { odoo, sync, sums, bend } = systems;
          const tax = odoo.admin.create('account.tax', { name: 'VAT 19', amount: 19, price_include: true });
          bend(taxed('VAT 19'));
          oneLamp(systems);
          expect((await sync()).counts).toEqual({ created: 1 });
          expect(sums()).toEqual([[100, 19, 119]]);
          const [line] = odoo.admin.read('sale.order.line', odoo.admin.search('sale.order.line', []));
          expect(line).toMatchObject({ price_unit: 119, [version === 18 ? 'tax_id' : 'tax_ids']: [tax] });
          expect((await sync('order')).counts).toEqual({ unchanged: 1 });
        },
        { version },
      ),
  );

  it('A tax that Odoo does not know is made or refused, never replaced', async () => {
    await withMoney(async (systems) => {
      const { odoo, sync, sums, bend } = systems;
      bend(taxed('VAT nobody knows'));
      oneLamp(systems);
      expect((await sync()).counts).toEqual({ created: 1 });
      expect(sums()).toEqual([[100, 19, 119]]);
      const [made = 0] = odoo.admin.search('account.tax', [['name', '=', 'VAT nobody knows']]);
      expect(odoo.admin.get('account.tax', made)).toMatchObject({
        ...{ amount: 19, amount_type: 'percent', type_tax_use: 'sale', price_include: false },
      });
      expect((await sync('order')).counts).toEqual({ unchanged: 1 });
    });
    await withMoney(
      async (systems) => {
        const { odoo, sync, sums, bend, items } = systems;
        bend(taxed('VAT nobody knows'));
        oneLamp(systems);
        const run = await sync();
        expect(run.counts).toEqual({ failed: 1 });
        const [item] = await items(run);
        expect(item).toMatchObject({
          error_class: 'unknown_tax',
          message: expect.stringMatching(/VAT nobody knows.*19 %/),
        });
        expect(sums()).toEqual([]);
        // Somebody creates it: the order, which has not changed, is not refused any more.
        odoo.admin.create('account.tax', { name: 'VAT nobody knows', amount: 19, type_tax_use: 'sale' });
        expect((await sync('order')).counts).toEqual({ created: 1 });
        expect(sums()).toEqual([[100, 19, 119]]);
      },
      { settings: { unknown_taxes: 'refuse' } },
    );
  });

  it('A total that Odoo adds up otherwise is refused with both numbers, or written and told', async () => {
    const wrongRate = async (systems: Systems) => {
      systems.odoo.admin.create('account.tax', { name: 'VAT', amount: 15 });
      systems.bend(taxed('VAT'));
      oneLamp(systems);
      const run = await systems.sync();
      return { counts: run.counts, sums: systems.sums(), items: await systems.items(run) };
    };
    const message = expect.stringMatching(/119\.00 .*115\.00 /);
    await withMoney(async (systems) => {
      expect(await wrongRate(systems)).toEqual({
        ...{ counts: { failed: 1 }, sums: [] },
        items: [expect.objectContaining({ outcome: 'failed', error_class: 'totals_differ', message })],
      });
    });
    await withMoney(
      async (systems) => {
        expect(await wrongRate(systems)).toEqual({
          ...{ counts: { created: 1 }, sums: [[100, 15, 115]] },
          items: [expect.objectContaining({ outcome: 'warned', error_class: 'totals_differ', message })],
        });
        expect((await systems.sync('order')).counts).toEqual({ unchanged: 1 });
      },
      { settings: { totals_differ: 'warn' } },
    );
  });
});

describe('Lines of orders in Odoo', () => {
  it.each([18, 19] as const)(
    'A line that goes out of the middle of a confirmed order keeps the others in place (Odoo %i)',
    (version) =>
      withMoney(
        async ({ shop, odoo, ada, product, sync }) => {
          const [a, b, c] = [product('SKU-A', '10'), product('SKU-B', '20'), product('SKU-C', '30')];
          const order = shop.admin.createOrder({
            ...{ customer_id: ada.id, status: 'processing' },
            line_items: [a, b, c].map(({ id }) => ({ product_id: id, quantity: 1 })),
          });
          await sync();
          const [id = 0] = odoo.admin.search('sale.order', []);
          odoo.admin.call('sale.order', 'action_confirm', [id]);
          const rows = () =>
            odoo.admin
              .read('sale.order.line', odoo.admin.get('sale.order', id).order_line)
              .map(({ product_id, product_uom_qty, price_unit }) => [product_id[1], product_uom_qty, price_unit]);
          const [first] = order.line_items;
          shop.admin.updateOrder(order.id, { line_items: [{ id: first?.id, quantity: 0 }] });
          expect((await sync('order')).counts).toEqual({ updated: 1 });
          expect(rows()).toEqual([
            ['[SKU-A] SKU-A', 0, 10],
            ['[SKU-B] SKU-B', 1, 20],
            ['[SKU-C] SKU-C', 1, 30],
          ]);
          expect(odoo.admin.get('sale.order', id).amount_untaxed).toBe(50);
          expect((await sync('order')).counts).toEqual({ unchanged: 1 });
        },
        { version },
      ),
  );

  it('that people added in Odoo stay, and the others follow the shop', () =>
    withMoney(
      async ({ shop, odoo, ada, product, sync, items }) => {
        const [a, b] = [product('SKU-A', '10'), product('SKU-B', '20')];
        const order = shop.admin.createOrder({
          ...{ customer_id: ada.id, status: 'processing' },
          line_items: [a, b].map(({ id }) => ({ product_id: id, quantity: 1 })),
        });
        await sync();
        const [id = 0] = odoo.admin.search('sale.order', []);
        const [firstRow] = odoo.admin.read('sale.order.line', odoo.admin.get('sale.order', id).order_line);
        const added = odoo.admin.create('sale.order.line', {
          ...{ order_id: id, product_id: firstRow?.product_id[0], product_uom_qty: 5, price_unit: 7, name: 'By hand' },
          tax_ids: [[6, 0, []]],
        });
        const [first] = order.line_items;
        shop.admin.updateOrder(order.id, { line_items: [{ id: first?.id, quantity: 0 }] });
        const run = await sync('order');
        expect([run.counts, await items(run)]).toEqual([{ updated: 1 }, []]);
        const rows = odoo.admin.read('sale.order.line', odoo.admin.get('sale.order', id).order_line);
        expect(rows.map((row) => [row.name, row.product_uom_qty])).toEqual([
          ['SKU-B', 1],
          ['By hand', 5],
        ]);
        expect(rows.at(-1)?.id).toBe(added);
        expect(odoo.admin.get('sale.order', id).amount_untaxed).toBe(55);
      },
      { settings: { on_conflict: 'overwrite' } },
    ));

  it('A line’s change arrives when the shop has forgotten its product, which was deleted', () =>
    withMoney(
      async ({ shop, odoo, ada, product, sync, items, sums }) => {
        const [lamp, shade] = [product('LAMP-1', '9.90'), product('SHADE-1', '5')];
        const order = shop.admin.createOrder({
          ...{ customer_id: ada.id, status: 'processing' },
          line_items: [lamp, shade].map(({ id }) => ({ product_id: id, quantity: 1 })),
        });
        await sync();
        shop.admin.deleteProduct(lamp.id);
        expect((await sync('product')).counts).toEqual({ deleted: 1, unchanged: 1 });
        expect((await sync('order')).counts).toEqual({ unchanged: 1 });
        const [first] = order.line_items;
        shop.admin.updateOrder(order.id, {
          line_items: [{ id: first?.id, quantity: 6, subtotal: '59.42', total: '59.42' }],
        });
        const run = await sync('order');
        expect([run.counts, await items(run)]).toEqual([{ updated: 1 }, []]);
        expect(sums()).toEqual([[64.42, 0, 64.42]]);
        expect(odoo.admin.search('sale.order.line', [])).toHaveLength(2);
        expect((await sync('order')).counts).toEqual({ unchanged: 1 });
      },
      { settings: { delete_guard_percent: 100 } },
    ));
});

describe('A sync is not a person', () => {
  it.each([18, 19] as const)('A create subscribes nobody and writes no line into the chatter (Odoo %i)', (version) =>
    withMoney(
      async ({ shop, odoo, ada, product, sync }) => {
        const lamp = product('LAMP-1', '10');
        const line_items = [{ product_id: lamp.id, quantity: 1 }];
        const order = shop.admin.createOrder({ customer_id: ada.id, status: 'processing', line_items });
        await sync();
        shop.admin.updateCustomer(ada.id, { first_name: 'Ava' });
        shop.admin.updateProduct(lamp.id, { name: 'Lantern', regular_price: '11' });
        shop.admin.updateOrder(order.id, { fee_lines: [{ name: 'Gift wrap', total: '2.00' }] });
        for (const entity of ['customer', 'product', 'order']) {
          expect((await sync(entity)).counts).toEqual({ updated: 1 });
        }
        const tables = ['mail.message', 'mail.followers', 'mail.mail', 'mail.notification'];
        expect(tables.map((table) => odoo.state()[table]?.count)).toEqual([0, 0, 0, 0]);
        expect(odoo.admin.get('sale.order', odoo.admin.search('sale.order', [])[0] ?? 0).user_id).toBe(false);
      },
      { version },
    ),
  );
});
