import type { WooCommerceSandboxOptions } from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const VAT = { id: 7, country: '', class: '', percent: 19, label: 'MwSt', shipping: true };
/** `npm test` tries a few; more by ORDERS_TO_SHOPS. */
const MIXES = Number(process.env.ORDERS_TO_SHOPS ?? 6);

type OrderLine = [product: number, quantity: number, price: number, taxes?: readonly number[]];

interface World extends TwoSystems {
  readonly org: string;
  readonly product: (sku: string) => number;
  /** A sales order of Ada, returns its id. */
  readonly order: (...lines: OrderLine[]) => number;
  readonly tax: (amount: number) => number;
  readonly sync: (...entities: string[]) => Promise<Json>;
  readonly items: (run: Json) => Promise<Json[]>;
}

function inWorld(
  work: (world: World) => Promise<void>,
  shop: WooCommerceSandboxOptions = {},
  shopSettings: object = {},
): Promise<void> {
  const org = newOrgName();
  return withSystems(fixture, org, { shop, odoo: { version: 19 }, shopSettings }, async (systems) => {
    const { odoo, back } = systems;
    const partner = odoo.admin.create('res.partner', { name: 'Ada', email: 'ada@odoo.example', customer_rank: 1 });
    await work({
      ...systems,
      org,
      product: (default_code) =>
        odoo.admin.create('product.product', { name: default_code, default_code, list_price: 10, taxes_id: [] }),
      order: (...lines) =>
        odoo.admin.create('sale.order', {
          partner_id: partner,
          order_line: lines.map(([product_id, product_uom_qty, price_unit, taxes = []]) => [
            0,
            0,
            { product_id, product_uom_qty, price_unit, tax_ids: [[6, 0, taxes]] },
          ]),
        }),
      tax: (amount) => odoo.admin.create('account.tax', { name: `Tax ${amount}`, amount, amount_type: 'percent' }),
      async sync(...entities) {
        let run: Json;
        for (const entity of entities.length > 0 ? entities : ['customer', 'product', 'order'])
          run = await fixture.run(org, back(entity));
        return run;
      },
      items: async ({ progress }) =>
        (await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items?limit=200`)).body.items,
    });
  });
}

const ordersOf = ({ shop }: TwoSystems): Json[] => shop.state().orders();

describe('An order that a shop adds up otherwise than its source is told, with both sums', () => {
  it('of taxes that the shop does not have: the item fails, and no order stays in the shop', () =>
    inWorld(async (world) => {
      const lamp = world.product('LAMP-1');
      world.order([lamp, 2, 10, [world.tax(19)]]);
      world.order([lamp, 1, 10]);
      const run = await world.sync();
      expect(run.counts).toEqual({ created: 1, failed: 1 });
      const [item] = await world.items(run);
      expect(item).toMatchObject({ error_class: 'totals_differ', outcome: 'failed' });
      expect(item.message).toContain('The order comes to 23.80 (tax 3.80); the shop made it 20.00 (tax 0.00).');
      expect(ordersOf(world)).toHaveLength(1);
      // It is not made and taken back again in every run.
      const batches = world.shop.state().requests['POST /orders/batch'];
      expect((await world.sync('order')).counts).toEqual({ unchanged: 1, failed: 1 });
      expect(world.shop.state().requests['POST /orders/batch']).toBe(batches);
    }));

  it('is written with `warn`, and its item says so', () =>
    inWorld(
      async (world) => {
        world.order([world.product('LAMP-1'), 2, 10, [world.tax(19)]]);
        const run = await world.sync();
        expect(run.counts).toEqual({ created: 1 });
        expect(await world.items(run)).toMatchObject([{ error_class: 'totals_differ', outcome: 'warned' }]);
      },
      {},
      { totals_differ: 'warn' },
    ));

  it('and arrives where the shop has the taxes of the source', () =>
    inWorld(
      async (world) => {
        world.order([world.product('LAMP-1'), 3, 19.99, [world.tax(19)]]);
        expect((await world.sync()).counts).toEqual({ created: 1 });
        expect((await world.sync('order')).counts).toEqual({ unchanged: 1 });
      },
      { taxRates: [VAT] },
    ));

  it('of cents that a shop does not show, and so adds up without: no order stays', () =>
    inWorld(
      async (world) => {
        world.order([world.product('LAMP-1'), 2, 79.96]);
        const run = await world.sync();
        expect(run.counts).toEqual({ failed: 1 });
        expect(await world.items(run)).toMatchObject([{ error_class: 'total_rounded', outcome: 'failed' }]);
        expect(ordersOf(world)).toEqual([]);
        world.shop.admin.showDecimals(2);
        await fixture.call(world.org, 'POST', `/progress/${run.progress.sync_id}/retry-failed`, {});
        await expect.poll(() => ordersOf(world), { timeout: 20_000 }).toMatchObject([{ total: '159.92' }]);
      },
      { shownDecimals: 0 },
    ));

  it('also when the response to the create was lost', () =>
    inWorld(async (world) => {
      world.order([world.product('LAMP-1'), 2, 10, [world.tax(19)]]);
      await world.sync('customer', 'product');
      world.shop.setFaults([{ kind: 'response-lost', match: '/orders/batch', every: 1, times: 1 }]);
      const run = await world.sync('order');
      expect(await world.items(run)).toMatchObject([{ error_class: 'totals_differ' }]);
      expect(run.counts.created ?? 0).toBe(0);
      expect(await world.items(await world.sync('order'))).toMatchObject([{ error_class: 'totals_differ' }]);
    }));

  it('and when the shop does not delete it again, which the item says; no second one is made', () =>
    inWorld(async (world) => {
      world.order([world.product('LAMP-1'), 2, 10, [world.tax(19)]]);
      await world.sync('customer', 'product');
      world.shop.setFaults([{ kind: 'item-errors', match: '/orders/batch', from: 2, times: 1, items: 1 }]);
      const run = await world.sync('order');
      expect(run.counts).toEqual({ failed: 1 });
      const [item] = await world.items(run);
      expect(item).toMatchObject({ error_class: 'totals_differ', outcome: 'failed' });
      const [left] = ordersOf(world);
      expect(item.message).toContain(`The shop did not delete its order ${left?.id} again`);
      world.shop.setFaults([]);
      expect(await world.items(await world.sync('order'))).toMatchObject([{ error_class: 'totals_differ' }]);
      expect(ordersOf(world)).toMatchObject([{ id: left?.id, status: 'pending' }]);
    }));

  it('and never leaves the status that it has until it is compared', () =>
    inWorld(
      async (world) => {
        const lamp = world.product('LAMP-1');
        await world.sync('product');
        const [product] = world.shop.state().products() as Json[];
        world.shop.admin.updateProduct(product.id, { manage_stock: true, stock_quantity: 10 });
        for (const taxes of [[world.tax(19)], []]) {
          const order = world.order([lamp, 2, 10, taxes]);
          world.odoo.admin.call('sale.order', 'action_confirm', [order]);
        }
        const run = await world.sync('customer', 'order');
        expect(run.counts).toEqual({ created: 1, failed: 1 });
        expect(ordersOf(world)).toMatchObject([{ status: 'processing' }]);
        // Only the order that is right took something out of the stock.
        expect(world.shop.state().products()).toMatchObject([{ stock_quantity: 8 }]);
      },
      {},
      { field_directions: { order: { status: 'both' } } },
    ));
});

describe('What a shop would make something else of is not sent', () => {
  it('a fraction of a piece, which a batch cuts off', () =>
    inWorld(async (world) => {
      const lamp = world.product('LAMP-1');
      for (const quantity of [2.5, 1]) world.order([lamp, quantity, 10]);
      const run = await world.sync();
      expect(run.counts).toEqual({ created: 1, failed: 1 });
      const [item] = await world.items(run);
      expect(item).toMatchObject({ error_class: 'invalid_quantity' });
      expect(item.message).toContain('2.5');
      expect(ordersOf(world)).toHaveLength(1);
    }));

  it('a line of nothing, on which the whole batch would end', () =>
    inWorld(async (world) => {
      const lamp = world.product('LAMP-1');
      world.order([lamp, 0, 10], [lamp, 1, 20]);
      for (let n = 0; n < 3; n += 1) world.order([lamp, 1, 10]);
      expect((await world.sync()).counts).toEqual({ created: 4 });
      const lines = ordersOf(world).map(({ line_items }) => line_items.length);
      expect(lines).toEqual([1, 1, 1, 1]);
    }));

  it('a product that the shop does not have, of which a line without a product would remain', () =>
    inWorld(async (world) => {
      world.order([world.product('LAMP-1'), 1, 10]);
      const run = await world.sync('customer', 'order');
      expect(run.counts).toEqual({ failed: 1 });
      const [item] = await world.items(run);
      expect(item).toMatchObject({ error_class: 'unknown_product' });
      expect(item.message).toMatch(/LAMP-1.*Sync products first/);
      expect((await world.sync('product', 'order')).counts).toEqual({ created: 1 });
    }));

  it('the account of a customer who is not synced, whose order would be that of a guest', () =>
    inWorld(async (world) => {
      world.order([world.product('LAMP-1'), 1, 10]);
      const run = await world.sync('product', 'order');
      expect(run.counts).toEqual({ failed: 1 });
      const [item] = await world.items(run);
      expect(item).toMatchObject({ error_class: 'customer_missing' });
      expect(item.message).toMatch(/not in the shop.*Sync customers first/);
      expect((await world.sync('customer', 'order')).counts).toEqual({ created: 1 });
      expect(ordersOf(world)[0]?.customer_id).toBeGreaterThan(0);
    }));
});

it('A connection whose prices include tax says so when it is checked, at each end', () =>
  inWorld(
    async ({ org, shopId, odooId, odoo }) => {
      const warned = async (id: string) =>
        (await fixture.call(org, 'POST', `/connections/${id}/check`)).body.warnings.join();
      expect(await warned(shopId)).toContain('Prices of products include tax');
      expect(await warned(odooId)).not.toContain('include tax');
      odoo.admin.write('res.company', [1], { account_price_include: 'tax_included' });
      expect(await warned(odooId)).toContain('Prices of products include tax');
    },
    { pricesIncludeTax: true },
  ));

describe('Whatever the taxes, quantities and amounts', () => {
  const line = fc.record({
    quantity: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 0.5, 2.25)),
    cents: fc.integer({ min: 1, max: 99_999 }),
    taxed: fc.boolean(),
  });
  const mix = fc.record({
    here: fc.constantFrom(0, 7, 19, 8.1),
    there: fc.constantFrom(0, 7, 19, 8.1),
    orders: fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
  });

  it(`an order in the shop comes to what it comes to in Odoo, or is told (${MIXES} mixes)`, async () => {
    await fc.assert(
      fc.asyncProperty(mix, ({ here, there, orders }) =>
        inWorld(
          async (world) => {
            const lamp = world.product('LAMP-1');
            const tax = world.tax(here);
            const ids = orders.map((lines) =>
              world.order(
                ...lines.map((one): OrderLine => [lamp, one.quantity, one.cents / 100, one.taxed ? [tax] : []]),
              ),
            );
            const run = await world.sync();
            const told = new Set((await world.items(run)).map(({ external_id }) => external_id));
            const wanted = ids
              .filter((id) => !told.has(String(id)))
              .map((id) => world.odoo.admin.get('sale.order', id, ['amount_total']).amount_total.toFixed(2));
            const made = ordersOf(world).map(({ total }) => total);
            expect(made.sort()).toEqual(wanted.sort());
          },
          { taxRates: there === 0 ? [] : [{ ...VAT, percent: there }] },
        ),
      ),
      { numRuns: MIXES, endOnFailure: MIXES < 20 },
    );
  });
});
