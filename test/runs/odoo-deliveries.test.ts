import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

interface Delivered extends TwoSystems {
  /** Of the shop, with two lamps, confirmed and delivered in Odoo. */
  readonly order: Json;
  readonly saleId: number;
  readonly line: () => Json;
  readonly sync: (entity: string) => Promise<Json>;
}

async function withDelivery(version: 18 | 19, work: (systems: Delivered) => Promise<void>): Promise<void> {
  const org = newOrgName();
  await withSystems(
    fixture,
    org,
    { shop: {}, odoo: { version }, odooSettings: { delete_guard_percent: 100 } },
    async (systems) => {
      const { shop, odoo, there } = systems;
      const sync = async (entity: string) => {
        const { counts, sync_id } = await fixture.run(org, there(entity));
        return { counts, items: (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items };
      };
      const { id: customer_id } = shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada' });
      const { id: product_id } = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
      const line_items = [{ product_id, quantity: 3 }];
      const order = shop.admin.createOrder({ customer_id, status: 'processing', line_items });
      for (const entity of ['customer', 'product', 'order']) await sync(entity);
      const [saleId = 0] = odoo.admin.search('sale.order', []);
      odoo.admin.call('sale.order', 'action_confirm', [saleId]);
      const [lineId = 0] = odoo.admin.search('sale.order.line', []);
      odoo.admin.write('sale.order.line', [lineId], { qty_delivered: 2 });
      await work({ ...systems, order, saleId, sync, line: () => odoo.admin.get('sale.order.line', lineId) });
    },
  );
}

const reduced = ({ shop, order }: Delivered, quantity: number) =>
  shop.admin.updateOrder(order.id, {
    line_items: [
      { id: order.line_items[0].id, quantity, subtotal: String(10 * quantity), total: String(10 * quantity) },
    ],
  });

describe.each([18, 19] as const)('What was delivered in Odoo %s', (version) => {
  it('is not undone by a smaller quantity: the order says what Odoo says', () =>
    withDelivery(version, async (systems) => {
      reduced(systems, 2);
      expect((await systems.sync('order')).counts).toEqual({ updated: 1 });
      expect(systems.line()).toMatchObject({ product_uom_qty: 2, price_subtotal: 20 });
      reduced(systems, 1);
      const { counts, items } = await systems.sync('order');
      expect(counts).toEqual({ failed: 1 });
      expect(items).toMatchObject([
        { error_class: 'user_error', message: expect.stringMatching(/below the amount already delivered/) },
      ]);
      expect(systems.line()).toMatchObject({ product_uom_qty: 2, price_subtotal: 20 });
    }));

  it('stays when the order is cancelled, which a locked one is not', () =>
    withDelivery(version, async ({ shop, odoo, order, saleId, line, sync }) => {
      odoo.admin.call('sale.order', 'action_lock', [saleId]);
      shop.admin.trashOrder(order.id);
      const { counts, items } = await sync('order');
      expect([counts, items[0]?.message]).toEqual([
        { failed: 1 },
        expect.stringMatching(/cannot cancel a locked order/),
      ]);
      odoo.admin.call('sale.order', 'action_unlock', [saleId]);
      expect((await sync('order')).counts).toEqual({ deleted: 1 });
      expect(odoo.admin.get('sale.order', saleId).state).toBe('cancel');
      expect(line()).toMatchObject({ product_uom_qty: 3, qty_delivered: 2 });
    }));
});

it('Of merged contacts of Odoo, the customer of the one that is gone is deleted in the shop, and its orders go to the other', () => {
  const org = newOrgName();
  return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, odoo, back }) => {
    const ids = Array.from({ length: 10 }, (_, n) =>
      odoo.admin.create('res.partner', { name: `P ${n}`, email: `p${n}@odoo.example`, customer_rank: 1 }),
    );
    const [kept = 0, gone = 0] = ids;
    const sale = odoo.admin.create('sale.order', { partner_id: gone });
    for (const entity of ['customer', 'order']) await fixture.run(org, back(entity));
    // As Odoo's own wizard does it.
    const address = { partner_id: kept, partner_invoice_id: kept, partner_shipping_id: kept };
    odoo.admin.write('sale.order', [sale], address);
    odoo.admin.unlink('res.partner', [gone]);
    // Orders first: a shop takes a customer that is deleted off its orders.
    expect((await fixture.run(org, back('order'))).counts).toEqual({ updated: 1 });
    expect((await fixture.run(org, back('customer'))).counts).toEqual({ deleted: 1, unchanged: 9 });
    const [first] = shop
      .state()
      .customers()
      .filter(({ email }) => email === 'p0@odoo.example');
    expect(shop.state().orders()).toMatchObject([{ customer_id: first?.id }]);
  });
});
