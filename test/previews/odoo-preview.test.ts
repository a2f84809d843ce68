import { afterAll, beforeAll, expect } from 'vitest';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { together } from '../runs/together.support.ts';
import { type SourceDestinationCheck, type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { waitFor } from '../support/wait-for.ts';

const ORG = 'org-previews';
const CUSTOMERS = 40;
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** Computes a preview and returns it. */
async function preview({
  source_connection_id,
  ...ends
}: SourceDestinationCheck): Promise<{ key: string; summary: Json; delta: Json }> {
  const asked = await fixture.call(ORG, 'POST', `/connections/${source_connection_id}/preview`, ends);
  const { progress } = await fixture.ended(ORG, asked.body.sync_id);
  expect(progress.status).toBe('completed');
  const { body } = await fixture.call(ORG, 'GET', `/previews/${asked.body.cache_key}`);
  return { key: asked.body.cache_key, summary: body.summary, delta: body.delta_data };
}

const apply = (ends: SourceDestinationCheck, key: string, more: object = {}) =>
  fixture.call(ORG, 'POST', '/runs', { mode: 'full', ...ends, preview: key, ...more });

async function expectStale(
  ends: SourceDestinationCheck,
  change: () => void,
  end: 'source' | 'destination',
): Promise<void> {
  const { key } = await preview(ends);
  // A part (a variation, a variant) shows in its product's time alone, which both systems return in whole seconds.
  const second = () => Math.floor(Date.now() / 1000);
  const computedIn = second();
  await waitFor('another second', () => second() > computedIn);
  change();
  const { status, body } = await apply(ends, key);
  expect([status, body.type]).toEqual([409, 'urn:sync-operations:problem:stale-preview']);
  expect(body.detail).toContain(end);
}

const partners = ({ odoo }: TwoSystems, archived = false): number[] =>
  odoo.admin.search('res.partner', [
    ['customer_rank', '>', 0],
    ['active', '=', !archived],
  ]);

const casesOf = (version: 18 | 19) => ({
  [`Customers in Odoo ${version}: creates and updates as they are, applied exactly, and refused when either side moved`]:
    () =>
      withSystems(fixture, ORG, { shop: { customers: CUSTOMERS }, odoo: { version } }, async (systems) => {
        const { shop, odoo, there } = systems;
        // Partners that nobody has bound to this shop: another connection of another organization brought them.
        const other = 'org-before';
        const shopId = await fixture.connectShop(other, shop);
        const connection_id = await fixture.connectOdoo(other, odoo);
        await fixture.run(other, { source_connection_id: shopId, destination: { connection_id } });
        const all = partners(systems);
        odoo.admin.unlink('res.partner', all.slice(0, 10));
        odoo.admin.write('res.partner', all.slice(10, 13), { phone: '+49 0' });
        for (const id of all.slice(13, 17)) {
          const { email } = odoo.admin.get('res.partner', id, ['email']);
          odoo.admin.write('res.partner', [id], { email: email.toUpperCase() });
        }

        const { key, summary, delta } = await preview(there('customer'));
        expect(summary).toEqual({
          creates: 10,
          updates: 7,
          deletes: 0,
          unchanged: 23,
          conflicts: 0,
          failed: 0,
          guard: null,
          approval: null,
        });
        expect([delta.creates.length, delta.deletes, delta.conflicts]).toEqual([10, [], []]);
        const fields = delta.updates.map((update: Json) => [
          Number(update.destination_id),
          update.fields.map(({ field }: Json) => field),
        ]);
        const byPhone = all.slice(10, 13).map((id) => [id, ['phone']]);
        const byEmail = all.slice(13, 17).map((id) => [id, ['email']]);
        expect(fields.sort(([a]: [number], [b]: [number]) => a - b)).toEqual([...byPhone, ...byEmail]);
        expect(delta.updates.find((update: Json) => update.destination_id === String(all[10])).fields).toEqual([
          { field: 'phone', old: '+49 0', new: expect.stringMatching(/^\+\d/) },
        ]);
        const paged = await fixture.call(ORG, 'GET', `/previews/${key}/changes?kind=create&limit=4`);
        expect([paged.body.items.length, typeof paged.body.next_cursor]).toEqual([4, 'string']);
        expect(partners(systems)).toHaveLength(CUSTOMERS - 10);

        const applied = await fixture.ended(ORG, (await apply(there('customer'), key)).body.sync_id);
        expect(applied).toMatchObject({
          kind: 'apply',
          counts: { created: 10, updated: 7 },
          progress: { total_items: 17 },
        });
        expect(partners(systems)).toHaveLength(CUSTOMERS);
        expect((await fixture.run(ORG, there('customer'))).counts).toEqual({ unchanged: CUSTOMERS });

        const [customer] = shop.state().customers().slice(-1);
        const move = { billing: { city: 'Basel' } };
        await expectStale(there('customer'), () => shop.admin.updateCustomer(customer?.id ?? 0, move), 'source');
        await expectStale(
          there('customer'),
          () => odoo.admin.write('res.partner', [all[20] ?? 0], { phone: '+49 1' }),
          'destination',
        );
      }),

  [`Products in Odoo ${version}: applied when nothing moved, refused when either side did`]: () =>
    withSystems(fixture, ORG, { shop: { products: 9 }, odoo: { version } }, async ({ shop, odoo, there }) => {
      const { key, summary } = await preview(there('product'));
      expect(summary).toMatchObject({ creates: 9, updates: 0 });
      const applied = await fixture.ended(ORG, (await apply(there('product'), key)).body.sync_id);
      expect(applied).toMatchObject({ counts: { created: 9 }, progress: { status: 'completed' } });
      const [product] = shop.state().products();
      await expectStale(there('product'), () => shop.admin.updateProduct(product?.id ?? 0, { name: 'New' }), 'source');
      const [variation] = shop.state().variations();
      const price = { regular_price: '99' };
      await expectStale(
        there('product'),
        () => shop.admin.updateVariation(product?.id ?? 0, variation?.id ?? 0, price),
        'source',
      );
      const [variant] = odoo.admin.search('product.product', [['sale_ok', '=', true]]);
      await expectStale(
        there('product'),
        () => odoo.admin.write('product.product', [variant ?? 0], { weight: 3 }),
        'destination',
      );
    }),

  [`The guard before Odoo ${version}: too many deletes need a reason, and archive what they delete`]: () =>
    withSystems(fixture, ORG, { shop: { customers: CUSTOMERS }, odoo: { version } }, async (systems) => {
      const { shop, there, back } = systems;
      await fixture.run(ORG, there('customer'));
      const gone = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer')
        .slice(0, CUSTOMERS * 0.3);
      for (const { id } of gone) shop.admin.deleteCustomer(id);

      const unseen = await fixture.run(ORG, there('customer'));
      expect(unseen.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringContaining('12 of 40 (30.0 %)'),
      });
      const { key, summary } = await preview(there('customer'));
      expect(summary).toMatchObject({
        deletes: 12,
        unchanged: 28,
        guard: expect.stringContaining('12 of 40 (30.0 %)'),
      });
      const refused = await apply(there('customer'), key);
      expect([refused.status, refused.body.type]).toEqual([409, 'urn:sync-operations:problem:delete-guard']);
      expect(partners(systems, true)).toEqual([]);

      const reason = `They left in ${version}.`;
      const { body } = await apply(there('customer'), key, { override_guard: { reason } });
      expect((await fixture.ended(ORG, body.sync_id)).counts).toEqual({ deleted: 12 });
      expect([partners(systems).length, partners(systems, true).length]).toEqual([28, 12]);
      const trail = await fixture.call(ORG, 'GET', `/activity?sync_id=${body.sync_id}`);
      expect(trail.body.items).toContainEqual(
        expect.objectContaining({
          activity_type: 'delete_guard_overridden',
          details: expect.objectContaining({ reason, guard: summary.guard }),
        }),
      );
      expect((await fixture.run(ORG, there('customer'))).counts).toEqual({ unchanged: 28 });
      // What is in the archive does not come back to life in the shop.
      const left = shop.state().counts.customers;
      expect((await fixture.run(ORG, back('customer'))).counts).toEqual({ unchanged: 40 });
      expect(shop.state().counts.customers).toBe(left);
    }),
});

together({ ...casesOf(18), ...casesOf(19) });
