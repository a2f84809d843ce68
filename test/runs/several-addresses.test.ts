import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const FIRST_OF_TWO = 'Ada@shop.example; accounts@shop.example';

function within(work: (systems: TwoSystems, sync: () => Promise<Json>) => Promise<void>): Promise<void> {
  const org = newOrgName();
  return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, (systems) => {
    systems.shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
    return work(systems, async () => {
      const run = await fixture.run(org, systems.there('customer'));
      const { body } = await fixture.call(org, 'GET', `/progress/${run.sync_id}/items`);
      return { counts: run.counts, items: body.items };
    });
  });
}

describe('A partner of Odoo with several e-mail addresses', () => {
  it.each(['Ada Example', 'Steel Example Ltd'])(
    'is asked about where the first is that of a customer, and is neither made twice nor loses one (%s)',
    (name) =>
      within(async ({ odoo }, sync) => {
        const partner = odoo.admin.create('res.partner', { name, email: FIRST_OF_TWO, customer_rank: 1 });
        const { counts, items } = await sync();
        expect(counts).toEqual({ conflict: 1 });
        expect(items).toMatchObject([
          {
            ...{ error_class: 'ambiguous_match', payload: { destination_id: String(partner) } },
            message: expect.stringMatching(/has the same e-mail.*several e-mail addresses/),
          },
        ]);
        expect(odoo.admin.search('res.partner', [['customer_rank', '>', 0]])).toEqual([partner]);
        expect(odoo.admin.get('res.partner', partner).email).toBe(FIRST_OF_TWO);
      }),
  );

  it('is not taken for an address in a name: `"Example, Ada" <ada@shop.example>` is one', () =>
    within(async ({ odoo }, sync) => {
      const email = '"Example, Ada" <ada@shop.example>';
      const partner = odoo.admin.create('res.partner', { name: 'Ada Example', email, customer_rank: 1 });
      expect((await sync()).counts).not.toHaveProperty('created');
      expect(odoo.admin.search('res.partner', [['customer_rank', '>', 0]])).toEqual([partner]);
    }));
});
