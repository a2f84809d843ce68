import { afterAll, beforeAll, expect } from 'vitest';
import { ConnectorError } from '../../src/connectors/contract/connector.error.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { together } from '../runs/together.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { Previews } from './previews.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

let orgs = 0;
async function inOrganization(work: (systems: TwoSystems, previews: Previews, orgId: string) => Promise<void>) {
  orgs += 1;
  const orgId = `org-alike-${orgs}`;
  const empty = { customers: 0, products: 0, orders: 0 };
  const systems = { shop: empty, odoo: { version: 19 as const, partners: 0 } };
  await withSystems(fixture, orgId, systems, (both) => work(both, new Previews(fixture, orgId), orgId));
}

const customers = ({ odoo }: TwoSystems, emails: readonly string[]): number[] =>
  emails.map((email, i) => odoo.admin.create('res.partner', { name: `P${i + 1}`, customer_rank: 1, email }));

together({
  'A preview of a system that says too late whether it changed is applied, and what has changed is left alone':
    async () => {
      const orgId = 'org-slow';
      const shop = await fixture.connect(orgId, 'slow-shop');
      const erp = await fixture.connect(orgId, 'slow-erp');
      shop.system.put({ email: 'Ann@x.example', name: 'Ann', phone: null });
      const bob = shop.system.put({ email: 'Bob@x.example', name: 'Bob', phone: null });
      const ends = {
        ...{ source_connection_id: shop.id, destination: { connection_id: erp.id } },
        entity_type: 'customer',
      };
      const previews = new Previews(fixture, orgId);
      const { key } = await previews.preview(ends);
      shop.system.put({ email: 'Bob@x.example', name: 'Robert', phone: null }, bob);
      shop.system.hooks.beforeToken = async () => {
        throw new ConnectorError('unavailable', 'The shop takes its time.');
      };
      const { counts, codes } = await previews.apply(ends, key);
      expect([counts, codes]).toEqual([{ created: 1, skipped: 1 }, { [bob]: 'stale_preview' }]);
      expect([...erp.system.items.values()].map(({ name }) => name)).toEqual(['Ann']);
    },

  'A preview counts as failed what the write will refuse': () =>
    inOrganization(async ({ shop, odoo, there }, previews) => {
      const { admin } = shop;
      const shirt = admin.createProduct({
        ...{ type: 'variable', name: 'Shirt', sku: 'SHIRT' },
        attributes: [
          { name: 'Size', options: ['S', 'M'], variation: true },
          { name: 'Colour', options: ['Red', 'Blue'], variation: true },
        ],
      });
      const [size, colour] = [(option: string) => ({ name: 'Size', option }), { name: 'Colour', option: 'Red' }];
      admin.createVariation(shirt.id, { sku: 'SHIRT-S', regular_price: '10', attributes: [size('S'), colour] });
      admin.createVariation(shirt.id, { sku: 'SHIRT-M', regular_price: '10', attributes: [size('M')] });
      const lamp = admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
      const ada = admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
      const line_items = [{ product_id: lamp.id, quantity: 1 }];
      const order = admin.createOrder({ customer_id: ada.id, status: 'processing', line_items });
      const models = ['product.template', 'product.attribute', 'product.attribute.value', 'sale.order'];
      const before = models.map((model) => odoo.admin.search(model, []).length);

      const products = await previews.preview(there('product'));
      expect(products.summary).toMatchObject({ creates: 1, failed: 1 });
      expect(products.codes).toEqual({ [shirt.id]: 'variation_options' });
      const orders = await previews.preview(there('order'));
      expect(orders.summary).toMatchObject({ creates: 0, failed: 1 });
      expect(orders.codes).toEqual({ [order.id]: 'customer_missing' });
      expect(models.map((model) => odoo.admin.search(model, []).length)).toEqual(before);

      const { counts, codes } = await previews.apply(there('product'), products.key);
      expect([counts, codes]).toEqual([{ created: 1, failed: 1 }, products.codes]);
      const ordered = await previews.apply(there('order'), orders.key);
      expect([ordered.counts, ordered.codes]).toEqual([{ failed: 1 }, orders.codes]);
    }),

  'Two items for one destination entry are seen in a preview, however far apart': () =>
    inOrganization(async (systems, previews) => {
      const emails = Array.from({ length: 120 }, (_, i) => `p${i + 1}@erp.example`);
      emails[0] = 'twin@erp.example';
      emails[119] = 'twin@erp.example';
      const ids = customers(systems, emails);
      const [first, last] = [ids[0], ids[119]];
      const ends = systems.back('customer');

      const { key, summary, delta, codes } = await previews.preview(ends);
      expect(summary).toMatchObject({ creates: 119, conflicts: 1 });
      expect(codes).toEqual({ [String(last)]: 'already_bound' });
      expect(delta.conflicts).toMatchObject([
        { external_id: String(last), reason: `Item ${first} of the source has the same e-mail twin@erp.example.` },
      ]);
      const applied = await previews.apply(ends, key);
      expect([applied.counts, applied.codes]).toEqual([{ created: 119, conflict: 1 }, codes]);
    }),

  'An e-mail or a SKU that an item gives up is free for those after it, in the same batch or a later one': () =>
    inOrganization(async (systems, previews) => {
      const { odoo } = systems;
      const emails = Array.from({ length: 120 }, (_, i) => `p${i + 1}@erp.example`);
      const [first = 0, second = 0, ...others] = customers(systems, emails);
      const last = others.at(-1) ?? 0;
      const articles = emails.map((_, i) =>
        odoo.admin.create('product.product', { name: `Lamp ${i + 1}`, default_code: `L-${i + 1}`, list_price: 10 }),
      );
      await previews.run(systems.back('customer'));
      await previews.run(systems.back('product'));

      odoo.admin.write('res.partner', [first], { email: 'new@erp.example' });
      odoo.admin.write('res.partner', [second], { email: 'p1@erp.example' });
      odoo.admin.write('res.partner', [last], { email: 'p2@erp.example' });
      const code = (index: number, default_code: string) =>
        odoo.admin.write('product.product', [articles.at(index) ?? 0], { default_code });
      code(0, 'L-0');
      code(1, 'L-1');
      code(-1, 'L-2');
      for (const entity of ['customer', 'product']) {
        const { summary, codes, key } = await previews.preview(systems.back(entity));
        expect([summary, codes]).toMatchObject([{ updates: 3 }, {}]);
        const applied = await previews.apply(systems.back(entity), key);
        expect([entity, applied.counts, applied.codes]).toEqual([entity, { updated: 3 }, {}]);
      }
    }),

  'The guard that stops a run stops the preview of the same': () =>
    inOrganization(async (systems, previews) => {
      const ids = customers(
        systems,
        Array.from({ length: 100 }, (_, i) => (i < 6 ? 'no mail' : `p${i + 1}@erp.example`)),
      );
      const ends = systems.back('customer');
      const previewed = await previews.preview(ends);
      const synced = await previews.run(ends);
      expect(synced.counts).toEqual({ created: 94, failed: 1, conflict: 5 });
      expect([previewed.counts, previewed.codes]).toEqual([synced.counts, synced.codes]);

      // Of those that arrived, 12 of 94 are gone.
      systems.odoo.admin.unlink('res.partner', [...ids.slice(0, 6), ...ids.slice(20, 32)]);
      const few = await previews.preview(ends);
      expect(few.summary).toMatchObject({ deletes: 12, guard: null });
      expect((await previews.run(ends)).counts).toMatchObject({ deleted: 12 });

      systems.odoo.admin.unlink('res.partner', ids.slice(40, 60));
      const many = await previews.preview(ends);
      const sentence = '20 of 82 (24.4 %) would be deleted, which is above the guard of 15 %.';
      expect(many.summary).toMatchObject({ deletes: 20, guard: sentence });
      const { status, error } = await previews.run(ends);
      expect([status, error?.startsWith(sentence)]).toEqual(['failed', true]);
      const { refused } = await previews.apply(ends, many.key);
      expect(refused).toMatchObject({ status: 409, type: 'urn:sync-operations:problem:delete-guard' });
    }),

  'What other runs deleted within the time of the guard counts in a preview as it does in the run': () =>
    inOrganization(async (systems, previews, orgId) => {
      const ids = customers(
        systems,
        Array.from({ length: 94 }, (_, i) => `p${i + 1}@erp.example`),
      );
      const ends = systems.back('customer');
      await previews.run(ends);
      systems.odoo.admin.unlink('res.partner', ids.slice(0, 12));
      expect((await previews.run(ends)).counts).toMatchObject({ deleted: 12 });

      // 5 of 82 alone are few; with the 12 before they are not.
      systems.odoo.admin.unlink('res.partner', ids.slice(20, 25));
      const sentence = '17 of 94 (18.1 %) would be deleted, which is above the guard of 15 %.';
      const previewed = await previews.preview(ends);
      expect(previewed.summary).toMatchObject({ deletes: 5, guard: sentence });
      const compared = await fixture.call(orgId, 'POST', `/connections/${systems.odooId}/reconcile`, {
        with: ends.destination,
        entity_type: 'customer',
      });
      await fixture.ended(orgId, compared.body.sync_id);
      const { status, error } = await previews.run(ends);
      expect([status, error?.startsWith(sentence)]).toEqual(['failed', true]);
      for (const found of [previewed.key, compared.body.sync_id])
        expect((await previews.apply(ends, found)).refused).toMatchObject({
          status: 409,
          type: 'urn:sync-operations:problem:delete-guard',
        });
    }),

  'An apply whose deletes are too many by the time it runs ends before it writes anything': async () => {
    const orgId = 'org-too-many-by-now';
    const [shop, erp] = [await fixture.connect(orgId, 'by-now-shop'), await fixture.connect(orgId, 'by-now-erp')];
    const ends = {
      ...{ source_connection_id: shop.id, destination: { connection_id: erp.id } },
      entity_type: 'customer',
    };
    const previews = new Previews(fixture, orgId);
    shop.system.fill(40);
    await previews.run(ends);
    for (const id of [...shop.system.items.keys()].slice(0, 3)) shop.system.remove(id);
    for (let i = 1; i <= 120; i += 1) shop.system.put({ email: `new${i}@x.example`, name: `New ${i}`, phone: null });
    const { key, summary } = await previews.preview(ends);
    expect(summary).toMatchObject({ creates: 120, deletes: 3, guard: null });
    await fixture.call(orgId, 'PATCH', `/connections/${erp.id}`, { settings: { delete_guard_count: 2 } });
    const written = erp.system.written.length;
    const { status, error } = await previews.apply(ends, key);
    expect([status, error]).toEqual([
      'failed',
      expect.stringContaining('3 of 40 (7.5 %) would be deleted, which is above the guard of 2.'),
    ]);
    expect(erp.system.written.length).toBe(written);
  },

  'A preview stays within the guard where a list leaves items out that exist, as the run does': async () => {
    const orgId = 'org-short-preview';
    const [shop, erp] = [await fixture.connect(orgId, 'short-shop'), await fixture.connect(orgId, 'short-erp')];
    const ends = {
      ...{ source_connection_id: shop.id, destination: { connection_id: erp.id } },
      entity_type: 'customer',
    };
    const previews = new Previews(fixture, orgId);
    shop.system.fill(40);
    await previews.run(ends);
    const ids = [...shop.system.items.keys()].sort();
    shop.system.unlisted = new Set(ids.slice(10, 30));
    const [few, ran] = [await previews.preview(ends), await previews.run(ends)];
    expect([ran.status, ran.counts]).toEqual(['completed', { unchanged: 40 }]);
    expect([few.summary, few.counts]).toMatchObject([{ deletes: 0, guard: null }, ran.counts]);
    expect((await previews.apply(ends, few.key)).status).toBe('completed');

    // Of those that no page contains, 10 are gone: that many are refused alike.
    for (const id of ids.slice(10, 20)) shop.system.remove(id);
    const [many, stopped] = [await previews.preview(ends), await previews.run(ends)];
    expect(many.summary).toMatchObject({ deletes: 10, guard: expect.stringContaining('above the guard of 15 %') });
    expect([stopped.status, stopped.error?.startsWith(many.summary.guard)]).toEqual(['failed', true]);
  },

  'A preview does not stand in trail and trends as a completed sync': () =>
    inOrganization(async ({ shop, there }, previews, orgId) => {
      for (let i = 1; i <= 5; i += 1) shop.admin.createCustomer({ email: `c${i}@shop.example`, first_name: `C${i}` });
      const get = async (path: string) => (await fixture.call(orgId, 'GET', path)).body.items;
      await previews.preview(there('customer'));
      const trail = await get('/activity?days=1');
      expect(trail.filter(({ sync_id }: Json) => sync_id !== null)).toMatchObject([
        {
          ...{ activity_type: 'preview_completed', status: 'completed', record_count: 0 },
          details: { kind: 'preview', total_items: 5, counts: { created: 5 } },
        },
      ]);
      expect(await get('/activity/trends?days=1')).toEqual([]);

      await previews.run(there('customer'));
      await previews.run(there('customer'), 'incremental');
      expect(await get('/activity/trends?days=1')).toMatchObject([{ sync_count: 2, total_records: 5 }]);
    }),
});
