import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const TWINS = ['ada@shop.example', 'ben@shop.example'];

describe('One item alone', () => {
  it('is tried again, and the others that failed beside it are left', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, odoo, there }) => {
      const ids = TWINS.map((email) => {
        for (const name of ['A', 'B']) odoo.admin.create('res.partner', { name, email, customer_rank: 1 });
        return String(shop.admin.createCustomer({ email, first_name: 'Ada', last_name: 'Example' }).id);
      });
      const { sync_id, counts } = await fixture.run(org, there('customer'));
      expect(counts).toEqual({ conflict: 2 });
      const retry = (external_id: string) =>
        fixture.call(org, 'POST', `/progress/${sync_id}/retry-failed`, { external_id });
      const { status, body } = await retry(ids[0] ?? '');
      expect([status, body.filters]).toEqual([202, { external_id: ids[0] }]);
      expect(await fixture.ended(org, body.sync_id)).toMatchObject({ counts: { conflict: 1 }, kind: 'retry' });
      const items = await fixture.call(org, 'GET', `/progress/${body.sync_id}/items`);
      expect(items.body.items.map(({ external_id }: Json) => external_id)).toEqual([ids[0]]);
      expect(await retry('no-such-item')).toMatchObject({ status: 409, problem: 'conflict' });
    });
  });

  it('is taken back, and what the same sync did with others stays', () => {
    const org = newOrgName();
    return withSystems(
      fixture,
      org,
      { shop: { customers: 3 }, odoo: { version: 19 } },
      async ({ shop, odoo, there }) => {
        const people = shop
          .state()
          .customers()
          .filter(({ role }) => role === 'customer');
        await fixture.run(org, there('customer'));
        for (const { id, billing } of people) shop.admin.updateCustomer(id, { billing: { ...billing, city: 'Chur' } });
        const { sync_id } = await fixture.run(org, there('customer'));
        const cityOf = (email: string) => {
          const [id = 0] = odoo.admin.search('res.partner', [['email', '=', email]]);
          return odoo.admin.get('res.partner', id).city;
        };
        expect(people.map(({ email }) => cityOf(email))).toEqual(['Chur', 'Chur', 'Chur']);

        const [first, ...others] = people;
        const asked = await fixture.call(org, 'POST', `/runs/${sync_id}/undo`, { external_id: String(first?.id) });
        expect(asked.status).toBe(202);
        expect(await fixture.ended(org, asked.body.sync_id)).toMatchObject({ counts: { updated: 1 } });
        const applied = await fixture.run(org, { ...there('customer'), preview: asked.body.cache_key });
        expect(applied).toMatchObject({ kind: 'apply', counts: { updated: 1 } });
        expect(cityOf(first?.email ?? '')).toBe(first?.billing.city);
        expect(others.map(({ email }) => cityOf(email))).toEqual(['Chur', 'Chur']);

        const whole = await fixture.call(org, 'POST', `/runs/${sync_id}/undo`);
        expect(whole.body.cache_key).not.toBe(asked.body.cache_key);
        const none = await fixture.call(org, 'POST', `/runs/${sync_id}/undo`, { external_id: 'no-such-item' });
        expect(none).toMatchObject({ status: 409, problem: 'conflict' });
      },
    );
  });
});
