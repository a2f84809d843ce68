import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopClient } from '../sandbox/woocommerce/shop-client.support.ts';
import { RunsFixture } from './runs.support.ts';
import { type SourceDestinationCheck, withSystems } from './two-systems.support.ts';

const ORG = 'org-erp';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ENTITIES = ['customer', 'product', 'order'];
const runAll = (ends: (entity: string) => SourceDestinationCheck) =>
  Promise.all(ENTITIES.map((entity) => fixture.run(ORG, ends(entity))));

describe.each([18, 19] as const)('WooCommerce and Odoo %s', (version) => {
  it('customers, products and orders go there and back to a fixed point', () =>
    withSystems(
      fixture,
      ORG,
      // 60 products: every 8th with variations, one without a SKU, one without a price, drafts, names with markup.
      { shop: { customers: 45, products: 60, orders: 45, guestRate: 0.4 }, odoo: { version }, recorded: true },
      async ({ shop, odoo, there, back, sent }) => {
        const [customers, products] = await Promise.all([
          fixture.run(ORG, there('customer')),
          fixture.run(ORG, there('product')),
        ]);
        const orders = await fixture.run(ORG, there('order'));
        expect(customers).toMatchObject({ progress: { status: 'completed' }, counts: { created: expect.any(Number) } });
        expect(products).toMatchObject({ progress: { status: 'completed' }, counts: { created: 60 } });
        expect(orders).toMatchObject({ progress: { status: 'completed' }, counts: { created: 45 } });
        expect(odoo.admin.search('product.template', [['sale_ok', '=', true]])).toHaveLength(60);
        expect(odoo.admin.search('sale.order', [])).toHaveLength(45);

        const state = shop.state();
        const before = [state.customers(), state.products(), state.variations(), state.orders()];
        const unchanged = [customers, products, orders].map(({ progress }) => ({ unchanged: progress.total_items }));
        sent();
        shop.resetCounters();
        for (const ends of [there, back, there, back]) {
          const runs = await runAll(ends);
          expect(runs.map(({ counts }) => counts)).toEqual(unchanged);
        }
        expect(sent()).toEqual({ odoo: [], shop: [] });
        expect(shop.state().writes).toEqual({});
        const after = shop.state();
        expect([after.customers(), after.products(), after.variations(), after.orders()]).toEqual(before);
      },
    ));
});

describe('From one shop to another', () => {
  it('products go with their variations and categories, which are made where there are none, and nothing is written twice', async () => {
    const options = { customers: 0, orders: 0, badRate: 0 };
    const [from, to] = await Promise.all([
      startWooCommerceSandbox({ ...options, products: 10 }),
      startWooCommerceSandbox({ ...options, products: 0 }),
    ]);
    try {
      const made = await shopClient(from)('POST', '/products/categories', { name: 'Tee & Kaffee' });
      const [, product] = from.state().products();
      from.admin.updateProduct(product?.id ?? 0, { categories: [{ id: made.body.id }, { id: 17 }] });
      const ends = {
        source_connection_id: await fixture.connectShop(ORG, from),
        destination: { connection_id: await fixture.connectShop(ORG, to) },
        entity_type: 'product',
      };
      expect((await fixture.run(ORG, ends)).counts).toEqual({ created: 10 });
      const copy = to
        .state()
        .products()
        .find(({ sku }) => sku === product?.sku);
      expect(copy?.categories.map(({ name }) => name).sort()).toEqual(['Music', 'Tee &amp; Kaffee']);
      const shown = ({
        sku,
        regular_price,
        stock_quantity,
      }: {
        sku: string;
        regular_price: string;
        stock_quantity: number | null;
      }) => ({
        ...{ sku, regular_price, stock_quantity },
      });
      const bySku = (a: { sku: string }, b: { sku: string }) => (a.sku < b.sku ? -1 : 1);
      expect(to.state().variations().map(shown).sort(bySku)).toEqual(from.state().variations().map(shown).sort(bySku));
      to.resetCounters();
      expect((await fixture.run(ORG, ends)).counts).toEqual({ unchanged: 10 });
      expect(to.state().writes).toEqual({});
    } finally {
      await Promise.all([from.stop(), to.stop()]);
    }
  });
});
