import { createHmac } from 'node:crypto';
import type { OdooSandbox, WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUT, startBendingProxy } from '../support/bending-proxy.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { partnersOf, templatesOf, withEmpty } from './empty-systems.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const INCREMENTAL = { mode: 'incremental' };
const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };

function nineCustomers(shop: WooCommerceSandbox): void {
  for (let i = 1; i <= 9; i += 1) shop.admin.createCustomer({ email: `c${i}@shop.example`, first_name: `C${i}` });
}
function products(shop: WooCommerceSandbox, count: number): void {
  for (let i = 1; i <= count; i += 1) shop.admin.createProduct({ name: `P${i}`, sku: `P-${i}`, regular_price: '5' });
}
const idOf = (made: object): number => (made as { id: number }).id;
const partners = (odoo: OdooSandbox) => partnersOf(odoo, ADA.email);
const items = async (org: string, run: Json): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/progress/${run.progress.sync_id}/items`)).body.items;
const changes = async (org: string, run: Json): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/progress/${run.progress.sync_id}/changes`)).body.items;

/** What the service answers to a webhook of the shop, whose changes go to the Odoo. */
async function hook(org: string, ids: { shop: string; odoo: string }, topic: string, row: object): Promise<unknown> {
  const secret = 'a-secret-of-the-webhooks';
  const settings = { allow_http: true, webhook_destination: ids.odoo };
  await fixture.call(org, 'PATCH', `/connections/${ids.shop}`, { webhook_secret: secret, settings });
  const body = JSON.stringify(row);
  const headers = {
    'content-type': 'application/json',
    'x-wc-webhook-topic': topic,
    'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
  };
  return (await send(fixture.service, `/api/sync/hooks/${ids.shop}`, { method: 'POST', body, ...headers })).body;
}

describe('What comes back', () => {
  it('A guest who registers stays one active partner', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync }) => {
      const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
      const line_items = [{ product_id: lamp, quantity: 1 }];
      shop.admin.createOrder({ status: 'processing', billing: { ...ADA, email: 'Ada@Shop.example' }, line_items });
      nineCustomers(shop);
      expect((await sync('customer')).counts).toEqual({ created: 10 });
      const [before] = partners(odoo);
      shop.admin.createCustomer(ADA);
      for (const more of [INCREMENTAL, {}, {}]) {
        const run = await sync('customer', more);
        expect([run.counts.deleted ?? 0, run.counts.conflict ?? 0, await items(org, run)]).toEqual([0, 0, []]);
        expect(partners(odoo)).toEqual([{ ...before, active: true }]);
      }
    }));

  it('A customer who is deleted and made anew with the same e-mail ends active', () =>
    withEmpty(fixture, async ({ shop, odoo, sync }) => {
      nineCustomers(shop);
      const ada = idOf(shop.admin.createCustomer(ADA));
      await sync('customer');
      const before = partners(odoo);
      shop.admin.deleteCustomer(ada);
      shop.admin.createCustomer(ADA);
      const { counts } = await sync('customer');
      expect([counts.deleted ?? 0, counts.conflict ?? 0, counts.failed ?? 0]).toEqual([0, 0, 0]);
      expect(partners(odoo)).toEqual(before);
      for (const _ of [1, 2]) expect((await sync('customer')).counts).toEqual({ unchanged: 10 });
      expect(partners(odoo)).toEqual(before);
    }));

  it.each([{}, INCREMENTAL])('A product restored from the trash is active again', (more) =>
    withEmpty(fixture, async ({ org, shop, odoo, sync }) => {
      products(shop, 20);
      const chair = idOf(shop.admin.createProduct({ name: 'Chair', sku: 'CHAIR-1', regular_price: '10' }));
      await sync('product');
      const before = templatesOf(odoo, 'CHAIR-1');
      shop.admin.trashProduct(chair);
      expect((await sync('product')).counts).toEqual({ deleted: 1, unchanged: 20 });
      expect(templatesOf(odoo, 'CHAIR-1')).toMatchObject([{ active: false, variant: false }]);
      shop.admin.restoreProduct(chair);
      const run = await sync('product', more);
      expect([run.counts.updated, run.counts.deleted]).toEqual([1, undefined]);
      expect(templatesOf(odoo, 'CHAIR-1')).toEqual(before);
      expect(await changes(org, run)).toMatchObject([
        { external_id: String(chair), kind: 'update', fields: [{ field: 'active', old: false, new: true }] },
      ]);
      expect((await sync('product')).counts).toEqual({ unchanged: 21 });
    }),
  );

  it('A product whose archiving was not answered comes back, too', () =>
    withEmpty(fixture, async ({ shop, odoo, sync }) => {
      products(shop, 20);
      const chair = idOf(shop.admin.createProduct({ name: 'Chair', sku: 'CHAIR-1', regular_price: '10' }));
      await sync('product');
      const before = templatesOf(odoo, 'CHAIR-1');
      shop.admin.trashProduct(chair);
      odoo.setFaults([{ kind: 'response-lost', match: '/write', times: 5 }]);
      expect((await sync('product')).counts).toEqual({ deleted: 1, unchanged: 20 });
      expect(templatesOf(odoo, 'CHAIR-1')).toMatchObject([{ active: false, variant: false }]);
      shop.admin.restoreProduct(chair);
      const { counts } = await sync('product');
      expect(counts).toEqual({ updated: 1, unchanged: 20 });
      expect(templatesOf(odoo, 'CHAIR-1')).toEqual(before);
    }));

  it.each(['restored', 'made anew'] as const)(
    'A product whose archiving was not answered before the sync was cancelled comes back when it is %s',
    (how) =>
      withEmpty(fixture, async ({ org, shop, odoo, ids }) => {
        const door = await startBendingProxy(odoo.url);
        try {
          const destination = { connection_id: await fixture.connectOdoo(org, { ...odoo, url: door.url }) };
          const ends = { source_connection_id: ids.shop, destination, entity_type: 'product' };
          products(shop, 20);
          const chair = idOf(shop.admin.createProduct({ name: 'Chair', sku: 'CHAIR-1', regular_price: '10' }));
          await fixture.run(org, ends);
          const [before] = templatesOf(odoo, 'CHAIR-1');
          shop.admin.trashProduct(chair);
          const isArchived = () => templatesOf(odoo, 'CHAIR-1')[0]?.active === false;
          door.bend(async (_, forward) => {
            const answer = isArchived() ? CUT : await forward();
            return isArchived() ? CUT : answer;
          });
          const { sync_id } = await fixture.start(org, ends);
          await waitFor('the archiving', async () => isArchived() || undefined);
          await fixture.call(org, 'POST', `/progress/${sync_id}/cancel`, {});
          expect((await fixture.ended(org, sync_id)).progress.status).toBe('cancelled');
          door.bend(null);
          if (how === 'restored') shop.admin.restoreProduct(chair);
          else {
            shop.admin.deleteProduct(chair);
            shop.admin.createProduct({ name: 'Chair new', sku: 'CHAIR-1', regular_price: '10' });
          }
          const { counts } = await fixture.run(org, ends);
          expect([counts.conflict ?? 0, counts.created ?? 0]).toEqual([0, 0]);
          const name = how === 'restored' ? 'Chair' : 'Chair new';
          expect(templatesOf(odoo, 'CHAIR-1')).toEqual([{ ...before, name }]);
        } finally {
          await door.stop();
        }
      }),
  );

  it('A new product with the SKU of a deleted one brings the archived entry back', () =>
    withEmpty(fixture, async ({ shop, odoo, sync }) => {
      products(shop, 20);
      const desk = idOf(shop.admin.createProduct({ name: 'Desk', sku: 'DESK-1', regular_price: '20' }));
      await sync('product');
      const [before] = templatesOf(odoo, 'DESK-1');
      shop.admin.deleteProduct(desk);
      shop.admin.createProduct({ name: 'Desk new', sku: 'DESK-1', regular_price: '22' });
      const { counts } = await sync('product');
      expect([counts.deleted ?? 0, counts.conflict ?? 0]).toEqual([0, 0]);
      expect(templatesOf(odoo, 'DESK-1')).toEqual([{ ...before, name: 'Desk new', list_price: 22 }]);
      expect((await sync('product')).counts).toEqual({ unchanged: 21 });
    }));

  it.each([{}, { confirm_orders: true, field_directions: { order: { status: 'both' } } }])(
    'An order restored from the trash is a quotation again',
    (settings) =>
      withEmpty(
        fixture,
        async ({ shop, odoo, sync }) => {
          const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
          const ada = idOf(shop.admin.createCustomer(ADA));
          const [first = 0] = Array.from({ length: 10 }, () =>
            idOf(
              shop.admin.createOrder({
                customer_id: ada,
                status: 'processing',
                line_items: [{ product_id: lamp, quantity: 1 }],
              }),
            ),
          );
          for (const entity of ['customer', 'product', 'order']) await sync(entity);
          const before = odoo.admin.read('sale.order', odoo.admin.search('sale.order', []), ['state', 'amount_total']);
          shop.admin.trashOrder(first);
          expect((await sync('order')).counts).toEqual({ deleted: 1, unchanged: 9 });
          expect(odoo.admin.search('sale.order', [['state', '=', 'cancel']])).toHaveLength(1);
          shop.admin.restoreOrder(first, 'processing');
          expect((await sync('order')).counts).toEqual({ updated: 1, unchanged: 9 });
          expect(odoo.admin.read('sale.order', odoo.admin.search('sale.order', []), ['state', 'amount_total'])).toEqual(
            before,
          );
          expect((await sync('order')).counts).toEqual({ unchanged: 10 });
        },
        settings,
      ),
  );

  it('an order that a person cancelled in Odoo stays cancelled, and is told', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync }) => {
      const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
      const ada = idOf(shop.admin.createCustomer(ADA));
      shop.admin.createOrder({
        customer_id: ada,
        status: 'processing',
        line_items: [{ product_id: lamp, quantity: 1 }],
      });
      for (const entity of ['customer', 'product', 'order']) await sync(entity);
      const orders = odoo.admin.search('sale.order', []);
      odoo.admin.call('sale.order', 'action_cancel', orders);
      const run = await sync('order');
      expect(run.counts).toEqual({ conflict: 1 });
      expect(await items(org, run)).toMatchObject([{ error_class: 'archived_at_destination' }]);
      expect(odoo.admin.read('sale.order', orders, ['state'])).toMatchObject([{ state: 'cancel' }]);
    }));

  it('A first match with an archived entry wakes it or says so', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync }) => {
      const template = odoo.admin.create('product.template', {
        name: 'Old bench',
        default_code: 'BENCH-1',
        list_price: 3,
      });
      odoo.admin.archive('product.template', [template]);
      shop.admin.createProduct({ name: 'Bench', sku: 'BENCH-1', regular_price: '30' });
      const partner = odoo.admin.create('res.partner', { name: 'Old Ada', email: ADA.email, customer_rank: 1 });
      odoo.admin.archive('res.partner', [partner]);
      shop.admin.createCustomer(ADA);
      for (const [entity, id] of [
        ['product', template],
        ['customer', partner],
      ] as const) {
        for (const _ of [1, 2]) {
          const run = await sync(entity);
          expect(run.counts).toEqual({ conflict: 1 });
          const [told] = await items(org, run);
          expect(told).toMatchObject({ outcome: 'skipped' });
          expect(['archived_at_destination', 'ambiguous_match']).toContain(told.error_class);
          expect(told.message).toContain(`Entry ${id} `);
          expect(told.message).toContain('archived');
        }
      }
      expect(templatesOf(odoo, 'BENCH-1')).toMatchObject([{ name: 'Old bench', list_price: 3, active: false }]);
      expect(partners(odoo)).toMatchObject([{ name: 'Old Ada', active: false }]);
    }));

  it('What another shop still has is unbound, not archived', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync, another }) => {
      const second = await another();
      const made = [shop, second.shop].map((one) => ({
        customer: idOf(one.admin.createCustomer(ADA)),
        product: idOf(one.admin.createProduct({ name: 'Both', sku: 'BOTH-1', regular_price: '5' })),
      }));
      nineCustomers(shop);
      products(shop, 9);
      for (const from of [sync, second.sync]) for (const entity of ['customer', 'product']) await from(entity);
      const active = [{ active: true }];
      shop.admin.deleteCustomer(made[0]?.customer ?? 0);
      shop.admin.trashProduct(made[0]?.product ?? 0);
      for (const entity of ['customer', 'product']) {
        const run = await sync(entity);
        expect(run.counts).toEqual({ unchanged: 10 });
        expect(await changes(org, run)).toMatchObject([
          { kind: 'unbind', reason: expect.stringContaining('still in use') },
        ]);
        expect((await second.sync(entity)).counts).toEqual({ unchanged: 1 });
      }
      expect([partners(odoo), templatesOf(odoo, 'BOTH-1')]).toMatchObject([active, active]);
      // The last one lets it go.
      second.shop.admin.deleteCustomer(made[1]?.customer ?? 0);
      second.shop.admin.trashProduct(made[1]?.product ?? 0);
      for (const entity of ['customer', 'product'])
        expect((await second.sync(entity, { override_guard: { reason: 'the last' } })).counts).toEqual({ deleted: 1 });
      expect([partners(odoo), templatesOf(odoo, 'BOTH-1')]).toMatchObject([[{ active: false }], [{ active: false }]]);
    }));

  it('An order of a product that another shop brings back says what it waits for, and is then made once', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync, another }) => {
      const second = await another();
      products(shop, 9);
      const both = { name: 'Both', sku: 'BOTH-1', regular_price: '5' };
      const product_id = idOf(shop.admin.createProduct(both));
      const customer_id = idOf(shop.admin.createCustomer(ADA));
      for (const entity of ['customer', 'product']) await sync(entity);
      shop.admin.createOrder({ customer_id, status: 'processing', line_items: [{ product_id, quantity: 1 }] });
      shop.admin.deleteProduct(product_id);
      expect((await sync('product')).counts).toEqual({ unchanged: 9, deleted: 1 });
      const waiting = await sync('order');
      expect(waiting.counts).toEqual({ failed: 1 });
      expect(await items(org, waiting)).toMatchObject([{ error_class: 'product_archived' }]);
      second.shop.admin.createProduct(both);
      await second.sync('product');
      expect(templatesOf(odoo, 'BOTH-1')).toMatchObject([{ active: true }]);
      expect((await sync('order')).counts).toEqual({ created: 1 });
      expect((await sync('order')).counts).toEqual({ unchanged: 1 });
    }));

  it('What a shop has whose connection was removed is unbound, not archived, and is found again when the shop is', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync, another }) => {
      const second = await another();
      const [ada] = [shop, second.shop].map((one) => idOf(one.admin.createCustomer(ADA)));
      nineCustomers(shop);
      for (const from of [sync, second.sync]) await from('customer');
      expect((await fixture.call(org, 'DELETE', `/connections/${second.id}`)).status).toBe(204);
      shop.admin.deleteCustomer(ada ?? 0);
      const run = await sync('customer');
      expect(run.counts).toEqual({ unchanged: 10 });
      expect(await changes(org, run)).toMatchObject([
        { kind: 'unbind', reason: expect.stringContaining('still in use') },
      ]);
      expect(partners(odoo)).toMatchObject([{ active: true }]);
      const again = await second.again();
      expect((await again('customer')).counts).toEqual({ unchanged: 1 });
      // Nobody else has it any more, and its last item goes.
      second.shop.admin.deleteCustomer(idOf(second.shop.state().customers()[0] ?? {}));
      expect((await again('customer', { override_guard: { reason: 'the last' } })).counts).toEqual({ deleted: 1 });
      expect(partners(odoo)).toMatchObject([{ active: false }]);
    }));

  it('What a sync of a removed connection archived comes back with the same item of another', () =>
    withEmpty(fixture, async ({ org, shop, odoo, ids, sync, another }) => {
      const ada = idOf(shop.admin.createCustomer(ADA));
      await sync('customer');
      shop.admin.deleteCustomer(ada);
      expect((await sync('customer', { override_guard: { reason: 'the last' } })).counts).toEqual({ deleted: 1 });
      expect((await fixture.call(org, 'DELETE', `/connections/${ids.shop}`)).status).toBe(204);
      const second = await another();
      second.shop.admin.createCustomer(ADA);
      expect((await second.sync('customer')).counts).toEqual({ updated: 1 });
      expect(partners(odoo)).toMatchObject([{ active: true }]);
    }));

  it.each(['restored', 'made anew'] as const)(
    'What was deleted while its shop was not connected is archived, and comes back when it is %s',
    (how) =>
      withEmpty(fixture, async ({ org, odoo, another }) => {
        const { shop, id, sync, again } = await another();
        products(shop, 20);
        nineCustomers(shop);
        const chair = idOf(shop.admin.createProduct({ name: 'Chair', sku: 'CHAIR-1', regular_price: '10' }));
        const ada = idOf(shop.admin.createCustomer(ADA));
        for (const entity of ['product', 'customer']) await sync(entity);
        const before = [templatesOf(odoo, 'CHAIR-1')[0], partners(odoo)[0]];
        await fixture.call(org, 'DELETE', `/connections/${id}`);
        await sql(fixture.service.database.appUrl, 'SELECT app.purge_removed_connections(1000)');
        shop.admin.trashProduct(chair);
        shop.admin.deleteCustomer(ada);
        const next = await again();
        for (const entity of ['product', 'customer']) expect((await next(entity)).counts.deleted).toBe(1);
        if (how === 'restored') shop.admin.restoreProduct(chair);
        else {
          shop.admin.deleteProduct(chair);
          shop.admin.createProduct({ name: 'Chair new', sku: 'CHAIR-1', regular_price: '10' });
        }
        shop.admin.createCustomer({ ...ADA, first_name: 'Adelaide' });
        for (const entity of ['product', 'customer']) {
          const { counts } = await next(entity);
          expect([counts.conflict ?? 0, counts.created ?? 0, counts.updated]).toEqual([0, 0, 1]);
        }
        expect(templatesOf(odoo, 'CHAIR-1')).toEqual([
          { ...before[0], name: how === 'restored' ? 'Chair' : 'Chair new' },
        ]);
        expect(partners(odoo)).toEqual([{ ...before[1], name: 'Adelaide Example' }]);
      }),
  );

  it('An order never goes to an archived partner in silence', () =>
    withEmpty(fixture, async ({ org, shop, odoo, sync }) => {
      const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
      const bulb = idOf(shop.admin.createProduct({ name: 'Bulb', sku: 'BULB-1', regular_price: '1' }));
      const ada = idOf(shop.admin.createCustomer(ADA));
      const bob = idOf(shop.admin.createCustomer({ ...ADA, email: 'bob@shop.example' }));
      for (const entity of ['customer', 'product']) await sync(entity);
      odoo.admin.archive('res.partner', odoo.admin.search('res.partner', [['email', '=', ADA.email]]));
      odoo.admin.archive('product.template', odoo.admin.search('product.template', [['name', '=', 'Bulb']]));
      const order = (customer_id: number, product_id: number) =>
        shop.admin.createOrder({ customer_id, status: 'processing', line_items: [{ product_id, quantity: 1 }] });
      order(ada, lamp);
      order(bob, bulb);
      const customers = await sync('customer');
      expect(await items(org, customers)).toMatchObject([
        { error_class: 'archived_at_destination', message: expect.stringContaining('archived') },
      ]);
      const orders = await sync('order');
      expect(orders.counts).toEqual({ failed: 2 });
      expect(await items(org, orders)).toMatchObject([
        { error_class: 'customer_archived', message: expect.stringContaining('archived') },
        { error_class: 'product_archived', message: expect.stringContaining('archived') },
      ]);
      expect(odoo.admin.search('sale.order', [])).toEqual([]);
    }));
});

describe('Every kind of run', () => {
  it('brings a product back: a webhook, the apply of a preview, and the retry of an item that failed', () =>
    withEmpty(fixture, async ({ org, shop, odoo, ids, sync }) => {
      products(shop, 20);
      const chair = idOf(shop.admin.createProduct({ name: 'Chair', sku: 'CHAIR-1', regular_price: '10' }));
      await sync('product');
      const isActive = () => templatesOf(odoo, 'CHAIR-1').map(({ active, variant }) => [active, variant]);
      const ends = { destination: { connection_id: ids.odoo }, entity_type: 'product' };
      const putAway = async () => {
        shop.admin.trashProduct(chair);
        expect((await sync('product')).counts.deleted).toBe(1);
        expect(isActive()).toEqual([[false, false]]);
        shop.admin.restoreProduct(chair);
      };

      await putAway();
      const asked = await fixture.call(org, 'POST', `/connections/${ids.shop}/preview`, ends);
      const preview = await fixture.ended(org, asked.body.sync_id);
      expect(preview.counts).toEqual({ updated: 1, unchanged: 20 });
      expect(await changes(org, preview)).toMatchObject([{ fields: [{ field: 'active', old: false, new: true }] }]);
      expect((await sync('product', { preview: asked.body.cache_key })).counts).toEqual({ updated: 1 });
      expect(isActive()).toEqual([[true, true]]);

      await putAway();
      expect(await hook(org, ids, 'product.restored', { id: chair, status: 'publish' })).toEqual({
        status: 'accepted',
      });
      await waitFor('the chair is active', () => isActive().every(([template]) => template));
      expect(isActive()).toEqual([[true, true]]);

      await putAway();
      odoo.setOdooFaults({ refuse: [{ model: 'product.template', field: 'name', matching: 'Chair' }] });
      const failed = await sync('product');
      expect(failed.counts).toEqual({ failed: 1, unchanged: 20 });
      odoo.setOdooFaults({});
      const retry = await fixture.call(org, 'POST', `/progress/${failed.progress.sync_id}/retry-failed`, {});
      expect((await fixture.ended(org, retry.body.sync_id)).counts).toEqual({ updated: 1 });
      expect(isActive()).toEqual([[true, true]]);
    }));

  it('brings an order back: an incremental sync, a webhook, and the retry of an item that failed', () =>
    withEmpty(fixture, async ({ org, shop, odoo, ids, sync }) => {
      const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
      const ada = idOf(shop.admin.createCustomer(ADA));
      const [order = 0] = Array.from({ length: 10 }, () =>
        idOf(
          shop.admin.createOrder({
            ...{ customer_id: ada, status: 'processing', line_items: [{ product_id: lamp, quantity: 1 }] },
          }),
        ),
      );
      for (const entity of ['customer', 'product', 'order']) await sync(entity);
      const all = () => odoo.admin.read('sale.order', odoo.admin.search('sale.order', []), ['state', 'amount_total']);
      const before = all();
      const putAway = async () => {
        shop.admin.trashOrder(order);
        expect((await sync('order')).counts).toEqual({ deleted: 1, unchanged: 9 });
        expect(all().filter(({ state }) => state === 'cancel')).toHaveLength(1);
        shop.admin.restoreOrder(order, 'processing');
      };

      await putAway();
      expect((await sync('order', INCREMENTAL)).counts.updated).toBe(1);
      expect(all()).toEqual(before);

      await putAway();
      expect(await hook(org, ids, 'order.restored', { id: order, status: 'processing' })).toEqual({
        status: 'accepted',
      });
      await waitFor('the order is back', () => all().every(({ state }) => state !== 'cancel'));
      expect(all()).toEqual(before);

      await putAway();
      odoo.setOdooFaults({ refuse: [{ model: 'sale.order', field: 'state', matching: 'draft' }] });
      const failed = await sync('order');
      expect(failed.counts).toEqual({ failed: 1, unchanged: 9 });
      odoo.setOdooFaults({});
      const retry = await fixture.call(org, 'POST', `/progress/${failed.progress.sync_id}/retry-failed`, {});
      expect((await fixture.ended(org, retry.body.sync_id)).counts).toEqual({ updated: 1 });
      expect(all()).toEqual(before);
    }));

  it.each([{}, INCREMENTAL])(
    'takes an order out of the trash of another shop, and says so when it stays there',
    (more) =>
      withEmpty(fixture, async ({ org, shop, ids, another }) => {
        const { shop: other } = await another();
        const door = await startBendingProxy(other.url);
        try {
          const otherId = await fixture.connectShop(org, { ...other, url: door.url }, { home_url: other.url });
          const there = (entity_type: string, options = {}) =>
            fixture.run(org, {
              ...{ source_connection_id: ids.shop, destination: { connection_id: otherId }, entity_type },
              ...{ override_guard: { reason: 'a small shop' }, ...options },
            });
          const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
          const order = idOf(
            shop.admin.createOrder({
              ...{ status: 'processing', billing: ADA, line_items: [{ product_id: lamp, quantity: 1 }] },
            }),
          );
          await there('product');
          expect((await there('order')).counts).toEqual({ created: 1 });
          const seen = () =>
            other
              .state()
              .orders()
              .map(({ id, status, total, line_items }) => ({ id, status, total, line_items }));
          const before = seen();
          shop.admin.trashOrder(order);
          expect((await there('order')).counts).toEqual({ deleted: 1 });
          expect(other.state().orders()).toMatchObject([{ status: 'trash' }]);
          shop.admin.restoreOrder(order, 'processing');

          // A plugin keeps it there.
          door.bend(async ({ method, url }, forward) =>
            method === 'POST' && url.href.includes('/orders/batch')
              ? { status: 200, headers: {}, body: JSON.stringify({ update: [{ ...before[0], status: 'trash' }] }) }
              : forward(),
          );
          const kept = await there('order', more);
          expect(kept.counts).toEqual({ failed: 1 });
          expect(await items(org, kept)).toMatchObject([{ error_class: 'not_restored' }]);
          expect(other.state().orders()).toMatchObject([{ status: 'trash' }]);
          door.bend(null);
          expect((await there('order', more)).counts).toEqual({ updated: 1 });
          expect(seen()).toEqual(before);
          expect((await there('order')).counts).toEqual({ unchanged: 1 });
        } finally {
          await door.stop();
        }
      }),
  );

  it('leaves what a person put into the trash of a shop there at a first meeting, and tells it', () =>
    withEmpty(fixture, async ({ org, shop, odoo, ids }) => {
      const stool = idOf(shop.admin.createProduct({ name: 'Stool', sku: 'STOOL-1', regular_price: '5' }));
      shop.admin.trashProduct(stool);
      odoo.admin.create('product.template', { name: 'Stool', default_code: 'STOOL-1', list_price: 7 });
      const before = shop.state().products();
      const back = { source_connection_id: ids.odoo, destination: { connection_id: ids.shop }, entity_type: 'product' };
      for (const on_conflict of ['skip', 'overwrite']) {
        const settings = { allow_http: true, on_conflict };
        expect((await fixture.call(org, 'PATCH', `/connections/${ids.shop}`, { settings })).status).toBe(200);
        const run = await fixture.run(org, back);
        expect(run.counts).toEqual({ conflict: 1 });
        expect(await items(org, run)).toMatchObject([
          { error_class: 'archived_at_destination', payload: { destination_id: String(stool) } },
        ]);
        expect(shop.state().products()).toEqual(before);
      }
      shop.admin.restoreProduct(stool);
      expect((await fixture.run(org, back)).counts).toEqual({ updated: 1 });
      expect(shop.state().products()).toMatchObject([{ id: stool, regular_price: '7' }]);
    }));

  it('brings back from the trash of a shop what was made anew in Odoo', () =>
    withEmpty(fixture, async ({ org, shop, odoo, ids }) => {
      const back = { source_connection_id: ids.odoo, destination: { connection_id: ids.shop }, entity_type: 'product' };
      const override_guard = { reason: 'one of two' };
      const make = (name: string, default_code: string) =>
        odoo.admin.create('product.template', { name, default_code, list_price: 7 });
      const stool = make('Stool', 'STOOL-1');
      make('Table', 'TABLE-1');
      const bySku = (sku: string) =>
        shop
          .state()
          .products()
          .filter((one) => one.sku === sku);
      expect((await fixture.run(org, back)).counts).toEqual({ created: 2 });
      const [before] = bySku('STOOL-1');
      odoo.admin.unlink('product.template', [stool]);
      expect((await fixture.run(org, { ...back, override_guard })).counts).toEqual({ deleted: 1, unchanged: 1 });
      expect(bySku('STOOL-1')).toMatchObject([{ id: before?.id, status: 'trash' }]);
      make('Stool', 'STOOL-1');
      expect((await fixture.run(org, back)).counts).toEqual({ updated: 1, unchanged: 1 });
      expect(bySku('STOOL-1')).toMatchObject([{ id: before?.id, status: 'publish', name: 'Stool' }]);
      expect((await fixture.run(org, back)).counts).toEqual({ unchanged: 2 });

      // A person's trash is told.
      shop.admin.trashProduct(before?.id ?? 0);
      const told = await fixture.run(org, back);
      expect(told.counts).toEqual({ conflict: 1, unchanged: 1 });
      expect(await items(org, told)).toMatchObject([{ error_class: 'archived_at_destination' }]);
      expect(bySku('STOOL-1')).toMatchObject([{ status: 'trash' }]);
    }));

  it('with overwrite, matches a vanished entry again before it creates one', () =>
    withEmpty(
      fixture,
      async ({ shop, odoo, sync }) => {
        nineCustomers(shop);
        shop.admin.createCustomer(ADA);
        await sync('customer');
        const [gone] = partners(odoo);
        // Two partners were merged: another one has the email now.
        odoo.admin.unlink('res.partner', [gone.id]);
        const merged = odoo.admin.create('res.partner', { name: 'Ada Example', email: ADA.email, customer_rank: 1 });
        const { counts } = await sync('customer');
        expect([counts.created, counts.conflict]).toEqual([undefined, undefined]);
        expect(partners(odoo)).toMatchObject([{ id: merged, active: true }]);
        expect((await sync('customer')).counts).toEqual({ unchanged: 10 });
        odoo.admin.unlink('res.partner', [merged]);
        expect((await sync('customer')).counts).toEqual({ created: 1, unchanged: 9 });
        expect(partners(odoo)).toHaveLength(1);
      },
      { on_conflict: 'overwrite' },
    ));

  it('takes a product out of the trash of another shop with its variations, and makes no order of one that a person trashed', () =>
    withEmpty(fixture, async ({ org, shop, ids, another }) => {
      const { shop: other, id: otherId } = await another();
      const there = (entity_type: string) => ({
        source_connection_id: ids.shop,
        destination: { connection_id: otherId },
        entity_type,
        override_guard: { reason: 'a small shop' },
      });
      const attributes = [{ name: 'Size', options: ['S', 'M'], variation: true }];
      const shirt = idOf(shop.admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable', attributes }));
      for (const option of ['S', 'M'])
        shop.admin.createVariation(shirt, {
          sku: `SHIRT-${option}`,
          regular_price: '9',
          attributes: [{ name: 'Size', option }],
        });
      expect((await fixture.run(org, there('product'))).counts).toEqual({ created: 1 });
      const before = [other.state().products(), other.state().variations()]
        .flat()
        .map(({ id, status }) => [id, status]);
      shop.admin.trashProduct(shirt);
      expect((await fixture.run(org, there('product'))).counts).toEqual({ deleted: 1 });
      expect(other.state().products()).toMatchObject([{ status: 'trash' }]);
      shop.admin.restoreProduct(shirt);
      expect((await fixture.run(org, there('product'))).counts).toEqual({ updated: 1 });
      const after = [other.state().products(), other.state().variations()].flat().map(({ id, status }) => [id, status]);
      expect(after).toEqual(before);
      expect((await fixture.run(org, there('product'))).counts).toEqual({ unchanged: 1 });

      const lamp = idOf(shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' }));
      await fixture.run(org, there('product'));
      other.admin.trashProduct(
        other
          .state()
          .products()
          .find(({ sku }) => sku === 'LAMP-1')?.id ?? 0,
      );
      shop.admin.createOrder({ status: 'processing', billing: ADA, line_items: [{ product_id: lamp, quantity: 1 }] });
      const orders = await fixture.run(org, there('order'));
      expect(orders.counts).toEqual({ failed: 1 });
      expect(await items(org, orders)).toMatchObject([{ error_class: 'product_archived' }]);
      expect(other.state().orders()).toEqual([]);
    }));
});
