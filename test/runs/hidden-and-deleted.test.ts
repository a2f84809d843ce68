import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BentShop, withBentShop } from './bent-shop.support.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const SECRET = 'a-secret-of-enough-letters';
const itemsOf = async (org: string, { sync_id }: Json): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items;

describe('What a key may no longer see', () => {
  it.each([18, 19] as const)(
    'A partner that the key may no longer see is not deleted in the shop (Odoo %s)',
    (version) => {
      const org = newOrgName();
      return withSystems(fixture, org, { shop: {}, odoo: { version } }, async ({ shop, odoo, odooId, back }) => {
        const ids = Array.from({ length: 10 }, (_, n) =>
          odoo.admin.create('res.partner', { name: `P ${n}`, email: `p${n}@odoo.example`, customer_rank: 1 }),
        );
        expect((await fixture.run(org, back('customer'))).counts).toEqual({ created: 10 });
        odoo.admin.hide('res.partner', [ids[4] as number]);
        const run = await fixture.run(org, back('customer'));
        expect(run.counts).toEqual({ unchanged: 9, failed: 1 });
        expect(await itemsOf(org, run)).toMatchObject([{ external_id: String(ids[4]), error_class: 'no_access' }]);
        expect(shop.state().counts.customers).toBe(10);

        odoo.admin.hide('res.partner', ids.slice(0, 6));
        const stopped = await fixture.run(org, back('customer'));
        expect(stopped.progress).toMatchObject({
          status: 'failed',
          error_message: expect.stringMatching(/hidden from this key/),
        });
        expect(shop.state().counts.customers).toBe(10);

        odoo.admin.hide('res.partner', []);
        odoo.admin.unlink('res.partner', [ids[4] as number]);
        expect((await fixture.run(org, back('customer'))).counts).toEqual({ unchanged: 9, deleted: 1 });
        expect(odooId).toBeTruthy();
      });
    },
  );
});

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe.each([18, 19] as const)('A record rule of Odoo %s', (version) => {
  const within = (
    work: (systems: TwoSystems, sync: (entity: string, back?: boolean) => Promise<Json>) => Promise<void>,
  ) => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: {}, odoo: { version } }, (systems) =>
      work(systems, async (entity, back = false) => {
        const run = await fixture.run(org, (back ? systems.back : systems.there)(entity), 60_000);
        return { counts: run.counts, items: await itemsOf(org, run), progress: run.progress };
      }),
    );
  };

  it('that hides a product or an order from the key deletes neither in the shop', () =>
    within(async ({ shop, odoo }, sync) => {
      const partner = odoo.admin.create('res.partner', { name: 'Ada', email: 'ada@odoo.example', customer_rank: 1 });
      const templates = upTo(10).map((n) =>
        odoo.admin.create('product.template', { name: `P ${n}`, default_code: `P-${n}`, list_price: 10 }),
      );
      const orders = upTo(10).map((n) =>
        odoo.admin.create('sale.order', { partner_id: partner, client_order_ref: `R-${n}` }),
      );
      await sync('customer', true);
      for (const [entity, model, ids] of [
        ['product', 'product.template', templates],
        ['order', 'sale.order', orders],
      ] as const) {
        expect((await sync(entity, true)).counts).toEqual({ created: 10 });
        odoo.admin.hide(model, [ids[4] as number]);
        const { counts, items } = await sync(entity, true);
        expect([entity, counts]).toEqual([entity, { unchanged: 9, failed: 1 }]);
        expect(items).toMatchObject([{ external_id: String(ids[4]), error_class: 'no_access' }]);
        odoo.admin.hide(model, ids.slice(0, 6));
        expect((await sync(entity, true)).progress.error_message).toMatch(/hidden from this key/);
        odoo.admin.hide(model, []);
      }
      const { products, orders: placed } = shop.state();
      expect(products().filter(({ status }) => status !== 'trash')).toHaveLength(10);
      expect(placed().filter(({ status }) => status !== 'trash')).toHaveLength(10);
    }));

  it('that hides what was written there neither makes it twice nor calls it gone', () =>
    within(async ({ shop, odoo }, sync) => {
      const made = {
        customer: () => shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada' }).id,
        product: () => shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }).id,
      };
      const changed = {
        customer: (id: number) => shop.admin.updateCustomer(id, { billing: { phone: '+41 1' } }),
        product: (id: number) => shop.admin.updateProduct(id, { regular_price: '12' }),
      };
      const removed = {
        customer: (id: number) => shop.admin.deleteCustomer(id),
        product: (id: number) => shop.admin.deleteProduct(id),
      };
      for (const [entity, model, domain] of [
        ['customer', 'res.partner', [['email', '=', 'ada@shop.example']]],
        ['product', 'product.template', [['name', '=', 'Lamp']]],
      ] as const) {
        const id = made[entity]();
        expect((await sync(entity)).counts).toEqual({ created: 1 });
        const [entry = 0] = odoo.admin.search(model, domain);
        odoo.admin.hide(model, [entry]);
        changed[entity](id);
        const refused = await sync(entity);
        expect([entity, refused.counts]).toEqual([entity, { conflict: 1 }]);
        expect(refused.items.at(-1)).toMatchObject({
          error_class: 'no_access',
          payload: { destination_id: String(entry) },
        });
        removed[entity](id);
        const kept = await sync(entity);
        expect([entity, kept.counts.deleted]).toEqual([entity, undefined]);
        expect(odoo.admin.search(model, domain)).toEqual([entry]);
        expect(odoo.admin.get(model, entry).active).toBe(true);
        odoo.admin.hide(model, []);
      }
    }));

  it('that hides the customer or a product of an order: the order says so, and is written once it is seen again', () =>
    within(async ({ shop, odoo }, sync) => {
      const { id: customer_id } = shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada' });
      const { id: product_id } = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
      for (const entity of ['customer', 'product']) await sync(entity);
      shop.admin.createOrder({ customer_id, line_items: [{ product_id, quantity: 1 }] });
      for (const [model, field] of [
        ['res.partner', 'name'],
        ['product.template', 'name'],
      ] as const) {
        const entry = odoo.admin.search(model, [[field, 'in', ['Ada', 'Lamp']]]);
        odoo.admin.hide(model, entry);
        if (model === 'product.template')
          odoo.admin.hide('product.product', odoo.admin.search('product.product', [['product_tmpl_id', 'in', entry]]));
        const { counts, items } = await sync('order');
        expect([model, counts]).toEqual([model, { failed: 1 }]);
        expect(items.at(-1)).toMatchObject({ error_class: 'no_access', message: expect.stringContaining('hidden') });
        odoo.admin.hide(model, []);
        odoo.admin.hide('product.product', []);
      }
      expect((await sync('order')).counts).toEqual({ created: 1 });
    }));

  it('or a change by which a record leaves its domain, its kind or its role, is no deletion', () =>
    within(async ({ shop, odoo }, sync) => {
      const partners = upTo(10).map((n) =>
        odoo.admin.create('res.partner', { name: `P ${n}`, email: `p${n}@odoo.example`, customer_rank: 1 }),
      );
      const templates = upTo(10).map((n) =>
        odoo.admin.create('product.template', { name: `P ${n}`, default_code: `P-${n}`, list_price: 10 }),
      );
      for (const entity of ['customer', 'product']) await sync(entity, true);
      odoo.admin.write('res.partner', partners.slice(0, 6), { customer_rank: 0 });
      odoo.admin.write('product.template', templates.slice(0, 6), { sale_ok: false });
      for (const entity of ['customer', 'product']) {
        const { counts, progress } = await sync(entity, true);
        expect([entity, progress.status, counts]).toEqual([entity, 'completed', { unchanged: 10 }]);
      }
      const { counts, products } = shop.state();
      expect([counts.customers, products().length]).toEqual([10, 10]);
      // A buyer who becomes a wholesaler leaves the role that is read.
      for (const { id } of shop.state().customers().slice(0, 6)) shop.admin.setCustomerRole(id, 'wholesale_customer');
      expect((await sync('customer')).counts).not.toHaveProperty('deleted');
      expect(
        odoo.admin.search('res.partner', [
          ['id', 'in', partners],
          ['active', '=', true],
        ]),
      ).toHaveLength(10);
    }));
});

/** Sends the webhook of a product that is gone, and waits for its run. */
async function toldGone({ org, connection, id }: { org: string; connection: string; id: number }): Promise<Json> {
  const hooks = async (): Promise<Json[]> =>
    (await fixture.call(org, 'GET', `/runs?connection_id=${connection}&limit=100`)).body.items.filter(
      ({ kind }: Json) => kind === 'webhook',
    );
  const before = new Set((await hooks()).map(({ sync_id }) => sync_id));
  const body = JSON.stringify({ id });
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  const headers = { 'x-wc-webhook-topic': 'product.deleted', 'x-wc-webhook-signature': signature };
  await send(fixture.service, `/api/sync/hooks/${connection}`, { ...headers, method: 'POST', body });
  return waitFor('the run of the webhook has ended', async () =>
    (await hooks()).find(({ sync_id, progress }) => !before.has(sync_id) && progress.completed_at),
  );
}

/** So many products in a shop that are in another one, too, whose connection has these settings. */
async function withCopied(
  count: number,
  settings: object,
  work: (bent: BentShop, other: BentShop, ids: readonly number[]) => Promise<void>,
): Promise<void> {
  await withBentShop(fixture, (bent) =>
    withBentShop(
      fixture,
      async (other) => {
        const ids = Array.from(
          { length: count },
          (_, n) => bent.shop.admin.createProduct({ name: `P ${n}`, sku: `P-${n}`, regular_price: '10' }).id,
        );
        const run = await bent.sync('product', { destination: { connection_id: other.id } }, 60_000);
        expect(run.counts).toEqual({ created: count });
        const own = { allow_http: true, home_url: bent.shop.url, webhook_destination: other.id };
        await fixture.call(bent.org, 'PATCH', `/connections/${bent.id}`, { webhook_secret: SECRET, settings: own });
        await work(bent, other, ids);
      },
      { org: bent.org, seed: 7, settings },
    ),
  );
}

const inTrash = ({ shop }: BentShop) =>
  shop
    .state()
    .products()
    .filter(({ status }) => status === 'trash').length;

describe('Deletions that are told one by one', () => {
  it('count together within the hours of the guard only', () =>
    withCopied(10, { delete_guard_hours: 0 }, async (bent, other, ids) => {
      for (const id of ids.slice(0, 3)) {
        bent.shop.admin.trashProduct(id);
        const run = await toldGone({ org: bent.org, connection: bent.id, id });
        expect(run.counts).toEqual({ deleted: 1 });
      }
      expect(inTrash(other)).toBe(3);
      const settings = { allow_http: true, home_url: other.shop.url, delete_guard_hours: 1 };
      await fixture.call(bent.org, 'PATCH', `/connections/${other.id}`, { settings });
      bent.shop.admin.trashProduct(ids[3] ?? 0);
      const run = await toldGone({ org: bent.org, connection: bent.id, id: ids[3] ?? 0 });
      expect(run.progress).toMatchObject({ status: 'failed', error_message: expect.stringMatching(/4 of 10/) });
      expect(inTrash(other)).toBe(3);
    }));

  it('The guard holds for retry-failed, which may always delete one item', () =>
    withCopied(20, {}, async (bent, other, ids) => {
      for (const id of ids.slice(0, 3)) bent.shop.admin.trashProduct(id);
      const refused = { code: 'plugin_says_no', message: 'Not now.', data: { status: 400 } };
      other.proxy.bend((request, forward) =>
        request.method === 'DELETE' ? { status: 400, headers: {}, body: JSON.stringify(refused) } : forward(),
      );
      const run = await bent.sync('product', { destination: { connection_id: other.id } });
      expect(run.counts).toEqual({ unchanged: 17, failed: 3 });
      other.proxy.bend(null);
      const settings = { allow_http: true, home_url: other.shop.url, delete_guard_percent: 5 };
      await fixture.call(bent.org, 'PATCH', `/connections/${other.id}`, { settings });
      const retried = async (body: object) => {
        const { body: started } = await fixture.call(bent.org, 'POST', `/progress/${run.sync_id}/retry-failed`, body);
        return fixture.ended(bent.org, started.sync_id);
      };
      expect((await retried({})).progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringMatching(/3 of 20 .*above the guard of 5 %/),
      });
      expect(inTrash(other)).toBe(0);
      expect((await retried({ external_id: String(ids[0]) })).counts).toEqual({ deleted: 1 });
      expect(inTrash(other)).toBe(1);
    }));

  it('The guard holds for deletions told one by one', () => {
    const org = newOrgName();
    return withSystems(
      fixture,
      org,
      { shop: {}, odoo: { version: 19 } },
      async ({ shop, odoo, shopId, odooId, there }) => {
        const ids = Array.from(
          { length: 20 },
          (_, n) => shop.admin.createProduct({ name: `P ${n}`, sku: `P-${n}`, regular_price: '10' }).id,
        );
        expect((await fixture.run(org, there('product'), 60_000)).counts).toEqual({ created: 20 });
        const settings = { allow_http: true, home_url: shop.url, webhook_destination: odooId };
        await fixture.call(org, 'PATCH', `/connections/${shopId}`, { webhook_secret: SECRET, settings });
        const runs: Json[] = [];
        for (const id of ids.slice(0, 10)) {
          shop.admin.trashProduct(id);
          runs.push(await toldGone({ org, connection: shopId, id }));
        }
        const archived = () => odoo.admin.search('product.template', [['active', '=', false]]).length;
        // 3 of 20 are 15 %, whether one run deletes them or three.
        expect(archived()).toBe(3);
        const statuses = runs.map(({ progress }) => progress.status);
        expect(statuses).toEqual([...Array(3).fill('completed'), ...Array(7).fill('failed')]);
        for (const { progress } of runs.slice(3)) expect(progress.error_message).toMatch(/above the guard of 15 %/);
        const reason = { override_guard: { reason: 'The collection of last year is over.' } };
        await fixture.run(org, { ...there('product'), ...reason }, 60_000);
        expect(archived()).toBe(10);
      },
    );
  });
});
