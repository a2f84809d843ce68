import type { OdooSandbox, WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmptySystems, withEmpty } from '../runs/empty-systems.support.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { undo } from './undo.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const GUARD_OFF = { delete_guard_percent: 100 };
const SIZES = [{ name: 'Size', options: ['S', 'M', 'L'], variation: true }];
const size = (option: string, regular_price: string) => ({
  ...{ sku: `SHIRT-${option}`, regular_price, attributes: [{ name: 'Size', option }] },
});

/** A shirt in two sizes. */
function shirtIn(shop: WooCommerceSandbox): number {
  const { id } = shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable', attributes: SIZES }) as Json;
  for (const option of ['S', 'M']) shop.admin.createVariation(id, size(option, '9'));
  return id;
}

/** What Odoo has of the shirt, its archived variants included. */
function shirtOf(odoo: OdooSandbox): Json {
  const [id = 0] = [true, false].flatMap((active) =>
    odoo.admin.search('product.template', [
      ['active', '=', active],
      ['attribute_line_ids', '!=', false],
    ]),
  );
  const { name, active } = odoo.admin.get('product.template', id);
  const variants = odoo.admin.search('product.product', [['product_tmpl_id', '=', id]]);
  const shown = odoo.admin.read('product.product', variants, ['default_code', 'lst_price', 'active']);
  return {
    name,
    active,
    variants: shown.map(({ default_code, lst_price, active: is }) => [default_code, lst_price, is]),
  };
}

/** A shirt that a sync brought back with another name, other prices and a third size. */
async function broughtBack({ shop, odoo, sync }: EmptySystems) {
  const shirt = shirtIn(shop);
  await sync('product');
  shop.admin.trashProduct(shirt);
  await sync('product');
  const before = shirtOf(odoo);
  shop.admin.restoreProduct(shirt);
  shop.admin.updateProduct(shirt, { name: 'Blouse' });
  shop.admin.createVariation(shirt, size('L', '11'));
  const { sync_id } = await sync('product');
  return { before, after: shirtOf(odoo), sync_id };
}

describe('The undo of a sync that brought an entry back', () => {
  it('ends where the sync began, with all that came with it; so does its own undo, and the next sync brings it again', () =>
    withEmpty(
      fixture,
      async (systems) => {
        const { org, odoo, sync } = systems;
        const { before, after, sync_id } = await broughtBack(systems);
        expect([before, after]).toMatchObject([
          { name: 'Shirt', active: false, variants: [{}, {}] },
          { name: 'Blouse', active: true, variants: [{}, {}, {}] },
        ]);
        const { changes, run } = await undo(fixture, org, sync_id);
        expect(changes).toMatchObject([
          { kind: 'delete', fields: expect.arrayContaining([{ field: 'name', old: 'Blouse', new: 'Shirt' }]) },
        ]);
        expect(run).toMatchObject({ counts: { deleted: 1 }, progress: { status: 'completed' } });
        expect(shirtOf(odoo)).toEqual(before);

        const again = await undo(fixture, org, run.sync_id);
        expect(again.run.counts).toEqual({ updated: 1 });
        expect(shirtOf(odoo)).toEqual(after);
        await undo(fixture, org, again.run.sync_id);
        expect(shirtOf(odoo)).toEqual(before);

        expect((await sync('product', { mode: 'full' })).counts).toEqual({ updated: 1 });
        expect(shirtOf(odoo)).toEqual(after);
        expect((await sync('product', { mode: 'full' })).counts).toEqual({ unchanged: 1 });
      },
      GUARD_OFF,
    ));

  it('says why not when a field that came with it was changed since, or cannot be written back', () =>
    withEmpty(
      fixture,
      async (systems) => {
        const { org, odoo } = systems;
        const { after, sync_id } = await broughtBack(systems);
        odoo.setOdooFaults({ refuse: [{ model: 'product.template', field: 'name', matching: 'Shirt' }] });
        const refused = await undo(fixture, org, sync_id);
        expect(refused.run.counts).toEqual({ failed: 1 });
        expect(shirtOf(odoo)).toEqual(after);
        odoo.setOdooFaults({});
        const [id = 0] = odoo.admin.search('product.template', [['name', '=', 'Blouse']]);
        odoo.admin.write('product.template', [id], { name: 'Top' });
        const { changes } = await undo(fixture, org, sync_id);
        expect(changes).toMatchObject([{ kind: 'conflict', reason: expect.stringContaining('name') }]);
        expect(shirtOf(odoo)).toEqual({ ...after, name: 'Top' });
      },
      GUARD_OFF,
    ));

  it('ends there also when Odoo breaks between its writes', () =>
    withEmpty(
      fixture,
      async (systems) => {
        const { org, odoo, sync } = systems;
        const { before, after, sync_id } = await broughtBack(systems);
        let brought = sync_id;
        for (const from of [1, 2, 3]) {
          // More often than a request is tried, so that the batch is planned again over what it has written.
          odoo.setFaults([{ kind: 'response-lost', from, times: 5, match: '/product.template/write' }]);
          expect((await undo(fixture, org, brought)).run.progress.status).toBe('completed');
          odoo.setFaults([]);
          expect([from, shirtOf(odoo)]).toEqual([from, before]);
          const run = await sync('product', { mode: 'full' });
          expect([from, run.counts, shirtOf(odoo)]).toEqual([from, { updated: 1 }, after]);
          brought = run.sync_id;
        }
      },
      GUARD_OFF,
    ));

  it('says in its preview what Odoo would refuse of it', () =>
    withEmpty(
      fixture,
      async ({ org, shop, odoo, sync }) => {
        const ada = (country: string) => ({ email: 'ada@shop.example', first_name: 'Ada', billing: { country } });
        const { id } = shop.admin.createCustomer(ada('DE')) as Json;
        await sync('customer');
        shop.admin.deleteCustomer(id);
        await sync('customer');
        shop.admin.createCustomer(ada('CH'));
        const { sync_id } = await sync('customer');
        odoo.admin.unlink('res.country', odoo.admin.search('res.country', [['code', '=', 'DE']]));
        const asked = await fixture.call(org, 'POST', `/runs/${sync_id}/undo`);
        const preview = await fixture.ended(org, asked.body.sync_id);
        expect(preview).toMatchObject({ counts: { failed: 1 }, progress: { status: 'completed_with_errors' } });
        const shown = async (what: string) =>
          (await fixture.call(org, 'GET', `/progress/${preview.sync_id}/${what}`)).body.items;
        expect(await shown('items')).toMatchObject([{ error_class: 'unknown_country' }]);
        expect(await shown('changes')).toEqual([]);
      },
      GUARD_OFF,
    ));

  it('puts back into the trash of a shop what only came out of it, and says so of what was changed with it', () =>
    withEmpty(fixture, async ({ org, shop, ids, another }) => {
      const { shop: other, id } = await another();
      const there = { source_connection_id: ids.shop, destination: { connection_id: id }, entity_type: 'product' };
      const guard = { override_guard: { reason: 'a small shop' } };
      const shirt = shirtIn(shop);
      await fixture.run(org, there);
      const bring = async (more: Record<string, unknown>) => {
        shop.admin.trashProduct(shirt);
        await fixture.run(org, { ...there, ...guard });
        shop.admin.restoreProduct(shirt);
        shop.admin.updateProduct(shirt, more);
        return (await fixture.run(org, there)).sync_id;
      };
      const statuses = () =>
        other
          .state()
          .products()
          .map(({ name, status }) => [name, status]);
      await undo(fixture, org, await bring({}));
      expect(statuses()).toEqual([['Shirt', 'trash']]);
      expect((await fixture.run(org, { ...there, mode: 'full' })).counts).toEqual({ updated: 1 });

      const { changes } = await undo(fixture, org, await bring({ name: 'Blouse' }));
      expect(changes).toMatchObject([{ kind: 'conflict', reason: expect.stringContaining('not known') }]);
      expect(statuses()).toEqual([['Blouse', 'publish']]);
    }));
});
