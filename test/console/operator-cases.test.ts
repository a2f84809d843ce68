import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };

it("An ERP's page shows what is written to it", () => {
  const org = newOrgName();
  return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, shopId, odooId, there }) => {
    const get = async (path: string): Promise<Json[]> => (await fixture.call(org, 'GET', path)).body.items;
    shop.admin.createCustomer(ADA);
    for (let n = 0; n < 2; n += 1) await fixture.run(org, there('customer'));
    const schedule = {
      ...{ entity_type: 'customer', mode: 'incremental', cron: '*/15 * * * *' },
      destination: { connection_id: odooId },
    };
    expect((await fixture.call(org, 'POST', `/connections/${shopId}/schedules`, schedule)).status).toBe(201);

    expect(await get(`/runs?destination_id=${odooId}`)).toHaveLength(2);
    expect(await get(`/runs?connection_id=${odooId}`)).toEqual([]);
    expect(await get(`/schedules?destination_id=${odooId}`)).toMatchObject([
      { connection_id: shopId, destination: odooId, next_run_at: expect.any(String) },
    ]);
  });
});

it('A run with open conflicts does not look clean', () => {
  const org = newOrgName();
  return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, odoo, there, shopId }) => {
    const get = async (path: string): Promise<Json> => (await fixture.call(org, 'GET', path)).body;
    for (const name of ['A', 'B']) odoo.admin.create('res.partner', { name, email: ADA.email, customer_rank: 1 });
    const { id } = shop.admin.createCustomer(ADA);
    const { progress, counts } = await fixture.run(org, there('customer'));
    expect(counts).toEqual({ conflict: 1 });
    const trail = await get(`/activity?sync_id=${progress.sync_id}`);
    expect(trail.items.find(({ activity_type }: Json) => activity_type === 'sync_completed')).toMatchObject({
      details: { conflict_count: 1 },
    });
    expect((await get('/syncs')).items).toMatchObject([{ sync_id: progress.sync_id, conflict_count: 1 }]);
    expect((await get('/conflicts')).items).toMatchObject([
      { external_id: String(id), error_class: 'ambiguous_match' },
    ]);
    const { connections } = await get('/overview');
    const ofShop = connections.find((connection: Json) => connection.id === shopId);
    expect(ofShop.entities).toMatchObject([{ entity_type: 'customer', conflict_count: 1 }]);
  });
});
