import { afterAll, beforeAll, expect } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { together } from '../runs/together.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { Previews } from './previews.support.ts';
import { reconcile } from './reconcile.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const ENTITIES = ['customer', 'product', 'order'];

async function synced(version: 18 | 19, work: (systems: TwoSystems, orgId: string) => Promise<void>) {
  const orgId = `org-${version}`;
  const systems = { shop: { customers: 30, products: 20, orders: 15 }, odoo: { version, partners: 0 } };
  await withSystems(fixture, orgId, systems, async (both) => {
    const previews = new Previews(fixture, orgId);
    for (const entity of ENTITIES) console.log(entity, JSON.stringify(await previews.run(both.there(entity))).slice(0, 600));
    await work(both, orgId);
  });
}

together({
  'explore': () =>
    synced(19, async (both, orgId) => {
      for (const entity of ENTITIES) {
        const r = await reconcile(fixture, orgId, both.there(entity));
        console.log(entity, JSON.stringify(r.result), JSON.stringify(r.listed.slice(0, 4), null, 1).slice(0, 3000));
        const b = await reconcile(fixture, orgId, both.back(entity));
        console.log('back', entity, JSON.stringify(b.result), JSON.stringify(b.listed.slice(0, 4), null, 1).slice(0, 3000));
      }
      expect(1).toBe(1);
    }),
});
