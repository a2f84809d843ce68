import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

describe('The changes of a preview', () => {
  it('are counted by kind and field, sampled, and exported to the last one', () => {
    const org = newOrgName();
    return withSystems(
      fixture,
      org,
      { shop: { customers: 8 }, odoo: { version: 19 } },
      async ({ shop, shopId, there }) => {
        await fixture.run(org, there('customer'));
        const people = shop
          .state()
          .customers()
          .filter(({ role }) => role === 'customer');
        for (const { id, billing } of people.slice(0, 5))
          shop.admin.updateCustomer(id, { billing: { ...billing, city: '=Chur' } });
        shop.admin.createCustomer({ email: 'zoe@shop.example', first_name: 'Zoe', last_name: 'New' });
        const { source_connection_id: _, ...ends } = there('customer');
        const { body: asked } = await fixture.call(org, 'POST', `/connections/${shopId}/preview`, ends);
        await fixture.ended(org, asked.sync_id);
        const path = `/previews/${asked.cache_key}`;

        const { body } = await fixture.call(org, 'GET', `${path}/groups`);
        expect(body).toMatchObject({ sync_id: asked.sync_id, is_complete: true });
        const groupOf = (field: string | null) => body.items.find((group: Json) => group.field === field);
        expect(groupOf('billing.city')).toMatchObject({ kind: 'update', count: 5 });
        expect(groupOf('billing.city').samples).toHaveLength(3);
        expect(groupOf('billing.city').samples[0]).toMatchObject({ new: '=Chur', old: people[0]?.billing.city });
        expect(groupOf(null)).toMatchObject({ kind: 'create', count: 1 });

        const csv = await fixture.call(org, 'GET', `${path}/changes/export?format=csv&bom=false`);
        const [header, ...rows] = csv.text.trim().split('\r\n');
        expect(header).toBe('kind,external_id,destination_id,field,old,new,reason');
        expect(rows.filter((row) => row.startsWith('create,'))).toHaveLength(1);
        expect(rows.filter((row) => row.includes(',billing.city,') && row.includes("'=Chur"))).toHaveLength(5);
        const lines = (await fixture.call(org, 'GET', `${path}/changes/export`)).text.trim().split('\n');
        expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['create', ...Array(5).fill('update')]);

        for (const what of ['groups', 'changes/export'])
          expect(await fixture.call('a-stranger', 'GET', `${path}/${what}`)).toMatchObject({ status: 404 });
      },
    );
  });
});
