import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const NO_GUARD = { delete_guard_percent: 100 };

const ask = (orgId: string, query: string) => fixture.call(orgId, 'GET', `/items?entity_type=customer&${query}`);

/** A line an entry, the oldest first, as a person would read it. */
function story({ items }: Json): string[] {
  return items
    .map(({ event, kind, fields, error_class, attempts, external_id, destination_id }: Json) => {
      const changed = fields.map(({ field, old, new: next }: Json) => `${field}: ${old} → ${next}`).join(', ');
      const why = error_class ? ` (${error_class}, attempt ${attempts})` : '';
      return `${event} by ${kind}, ${external_id} → ${destination_id ?? '–'}${changed && `, ${changed}`}${why}`;
    })
    .reverse();
}

describe('The history of an item', () => {
  it('tells all that became of it at both ends, whoever asks by which of its names', async () => {
    const orgId = newOrgName();
    const settings = { shopSettings: NO_GUARD, odooSettings: NO_GUARD };
    await withSystems(
      fixture,
      orgId,
      { ...{ shop: { customers: 3 }, odoo: { version: 19, partners: 0 } }, ...settings },
      async ({ shop, odoo, shopId, odooId, there, back }) => {
        const run = (ends: object) => fixture.run(orgId, { ...ends, mode: 'full' });
        const billing = { city: 'Bern', country: 'CH', phone: '1' };
        const person = { email: 'ann@x.example', first_name: 'Ann', last_name: 'Ho', billing };
        const { id } = shop.admin.createCustomer(person);
        await run(there('customer'));
        const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', 'ann@x.example']]);
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '2' } });
        await run(there('customer'));
        odoo.admin.write('res.partner', [partner], { city: 'Basel' });
        await run(back('customer'));
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '2', city: 'Chur' } });
        odoo.admin.write('res.partner', [partner], { city: 'Davos' });
        await run(there('customer'));
        odoo.admin.write('res.partner', [partner], { city: 'Basel' });
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '2', city: 'Chur', country: 'QQ' } });
        const failed = await run(there('customer'));
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '2', city: 'Chur', country: 'CH' } });
        const retry = await fixture.call(orgId, 'POST', `/progress/${failed.sync_id}/retry-failed`);
        await fixture.ended(orgId, retry.body.sync_id);
        shop.admin.deleteCustomer(id);
        await run(there('customer'));
        const again = shop.admin.createCustomer({ ...person, billing: { ...billing, phone: '2', city: 'Chur' } });
        await run(there('customer'));
        odoo.admin.unlink('res.partner', [partner]);
        shop.admin.updateCustomer(again.id, { first_name: 'Anna' });
        await run(there('customer'));

        shop.admin.deleteCustomer(again.id);
        await run({ source_connection_id: shopId });

        const whole = (await ask(orgId, `external_id=${partner}&connection_id=${odooId}`)).body;
        expect(story(whole)).toEqual([
          `created by sync, ${id} → ${partner}`,
          `updated by sync, ${id} → ${partner}, phone: 1 → 2`,
          `updated by sync, ${partner} → ${id}, billing.city: Bern → Basel`,
          `conflict by sync, ${id} → ${partner}, billing.city: Davos → Chur (changed_on_both_sides, attempt 1)`,
          `failed by sync, ${id} → – (unknown_country, attempt 1)`,
          `updated by retry, ${id} → ${partner}, billing.city: Basel → Chur`,
          `archived by sync, ${id} → ${partner}`,
          `restored by sync, ${again.id} → ${partner}, active: false → true`,
          `conflict by sync, ${again.id} → – (deleted_at_destination, attempt 1)`,
          `deleted by sync, ${again.id} → –`,
        ]);
        expect(whole.items.at(-1)).toMatchObject({
          ...{
            trigger: 'request',
            requested_by: expect.any(String),
            source_connection_id: shopId,
            destination: odooId,
          },
        });
        expect((await ask(orgId, 'email=ANN@x.example')).body.items).toEqual(whole.items);

        const pages: Json[] = [];
        for (let cursor = ''; ; ) {
          const { body } = await ask(orgId, `external_id=${partner}&connection_id=${odooId}&limit=3${cursor}`);
          pages.push(...body.items);
          if (!body.next_cursor) break;
          cursor = `&cursor=${body.next_cursor}`;
        }
        expect(pages).toEqual(whole.items);
        expect((await ask(newOrgName(), 'email=ann@x.example')).body).toEqual({
          ...{ identities: [], items: [], next_cursor: null },
        });
      },
    );
  });

  it.each([
    ['', 'external_id'],
    ['external_id=1&email=a@x.example', 'external_id'],
    ['sku=S-1', 'sku'],
    ['email=a@x.example&connection_id=6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', 'connection_id'],
    ['external_id=1&cursor=eA', 'cursor'],
  ])('is not read for "%s"', async (query, parameter) => {
    const { status, body } = await ask('org-history', query);
    expect([status, body.errors[0].parameter]).toEqual([422, parameter]);
  });
});
