import { afterAll, beforeAll, expect, vi } from 'vitest';
import { ScheduleRunner } from '../../src/schedules/schedule.runner.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { together } from '../runs/together.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { Previews } from './previews.support.ts';
import { reconcile, reconciled } from './reconcile.support.ts';

// All start at once, and the first that is waited for has the time of all.
vi.setConfig({ testTimeout: 180_000 });

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4', SYNC_RECONCILE_SAMPLE: '5' });
});
afterAll(() => fixture.close());

const ENTITIES = ['customer', 'product', 'order'] as const;
const NONE = { different: 0, missing_at_source: 0, missing_at_destination: 0, not_compared: 0, is_sample: false };

/** A shop with customers, products and orders that a sync has brought to an Odoo. */
async function synced(
  orgId: string,
  version: 18 | 19,
  work: (systems: TwoSystems, made: Made, previews: Previews) => Promise<void>,
): Promise<void> {
  const systems = { shop: { customers: 4, products: 3, orders: 2 }, odoo: { version, partners: 3 } };
  await withSystems(fixture, orgId, systems, async (both) => {
    const made = make(both);
    const previews = new Previews(fixture, orgId);
    for (const entity of ENTITIES)
      expect(await previews.run(both.there(entity))).toMatchObject({ status: 'completed' });
    await work(both, made, previews);
  });
}

type Made = ReturnType<typeof make>;

function make({ shop: { admin } }: TwoSystems) {
  const customer = (first_name: string) =>
    admin.createCustomer({ email: `${first_name}@x.example`, first_name, last_name: 'Example' }).id;
  const product = (name: string) => admin.createProduct({ name, sku: `SKU-${name}`, regular_price: '10' }).id;
  const [ann, bob, cy, dan] = [customer('Ann'), customer('Bob'), customer('Cy'), customer('Dan')];
  const [lamp, desk, chair, rug] = [product('Lamp'), product('Desk'), product('Chair'), product('Rug')];
  const line_items = [{ product_id: lamp, quantity: 2 }];
  const order = admin.createOrder({ customer_id: ann, status: 'processing', line_items }).id;
  return { ann, bob, cy, dan, lamp, desk, chair, rug, order };
}

const partner = ({ odoo }: TwoSystems, name: string) =>
  odoo.admin.search('res.partner', [['name', '=', `${name} Example`]])[0] ?? 0;
const template = ({ odoo }: TwoSystems, sku: string) =>
  odoo.admin.search('product.template', [['default_code', '=', `SKU-${sku}`]])[0] ?? 0;

/** Ten differences, and how a reconcile tells each. */
function plant(both: TwoSystems, made: Made): Record<(typeof ENTITIES)[number], Record<string, string>> {
  const { admin } = both.shop;
  const at = both.odoo.admin;
  const of = (name: string) => `${made[name.toLowerCase() as keyof Made]}`;
  const [ann, bob, cy, dan] = ['Ann', 'Bob', 'Cy', 'Dan'].map((name) => partner(both, name)) as number[];
  const [lamp, desk, chair, rug] = ['Lamp', 'Desk', 'Chair', 'Rug'].map((name) => template(both, name)) as number[];
  at.write('res.partner', [ann as number], { phone: '+49 30 555' });
  admin.updateCustomer(made.bob, { first_name: 'Robert' });
  admin.deleteCustomer(made.cy);
  at.unlink('res.partner', [dan as number]);
  const zoe = admin.createCustomer({ email: 'zoe@x.example', first_name: 'Zoe', last_name: 'Example' }).id;
  at.write('product.template', [lamp as number], { list_price: 12 });
  admin.updateProduct(made.desk, { name: 'Table' });
  at.archive('product.template', [chair as number]);
  admin.trashProduct(made.rug);
  const [line] = at.search('sale.order.line', [
    ['product_uom_qty', '=', 2],
    ['product_id.default_code', '=', 'SKU-Lamp'],
  ]);
  at.write('sale.order.line', [line as number], { product_uom_qty: 3 });
  const order = at.get('sale.order.line', line as number, ['order_id']).order_id[0];
  return {
    customer: {
      [`${of('Ann')}→${ann}`]: 'different phone',
      [`${of('Bob')}→${bob}`]: 'different name',
      [`${of('Cy')}→${cy}`]: 'missing_at_source',
      [`${of('Dan')}→null`]: 'missing_at_destination',
      [`${zoe}→null`]: 'missing_at_destination',
    },
    product: {
      [`${of('Lamp')}→${lamp}`]: 'different price',
      [`${of('Desk')}→${desk}`]: 'different name',
      [`${of('Chair')}→${chair}`]: 'different active',
      [`${of('Rug')}→${rug}`]: 'missing_at_source',
    },
    // Odoo computes the price of the line anew.
    order: {
      [`${of('order')}→${order}`]:
        'different lines[product SKU-Lamp].quantity, lines[product SKU-Lamp].unit_price, lines[product SKU-Lamp].total',
    },
  };
}

const findsAll = (version: 18 | 19) => () =>
  synced(`org-ten-${version}`, version, async (both, made) => {
    const orgId = `org-ten-${version}`;
    for (const entity of ENTITIES) {
      const { result, differences } = await reconcile(fixture, orgId, both.there(entity));
      expect([entity, result, differences]).toEqual([entity, expect.objectContaining(NONE), {}]);
    }
    const planted = plant(both, made);
    for (const entity of ENTITIES) {
      const { differences } = await reconcile(fixture, orgId, both.there(entity));
      expect([entity, differences]).toEqual([entity, planted[entity]]);
    }
    const { result, listed } = await reconcile(fixture, orgId, both.there('customer'));
    expect(result).toMatchObject({ ...NONE, different: 2, missing_at_source: 1, missing_at_destination: 2 });
    expect(listed.find(({ external_id }) => external_id === `${made.bob}`)).toMatchObject({
      fields: [{ field: 'name', source: 'Robert Example', destination: 'Bob Example' }],
    });
    const orders = await reconcile(fixture, orgId, both.there('order'));
    expect(orders.result.fields_not_compared).toEqual(expect.arrayContaining(['status', 'tax_total', 'total']));
  });

together({
  'A reconcile with an Odoo 18 finds each of ten planted differences and nothing else': findsAll(18),
  'A reconcile with an Odoo 19 finds each of ten planted differences and nothing else': findsAll(19),

  'A reconcile is applied like a preview, and then both ends are equal': () =>
    synced('org-applied', 19, async (both, made, previews) => {
      plant(both, made);
      for (const entity of ['customer', 'product'] as const) {
        const found = await reconcile(fixture, 'org-applied', both.there(entity));
        const applied = await previews.apply(both.there(entity), found.syncId);
        expect([applied.status, applied.codes]).toEqual(['completed', {}]);
        const { result, differences } = await reconcile(fixture, 'org-applied', both.there(entity));
        expect([result, differences]).toEqual([expect.objectContaining(NONE), {}]);
      }
    }),

  'A reconcile of orders is applied, too, and what a person cancelled stays cancelled': () =>
    synced('org-applied-orders', 19, async (both, made, previews) => {
      const orgId = 'org-applied-orders';
      const { admin } = both.shop;
      const line_items = [{ product_id: made.lamp, quantity: 1 }];
      const second = admin.createOrder({ customer_id: made.ann, status: 'processing', line_items }).id;
      await previews.run(both.there('order'));
      const entryOf = (id: number) =>
        both.odoo.admin.search('sale.order', [['client_order_ref', '=', String(id)]])[0] ?? 0;
      both.odoo.admin.call('sale.order', 'action_cancel', [entryOf(second)]);
      const [line = 0] = both.odoo.admin.search('sale.order.line', [['order_id', '=', entryOf(made.order)]]);
      both.odoo.admin.write('sale.order.line', [line], { product_uom_qty: 7 });
      const found = await reconcile(fixture, orgId, both.there('order'));
      expect(found.result).toMatchObject({ different: 1, not_compared: 1 });
      // A person has to look at it, as at a conflict.
      const get = async (path: string) => (await fixture.call(orgId, 'GET', path)).body.items;
      expect(await get('/syncs?kind=reconcile')).toMatchObject([{ sync_id: found.syncId, conflict_count: 1 }]);
      expect(await get('/syncs?conflicts=true')).toMatchObject([{ sync_id: found.syncId }]);
      expect(await get(`/activity?days=1&sync_id=${found.syncId}`)).toMatchObject([{ details: { conflict_count: 1 } }]);
      expect(found.listed.find(({ external_id }) => external_id === `${second}`)).toMatchObject({
        ...{ difference: 'not_compared', reason: expect.stringMatching(/cancelled/) },
      });
      const applied = await previews.apply(both.there('order'), found.syncId);
      expect([applied.status, applied.counts]).toMatchObject(['completed', { updated: 1 }]);
      expect(both.odoo.admin.get('sale.order.line', line).product_uom_qty).toBe(2);
      expect(both.odoo.admin.get('sale.order', entryOf(second)).state).toBe('cancel');
      expect((await reconcile(fixture, orgId, both.there('order'))).result).toMatchObject({
        ...{ different: 0, not_compared: 1 },
      });
    }),

  'A reconcile that would delete too much is applied with a reason only': async () => {
    const orgId = 'org-guarded-reconcile';
    const [shop, erp] = [await fixture.connect(orgId, 'shop'), await fixture.connect(orgId, 'erp')];
    const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id }, entity_type: 'customer' };
    const previews = new Previews(fixture, orgId);
    shop.system.fill(20);
    await fixture.run(orgId, ends);
    for (const id of [...shop.system.items.keys()].slice(0, 5)) shop.system.remove(id);
    const { syncId, result } = await reconcile(fixture, orgId, ends);
    expect(result).toMatchObject({ equal: 15, missing_at_source: 5 });
    const { refused } = await previews.apply(ends, syncId);
    expect(refused).toMatchObject({
      type: 'urn:sync-operations:problem:delete-guard',
      detail: expect.stringContaining('5 of 20 (25.0 %) would be deleted, which is above the guard of 15 %.'),
    });
    expect(erp.system.items.size).toBe(20);
    const override_guard = { reason: 'They are gone.' };
    expect((await previews.apply({ ...ends, override_guard } as typeof ends, syncId)).counts).toEqual({ deleted: 5 });
    expect(erp.system.items.size).toBe(15);
  },

  'The records are compared like another system, and the trail knows a reconcile from a sync': async () => {
    const orgId = 'org-records';
    const { id, system } = await fixture.connect(orgId, 'shop');
    system.fill(6);
    await fixture.run(orgId, { source_connection_id: id, destination: 'records' });
    system.put({ email: 'new@x.example', name: 'New', phone: null });
    system.put({ email: 'person1@example.test', name: 'Other', phone: null }, '000001');
    system.remove('000002');
    const started = await fixture.call(orgId, 'POST', `/connections/${id}/reconcile`, {
      ...{ with: 'records', entity_type: 'customer' },
    });
    const { result, differences, syncId } = await reconciled(fixture, orgId, started.body.sync_id);
    expect(result).toMatchObject({ equal: 4, fields_not_compared: [] });
    expect(differences).toEqual({
      '000001→000001': 'different name',
      '000002→000002': 'missing_at_source',
      '000007→null': 'missing_at_destination',
    });
    const get = async (path: string) => (await fixture.call(orgId, 'GET', path)).body;
    const trail = (await get(`/activity?days=1&sync_id=${syncId}`)).items;
    expect(trail).toMatchObject([
      { activity_type: 'reconcile_completed', record_count: 0, details: { kind: 'reconcile' } },
    ]);
    expect((await get('/activity/trends?days=1')).items).toMatchObject([{ sync_count: 1 }]);
    const { used } = (await get('/usage')).items.find(({ name }: Json) => name === 'found_bytes');
    expect(used).toBeGreaterThan(100);
    const only = await get(`/runs/${syncId}/differences?difference=missing_at_source`);
    expect(only.items).toMatchObject([{ external_id: '000002', difference: 'missing_at_source' }]);
    expect((await fixture.call(orgId, 'POST', `/progress/${syncId}/retry-failed`)).status).toBe(409);
  },

  'A reconcile that stops in the middle goes on from its checkpoint, and counts each item once': async () => {
    const orgId = 'org-paused';
    const [shop, erp] = [await fixture.connect(orgId, 'shop'), await fixture.connect(orgId, 'erp')];
    shop.system.fill(250);
    const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id }, entity_type: 'customer' };
    await fixture.run(orgId, ends);
    shop.system.put({ email: 'person240@example.test', name: 'Other', phone: null }, '000240');
    const progress = (syncId: string, what: string) => fixture.call(orgId, 'POST', `/progress/${syncId}/${what}`);
    const asked = Promise.withResolvers<string>();
    let reads = 0;
    shop.system.hooks.beforeRead = async () => {
      reads += 1;
      if (reads === 2) await progress(await asked.promise, 'pause');
    };
    const started = await fixture.call(orgId, 'POST', `/connections/${shop.id}/reconcile`, {
      ...{ with: ends.destination, entity_type: 'customer' },
    });
    const syncId = started.body.sync_id;
    asked.resolve(syncId);
    await waitFor('it is paused', async () => {
      const { body } = await fixture.call(orgId, 'GET', `/runs/${syncId}`);
      return body.state === 'paused' && body.progress.processed_count > 0 && body.reconcile === null;
    });
    await progress(syncId, 'resume');
    const { result, differences } = await reconciled(fixture, orgId, syncId);
    expect([result.equal, Object.values(differences)]).toEqual([249, ['different name']]);
  },

  'A reconcile of a few items follows a full sync to another system, and costs little more': async () => {
    const orgId = 'org-sample';
    const [shop, erp] = [await fixture.connect(orgId, 'shop'), await fixture.connect(orgId, 'erp')];
    shop.system.fill(2_000);
    const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const sync = await fixture.run(orgId, ends, 60_000);
    const follower = (syncId: string) =>
      waitFor('the sample has ended', async () => {
        const { body } = await fixture.call(orgId, 'GET', `/runs?connection_id=${shop.id}`);
        const [last] = body.items as Json[];
        return last.of_sync_id === syncId && last.state === 'ended' ? last : undefined;
      });
    const sample = await follower(sync.sync_id);
    expect(sample).toMatchObject({
      trigger: 'sync',
      of_sync_id: sync.sync_id,
      reconcile: { ...NONE, is_sample: true },
    });
    // A few ids from here and there: two places may have the same.
    expect(sample.reconcile.equal).toBeGreaterThanOrEqual(3);
    expect(sample.reconcile.equal).toBeLessThanOrEqual(5);

    // What only the destination changed no sync from here corrects: the sample tells it, and changes nothing.
    for (const [id, item] of [...erp.system.items]) erp.system.put({ ...item, phone: '1' }, id);
    const written = erp.system.written.length;
    const again = await fixture.run(orgId, ends, 60_000);
    expect([again.progress.status, again.counts]).toEqual(['completed', { unchanged: 2_000 }]);
    const found = await follower(again.sync_id);
    expect(found.progress).toMatchObject({ status: 'completed', error_message: null });
    expect([found.reconcile.equal, found.reconcile.different >= 3]).toEqual([0, true]);
    const listed = await fixture.call(orgId, 'GET', `/runs/${found.sync_id}/differences`);
    expect(listed.body.items[0]).toMatchObject({ difference: 'different', fields: [{ field: 'phone' }] });
    const refused = await fixture.call(orgId, 'POST', '/runs', {
      ...ends,
      entity_type: 'customer',
      preview: found.sync_id,
    });
    expect([refused.status, erp.system.written.length]).toEqual([404, written]);
    const kinds = (await fixture.call(orgId, 'GET', `/runs?connection_id=${shop.id}`)).body.items;
    expect(kinds.map(({ kind }: Json) => kind)).toEqual(['reconcile', 'sync', 'reconcile', 'sync']);
    // Of few items there is no sample.
    const [small, other] = [await fixture.connect(orgId, 'small'), await fixture.connect(orgId, 'other')];
    small.system.fill(19);
    await fixture.run(orgId, { source_connection_id: small.id, destination: { connection_id: other.id } });
    const { body } = await fixture.call(orgId, 'GET', `/runs?connection_id=${small.id}`);
    expect(body.items.map(({ kind }: Json) => kind)).toEqual(['sync']);
  },

  'A line that code changed, without moving the time of its order, is found by a reconcile and by no incremental sync':
    async () => {
      const orgId = 'org-by-code';
      const early = Date.now() - 7_200_000;
      let at: number | null = early;
      await withSystems(
        fixture,
        orgId,
        { shop: { now: () => at ?? Date.now() }, odoo: { version: 19 } },
        async (both) => {
          const { shop, there } = both;
          const { admin } = shop;
          const lamp = admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
          const ann = admin.createCustomer({ email: 'ann@x.example', first_name: 'Ann', last_name: 'Example' });
          const order = () =>
            admin.createOrder({
              ...{ customer_id: ann.id, status: 'processing', line_items: [{ product_id: lamp.id, quantity: 1 }] },
            });
          const made = order();
          at = early + 3_600_000;
          order();
          at = null;
          for (const entity of ENTITIES)
            expect((await fixture.run(orgId, there(entity))).progress).toMatchObject({ status: 'completed' });
          const modified = () =>
            shop
              .state()
              .orders()
              .find(({ id }) => id === made.id)?.date_modified_gmt;
          const before = modified();
          // Time stands still for the order.
          at = early;
          const id = made.line_items[0]?.id;
          admin.updateOrder(made.id, { line_items: [{ id, quantity: 7, subtotal: '70', total: '70' }] });
          expect(modified()).toEqual(before);
          at = null;
          const { counts } = await fixture.run(orgId, { ...there('order'), mode: 'incremental' });
          expect(counts.updated ?? 0).toBe(0);
          const { differences } = await reconcile(fixture, orgId, there('order'));
          expect(Object.entries(differences)).toEqual([
            [
              expect.stringMatching(`^${made.id}→`),
              expect.stringMatching(/^different lines\[product LAMP-1\]\.quantity/),
            ],
          ]);
          expect((await fixture.run(orgId, there('order'))).counts).toEqual({ updated: 1, unchanged: 1 });
          expect((await reconcile(fixture, orgId, there('order'))).differences).toEqual({});
        },
      );
    },

  'A schedule reconciles, and only in full': async () => {
    const orgId = 'org-scheduled';
    const [shop, erp] = [await fixture.connect(orgId, 'shop'), await fixture.connect(orgId, 'erp')];
    const body = {
      destination: { connection_id: erp.id },
      entity_type: 'customer',
      kind: 'reconcile',
      cron: '0 4 * * *',
    };
    shop.system.fill(2);
    const create = (mode: string) =>
      fixture.call(orgId, 'POST', `/connections/${shop.id}/schedules`, { ...body, mode });
    expect(await create('incremental')).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/mode' }] } });
    const { status, body: schedule } = await create('full');
    expect([status, schedule.kind]).toEqual([201, 'reconcile']);
    const due = `UPDATE sync_schedules SET next_run_at = next_run_at - interval '1 day' WHERE id = $1`;
    await sql(fixture.service.database.superuserUrl, due, [schedule.id]);
    await runAsWorker(orgId, () => fixture.service.app.get(ScheduleRunner).runDue(schedule.id));
    const run = (await fixture.call(orgId, 'GET', `/runs?connection_id=${shop.id}`)).body.items[0];
    expect(run).toMatchObject({ kind: 'reconcile', trigger: 'schedule', destination: erp.id });
    const { result, differences } = await reconciled(fixture, orgId, run.sync_id);
    expect(result).toMatchObject({ ...NONE, missing_at_destination: 2 });
    expect(Object.values(differences)).toEqual(['missing_at_destination', 'missing_at_destination']);
    expect(erp.system.written).toEqual([]);
  },
});
