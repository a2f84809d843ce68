import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunStarter } from '../../src/runs/run.starter.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { startBendingProxy } from '../support/bending-proxy.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_RECONCILE_SAMPLE: '50' });
});
afterAll(() => fixture.close());

const ITEMS = 200;
/** Of syncs of so many items so many are followed by a sample; see reconcile.sample.ts. */
const FOLLOWED = ITEMS / 2_000;

describe('The sample after a full sync', () => {
  it.each(['customer', 'product', 'order'] as const)(
    'adds no more than a tenth to the calls of syncs that find nothing to do (%s)',
    async (entity) => {
      const orgId = newOrgName();
      const systems = { shop: { customers: ITEMS, products: ITEMS, orders: ITEMS }, odoo: { version: 19 as const } };
      await withSystems(fixture, orgId, systems, async ({ shop, odoo }) => {
        const proxies = await Promise.all([shop.url, odoo.url].map((url) => startBendingProxy(url)));
        const [toShop, toOdoo] = proxies;
        try {
          const shopId = await fixture.connectShop(orgId, { ...shop, url: toShop?.url ?? '' }, { home_url: shop.url });
          const odooId = await fixture.connectOdoo(orgId, { ...odoo, url: toOdoo?.url ?? '' });
          const calls = () => proxies.flatMap((proxy) => proxy.takeRequests()).length;
          const destination = { connection_id: odooId };
          for (const entity_type of entity === 'order' ? ['customer', 'product', 'order'] : [entity])
            await fixture.run(orgId, { source_connection_id: shopId, destination, entity_type }, 60_000);
          calls();
          const run = await fixture.run(
            orgId,
            { source_connection_id: shopId, destination, entity_type: entity },
            60_000,
          );
          const ofSync = calls();
          // Whichever sync chance has followed: this one is.
          const sample = await runAsWorker(orgId, () =>
            fixture.service.app.get(RunStarter).start({
              ...{ kind: 'reconcile', mode: 'full', trigger: 'sync', of_sync_id: run.sync_id, requested_by: null },
              ...{ source_connection_id: shopId, destination_connection_id: odooId, entity_type: entity },
            }),
          );
          const { reconcile } = await fixture.ended(orgId, sample);
          const ofSample = calls();
          expect(reconcile.equal).toBeGreaterThan(0);
          expect(ofSample * FOLLOWED).toBeLessThanOrEqual(ofSync / 10);
        } finally {
          await Promise.all(proxies.map((proxy) => proxy.stop()));
        }
      });
    },
    120_000,
  );
});
