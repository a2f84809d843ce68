import { afterAll, beforeAll, expect } from 'vitest';
import { RunsFixture } from './runs.support.ts';
import { together } from './together.support.ts';
import {
  type SourceDestinationCheck,
  type TwoSystems,
  type TwoSystemsOptions,
  withSystems,
} from './two-systems.support.ts';

const ORG = 'org-changes';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '8', SYNC_ORG_CONCURRENCY: '8' });
});
afterAll(() => fixture.close());

const full = (ends: SourceDestinationCheck) => fixture.run(ORG, ends);
const incremental = (ends: SourceDestinationCheck) => fixture.run(ORG, { ...ends, mode: 'incremental' });

/** A shop whose customers, products and orders are in Odoo already. */
function whenSynced(options: TwoSystemsOptions, work: (systems: TwoSystems) => Promise<void>): Promise<void> {
  // An incremental sync leaves changes of the second in which it begins to the next sync, so the changes here are dated earlier.
  const now = () => Date.now() - 2_000;
  const shop = { customers: 4, products: 10, orders: 4, guestRate: 0, now, ...options.shop };
  return withSystems(fixture, ORG, { ...options, shop, recorded: true }, async (systems) => {
    await Promise.all([full(systems.there('customer')), full(systems.there('product'))]);
    await full(systems.there('order'));
    systems.sent();
    await work(systems);
  });
}

const partnerOf = ({ odoo }: TwoSystems, email: string): number =>
  odoo.admin.search('res.partner', [['email', '=ilike', email]])[0] as number;
const templateOf = ({ odoo }: TwoSystems, sku: string): number => {
  const [variant] = odoo.admin.search('product.product', [['default_code', '=', sku]]);
  return odoo.admin.get('product.product', variant as number, ['product_tmpl_id']).product_tmpl_id[0];
};
/** The results of a batch's writes, without the ids in the responses. */
const bodies = (sent: readonly { what: string; body: unknown }[]) =>
  sent.flatMap(({ body }) => (body as { update?: unknown[] }).update ?? [body]);

const casesOf = (version: 18 | 19) => ({
  [`with Odoo ${version}, a change in the shop passes once, and nothing but that field`]: () =>
    whenSynced({ shop: {}, odoo: { version } }, async (systems) => {
      const { shop, odoo, there, back, sent } = systems;
      const [customer] = shop.state().customers();
      const [variable, simple] = shop.state().products();
      const [variation] = shop.state().variations();
      const [order] = shop.state().orders();
      shop.admin.updateCustomer(customer?.id ?? 0, { billing: { phone: '+41 1' } });
      shop.admin.updateProduct(simple?.id ?? 0, { regular_price: '12.34' });
      shop.admin.updateVariation(variable?.id ?? 0, variation?.id ?? 0, { weight: '0.7', stock_quantity: 99 });
      shop.admin.updateOrder(order?.id ?? 0, {
        line_items: [{ id: order?.line_items[0]?.id, quantity: 9, total: '90', subtotal: '90' }],
      });
      shop.resetCounters();

      const [customers, products, orders] = await Promise.all(
        ['customer', 'product', 'order'].map((entity) => incremental(there(entity))),
      );
      expect([customers.counts.updated, products.counts.updated, orders.counts.updated]).toEqual([1, 2, 1]);
      const writes = sent().odoo;
      expect(writes.filter(({ call }) => !call.startsWith('sale.'))).toEqual(
        expect.arrayContaining([
          { call: 'res.partner.write', vals: { phone: '+41 1' } },
          { call: 'product.template.write', vals: { list_price: 12.34 } },
          { call: 'product.product.write', vals: { weight: 0.7 } },
        ]),
      );
      expect(writes.map(({ call }) => call).sort()).toEqual([
        'product.product.write',
        'product.template.write',
        'res.partner.write',
        'sale.order.write',
      ]);
      const [line] = odoo.admin.search('sale.order.line', [['product_uom_qty', '=', 9]]);
      expect(odoo.admin.get('sale.order.line', line ?? 0)).toMatchObject({ price_subtotal: 90 });

      for (const ends of [there, back])
        await Promise.all(['customer', 'product', 'order'].map((entity) => incremental(ends(entity))));
      for (const ends of [there, back])
        await Promise.all(['customer', 'product', 'order'].map((entity) => full(ends(entity))));
      expect(sent()).toEqual({ odoo: [], shop: [] });
      expect(shop.state().writes).toEqual({});
    }),

  [`with Odoo ${version}, a change in Odoo passes once, and nothing but that field`]: () =>
    whenSynced({ shop: {}, odoo: { version } }, async (systems) => {
      const { shop, odoo, there, back, sent } = systems;
      const [customer] = shop.state().customers();
      const [, simple] = shop.state().products();
      const [variation] = shop.state().variations();
      odoo.admin.write('res.partner', [partnerOf(systems, customer?.email ?? '')], { city: 'Bern' });
      odoo.admin.write('product.template', [templateOf(systems, simple?.sku ?? '')], { name: 'Better' });
      const variants = odoo.admin.search('product.product', [['default_code', '=', variation?.sku]]);
      odoo.admin.write('product.product', variants, { barcode: '4006381333931' });
      shop.resetCounters();

      // A sync in the other direction runs in between. It leaves the changes alone and does not mistake them for its own.
      for (const entity of ['customer', 'product']) expect((await full(there(entity))).counts.updated).toBeUndefined();
      const [customers, products] = await Promise.all(
        ['customer', 'product'].map((entity) => incremental(back(entity))),
      );
      expect([customers.counts.updated, products.counts.updated]).toEqual([1, 2]);
      const writes = sent();
      expect(writes.odoo).toEqual([]);
      expect(bodies(writes.shop)).toEqual(
        expect.arrayContaining([
          { id: customer?.id, billing: { city: 'Bern' } },
          { id: simple?.id, name: 'Better' },
          { id: variation?.id, global_unique_id: '4006381333931' },
        ]),
      );
      expect(shop.state().writes['customer.updated']).toBe(1);
      for (const ends of [there, back]) await Promise.all(['customer', 'product'].map((entity) => full(ends(entity))));
      expect(sent()).toEqual({ odoo: [], shop: [] });
    }),

  [`with Odoo ${version}, what both changed is a conflict that is reported and left unchanged; what only one changed is written`]:
    () =>
      whenSynced({ shop: {}, odoo: { version } }, async (systems) => {
        const { shop, odoo, there, back } = systems;
        const [one, other] = shop.state().customers();
        const [first, second] = [one, other].map((customer) => partnerOf(systems, customer?.email ?? ''));
        shop.admin.updateCustomer(one?.id ?? 0, { billing: { phone: '1', city: 'Basel' } });
        odoo.admin.write('res.partner', [first ?? 0], { phone: '2' });
        shop.admin.updateCustomer(other?.id ?? 0, { billing: { phone: '3' } });
        odoo.admin.write('res.partner', [second ?? 0], { city: 'Bern' });

        const run = await incremental(there('customer'));
        expect(run.counts).toEqual({ conflict: 1, updated: 1, unchanged: run.progress.total_items - 2 });
        const { body } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/items`);
        expect(body.items).toMatchObject([
          {
            external_id: String(one?.id),
            outcome: 'skipped',
            error_class: 'changed_on_both_sides',
            message: expect.stringContaining('phone'),
            payload: { destination_id: String(first), fields: [{ field: 'phone', old: '2', new: '1' }] },
          },
        ]);
        const partner = (id = 0) => odoo.admin.get('res.partner', id, ['phone', 'city']);
        expect([partner(first), partner(second)]).toMatchObject([
          { phone: '2', city: one?.billing.city },
          { phone: '3', city: 'Bern' },
        ]);

        const returned = await incremental(back('customer'));
        expect(returned.counts).toMatchObject({ conflict: 1, updated: 1 });
        const at = (id = 0) =>
          shop
            .state()
            .customers()
            .find((customer) => customer.id === id)?.billing;
        expect([at(one?.id), at(other?.id)]).toMatchObject([
          { phone: '1', city: 'Basel' },
          { phone: '3', city: 'Bern' },
        ]);

        const settings = { allow_http: true, on_conflict: 'overwrite' };
        expect((await fixture.call(ORG, 'PATCH', `/connections/${systems.odooId}`, { settings })).status).toBe(200);
        const retried = await fixture.call(ORG, 'POST', `/progress/${run.sync_id}/retry-failed`);
        expect((await fixture.ended(ORG, retried.body.sync_id)).counts).toEqual({ updated: 1 });
        expect(partner(first)).toMatchObject({ phone: '1', city: 'Basel' });
        for (const ends of [there, back])
          expect((await full(ends('customer'))).counts).toEqual({ unchanged: run.progress.total_items });
      }),

  [`with Odoo ${version}, a field goes only the way its direction says`]: () =>
    whenSynced(
      {
        shop: {},
        odoo: { version },
        shopSettings: {
          field_directions: { customer: { phone: 'read', 'billing.city': 'write' }, product: { price: 'none' } },
        },
      },
      async (systems) => {
        const { shop, odoo, there, back, sent } = systems;
        const [customer] = shop.state().customers();
        const simple = shop.state().products()[1];
        const partner = partnerOf(systems, customer?.email ?? '');
        const kept = odoo.admin.get('res.partner', partner, ['city']).city;
        shop.admin.updateCustomer(customer?.id ?? 0, { billing: { phone: '5', city: 'Basel' } });
        shop.admin.updateProduct(simple?.id ?? 0, { regular_price: '1', name: 'Named here' });
        await Promise.all(['customer', 'product'].map((entity) => full(there(entity))));
        expect(sent().odoo.sort((a, b) => a.call.localeCompare(b.call))).toEqual([
          { call: 'product.template.write', vals: { name: 'Named here' } },
          { call: 'res.partner.write', vals: { phone: '5' } },
        ]);
        expect(odoo.admin.get('res.partner', partner, ['city']).city).toBe(kept);

        odoo.admin.write('res.partner', [partner], { phone: '6', city: 'Bern' });
        odoo.admin.write('product.template', [templateOf(systems, simple?.sku ?? '')], { list_price: 2 });
        await Promise.all(['customer', 'product'].map((entity) => full(back(entity))));
        expect(bodies(sent().shop)).toEqual([{ id: customer?.id, billing: { city: 'Bern' } }]);
      },
    ),
});

together({ ...casesOf(18), ...casesOf(19) });
