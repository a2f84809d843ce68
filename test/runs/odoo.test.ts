import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunsFixture } from './runs.support.ts';
import { type RunEnds, withSystems } from './two-systems.support.ts';

const ORG = 'org-erp';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ENTITIES = ['customer', 'product', 'order'];
const runAll = (ends: (entity: string) => RunEnds) =>
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
