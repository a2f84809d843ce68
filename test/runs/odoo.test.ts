import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../sandbox/odoo/odoo-sandbox.ts';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '../../sandbox/woocommerce/woocommerce-sandbox.ts';
import { RunsFixture } from './runs.support.ts';

const ORG = 'org-erp';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

interface Systems {
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  readonly shopId: string;
  readonly odooId: string;
}

async function withSystems(
  shopOptions: Parameters<typeof startWooCommerceSandbox>[0],
  odooOptions: Parameters<typeof startOdooSandbox>[0],
  work: (systems: Systems) => Promise<void>,
): Promise<void> {
  const [shop, odoo] = await Promise.all([startWooCommerceSandbox(shopOptions), startOdooSandbox(odooOptions)]);
  try {
    const shopId = await fixture.connectShop(ORG, shop);
    const odooId = await fixture.connectOdoo(ORG, odoo);
    await work({ shop, odoo, shopId, odooId });
  } finally {
    await Promise.all([shop.stop(), odoo.stop()]);
  }
}

/** The methods that change something, as they were called. */
const writesOf = (odoo: OdooSandbox): string[] =>
  Object.keys(odoo.calls()).filter((call) => /\.(create|write|unlink|load|action_\w+)$/.test(call));

describe.each([18, 19] as const)('WooCommerce and Odoo %s', (version) => {
  it('customers go there and back to a fixed point', () =>
    withSystems(
      { customers: 120, badRate: 0, products: 0, orders: 30, guestRate: 0.5 },
      { version, partners: 0, products: 0, orders: 0 },
      async ({ shop, odoo, shopId, odooId }) => {
        const there = { source_connection_id: shopId, destination: { connection_id: odooId }, entity_type: 'customer' };
        const back = { source_connection_id: odooId, destination: { connection_id: shopId }, entity_type: 'customer' };
        const first = await fixture.run(ORG, there);
        expect(first.progress).toMatchObject({ status: 'completed', failed_count: 0 });
        const unchanged = { unchanged: first.progress.processed_count };
        const before = shop.state().customers();
        odoo.resetCalls();
        shop.resetCounters();

        expect((await fixture.run(ORG, there)).counts).toEqual(unchanged);
        const echoes = await fixture.run(ORG, back);
        expect(echoes.counts).toEqual({ unchanged: echoes.progress.processed_count });
        expect((await fixture.run(ORG, there)).counts).toEqual(unchanged);
        expect(writesOf(odoo)).toEqual([]);
        expect(shop.state().writes).toEqual({});
        expect(shop.state().customers()).toEqual(before);
      },
    ));
});
