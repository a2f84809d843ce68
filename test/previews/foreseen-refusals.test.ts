import { startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import type { TwoSystems } from '../runs/two-systems.support.ts';
import { bendRows, changed, startBendingProxy } from '../support/bending-proxy.ts';
import { Previews } from './previews.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

type Systems = Pick<TwoSystems, 'shop' | 'odoo'> & {
  /** Syncs from the shop to Odoo, or back. */
  readonly sync: (direction: 'there' | 'back', ...entities: string[]) => Promise<void>;
  /** Changes each order that the shop returns. */
  readonly bend: (change: (order: Json) => object) => void;
};

interface Case {
  readonly code: string;
  readonly direction: 'there' | 'back';
  readonly entity: 'customer' | 'product' | 'order';
  /** Makes one item that the write would refuse, and whatever it needs to come so far; returns its id. */
  readonly make: (systems: Systems) => Promise<number> | number;
}

const lamp = ({ shop }: Systems) => shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
const ada = ({ shop }: Systems, more: object = {}) =>
  shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example', ...more });
const article = ({ odoo }: Systems) =>
  odoo.admin.create('product.product', { name: 'Lamp', default_code: 'LAMP-1', list_price: 10, taxes_id: [] });
function sold({ odoo }: Systems, product_id: number, product_uom_qty: number, taxes: readonly number[] = []): number {
  const partner_id = odoo.admin.create('res.partner', { name: 'Ada', email: 'ada@odoo.example', customer_rank: 1 });
  const line = { product_id, product_uom_qty, price_unit: 10, tax_ids: [[6, 0, taxes]] };
  return odoo.admin.create('sale.order', { partner_id, order_line: [[0, 0, line]] });
}
function shirt({ shop }: Systems, prices: Readonly<Record<string, string>>, hasSkus: boolean) {
  const attributes = ['Size', 'Colour'].map((name, i) => ({
    ...{ name, options: i === 0 ? ['S', 'L'] : ['Red', 'Blue'], variation: true, visible: true },
  }));
  const { id } = shop.admin.createProduct({ name: 'Shirt', type: 'variable', attributes });
  const variations = Object.entries(prices).map(([which, regular_price]) => {
    const [size, colour] = which.split(' ');
    const options = [
      { name: 'Size', option: size },
      { name: 'Colour', option: colour },
    ];
    return shop.admin.createVariation(id, {
      ...{ attributes: options, regular_price },
      ...(hasSkus && { sku: `SHIRT ${which}` }),
    });
  });
  return { id, variations };
}

/** What docs/previews.md names, each with an item that comes as far as the write. */
const CASES: readonly Case[] = [
  {
    ...{ code: 'customer_missing', direction: 'there', entity: 'order' },
    make: (systems) => systems.shop.admin.createOrder({ customer_id: ada(systems).id, status: 'processing' }).id,
  },
  {
    ...{ code: 'unknown_product', direction: 'there', entity: 'order' },
    async make(systems) {
      const { id: customer_id } = ada(systems);
      await systems.sync('there', 'customer');
      return systems.shop.admin.createOrder({
        customer_id,
        line_items: [{ product_id: lamp(systems).id, quantity: 1 }],
      }).id;
    },
  },
  {
    ...{ code: 'unknown_product', direction: 'back', entity: 'order' },
    async make(systems) {
      const order = sold(systems, article(systems), 1);
      await systems.sync('back', 'customer');
      return order;
    },
  },
  {
    ...{ code: 'unknown_variant', direction: 'there', entity: 'order' },
    async make(systems) {
      const { id: customer_id } = ada(systems);
      const { id, variations } = shirt(systems, { 'S Red': '10', 'L Red': '10' }, false);
      await systems.sync('there', 'customer', 'product');
      const line_items = [{ product_id: id, variation_id: variations[1]?.id, quantity: 1 }];
      return systems.shop.admin.createOrder({ customer_id, line_items }).id;
    },
  },
  {
    ...{ code: 'unknown_currency', direction: 'there', entity: 'order' },
    async make(systems) {
      const { id: customer_id } = ada(systems);
      const product = lamp(systems);
      await systems.sync('there', 'customer', 'product');
      const line_items = [{ product_id: product.id, quantity: 1 }];
      return systems.shop.admin.createOrder({ customer_id, currency: 'XAU', line_items }).id;
    },
  },
  {
    ...{ code: 'unknown_country', direction: 'there', entity: 'customer' },
    make: (systems) => ada(systems, { billing: { country: 'QQ', city: 'Nowhere' } }).id,
  },
  {
    ...{ code: 'variation_options', direction: 'there', entity: 'product' },
    make: (systems) => shirt(systems, { 'S Red': '10', L: '10' }, true).id,
  },
  {
    ...{ code: 'variation_prices', direction: 'there', entity: 'product' },
    make: (systems) => shirt(systems, { 'S Red': '10', 'S Blue': '11', 'L Red': '12', 'L Blue': '99' }, true).id,
  },
  {
    ...{ code: 'totals_differ', direction: 'there', entity: 'order' },
    async make(systems) {
      const [{ id: customer_id }, product] = [ada(systems), lamp(systems)];
      await systems.sync('there', 'customer', 'product');
      systems.odoo.admin.create('account.tax', { name: 'VAT', amount: 15 });
      systems.bend(taxed);
      const line_items = [{ product_id: product.id, quantity: 1, subtotal: '100.00', total: '100.00' }];
      return systems.shop.admin.createOrder({ customer_id, line_items }).id;
    },
  },
  {
    ...{ code: 'invalid_quantity', direction: 'back', entity: 'order' },
    async make(systems) {
      const order = sold(systems, article(systems), 2.5);
      await systems.sync('back', 'customer', 'product');
      return order;
    },
  },
  {
    ...{ code: 'customer_invalid_email', direction: 'back', entity: 'customer' },
    make: ({ odoo }) => odoo.admin.create('res.partner', { name: 'Bob', email: 'no mail', customer_rank: 1 }),
  },
];

/** 19 % of a tax that Odoo has with another rate. */
const taxed = (order: Json) => ({
  ...order,
  ...{ total_tax: '19.00', cart_tax: '19.00', total: '119.00' },
  tax_lines: [
    { id: 1, rate_id: 1, rate_code: 'VAT', label: 'VAT', compound: false, tax_total: '19.00', rate_percent: 19 },
  ],
  line_items: order.line_items.map((line: Json) => ({
    ...line,
    ...{ subtotal_tax: '19.00', total_tax: '19.00', taxes: [{ id: 1, total: '19.00', subtotal: '19.00' }] },
  })),
});

describe('A preview foresees what the write refuses before it is sent, and writes nothing', () => {
  it.each(CASES.map((one) => [one.code, one.direction === 'there' ? 'Odoo' : 'a shop', one] as const))(
    '%s, by %s',
    async (code, _, { direction, entity, make }) => {
      const orgId = newOrgName();
      const [shop, odoo] = await Promise.all([
        startWooCommerceSandbox({ badRate: 0, customers: 0, products: 0, orders: 0 }),
        startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
      ]);
      const proxy = await startBendingProxy(shop.url);
      try {
        const shopId = await fixture.connectShop(orgId, { ...shop, url: proxy.url }, { home_url: shop.url });
        const odooId = await fixture.connectOdoo(orgId, odoo);
        const ends = (way: 'there' | 'back', entity_type: string) => {
          const [source_connection_id, connection_id] = way === 'there' ? [shopId, odooId] : [odooId, shopId];
          return { source_connection_id, destination: { connection_id }, entity_type };
        };
        const previews = new Previews(fixture, orgId);
        const id = await make({
          ...{ shop, odoo },
          async sync(way, ...entities) {
            for (const one of entities) await previews.run(ends(way, one));
          },
          bend(change) {
            const bent = (row: Json) => ('line_items' in row ? change(row) : row);
            proxy.bend(
              changed((answer, { url }) => (url.pathname.includes('/orders') ? bendRows(answer, bent) : answer)),
            );
          },
        });
        const previewed = await previews.preview(ends(direction, entity));
        expect(previewed.codes).toEqual({ [id]: code });
        expect(previewed.counts).toMatchObject({ failed: 1 });
        const ran = await previews.run(ends(direction, entity));
        expect([ran.codes, ran.counts]).toEqual([previewed.codes, previewed.counts]);
      } finally {
        await proxy.stop();
        await Promise.all([shop.stop(), odoo.stop()]);
      }
    },
  );
});
