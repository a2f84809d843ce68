import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
let shop: WooCommerceSandbox;
beforeAll(async () => {
  fixture = await RunsFixture.start();
  shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 });
});
afterAll(async () => {
  await shop.stop();
  await fixture.close();
});

async function withOdoo(options: object, work: (odoo: OdooSandbox) => Promise<void>): Promise<void> {
  const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0, ...options });
  try {
    await work(odoo);
  } finally {
    await odoo.stop();
  }
}

/** Syncs of an organization of its own, and the items of the last one. */
async function syncs(org: string, odoo: OdooSandbox) {
  const [shopId, odooId] = [
    await fixture.connectShop(org, shop, { home_url: shop.url }),
    await fixture.connectOdoo(org, odoo),
  ];
  const run = async (source: string, destination: object | string, entity_type: string, mode = 'full') => {
    const ended = await fixture.run(org, { source_connection_id: source, destination, entity_type, mode });
    const { body } = await fixture.call(org, 'GET', `/progress/${ended.progress.sync_id}/items`);
    return { counts: ended.counts ?? ended.progress, items: body.items as Json[] };
  };
  return {
    toOdoo: () => run(shopId, { connection_id: odooId }, 'product'),
    toRecords: (entity: string, mode?: string) => run(odooId, 'records', entity, mode),
  };
}

describe('Products in Odoo', () => {
  it.each(['always', 'dynamic', 'no_variant'] as const)(
    'An attribute that Odoo makes dynamically leaves no half-made product: %s',
    (create_variant) =>
      withOdoo({}, async (odoo) => {
        const name = `Size ${create_variant}`;
        odoo.admin.create('product.attribute', { name, create_variant });
        const sku = (end: string) => `${create_variant}-${end}`;
        const shirt = shop.admin.createProduct({
          name: `Shirt ${create_variant}`,
          type: 'variable',
          attributes: [{ name, variation: true, options: ['S', 'M'] }],
        });
        for (const option of ['S', 'M'])
          shop.admin.createVariation(shirt.id, {
            sku: sku(option),
            regular_price: '10',
            attributes: [{ name, option }],
          });
        const { toOdoo } = await syncs(`org-${create_variant}`, odoo);
        const [first, second] = [await toOdoo(), await toOdoo()];
        shop.admin.deleteProduct(shirt.id);

        const codes = odoo.admin.search('product.product', [['default_code', 'like', create_variant]]).length;
        const made = odoo.admin.search('product.template', [['name', '=', `Shirt ${create_variant}`]]).length;
        if (create_variant !== 'no_variant') {
          expect([made, codes, first.items, second.counts.unchanged]).toEqual([1, 2, [], 1]);
          return;
        }
        expect([made, codes]).toEqual([0, 0]);
        expect([first.items[0], second.items[0]]).toMatchObject(
          Array(2).fill({ error_class: 'variation_options', message: expect.stringContaining(name) }),
        );
      }),
  );

  it("An incremental sync sees a variant's new extra price", () => {
    let now = Date.UTC(2026, 8, 1);
    const anHourLater = () => {
      now += 3_600_000;
    };
    return withOdoo({ products: 10, orders: 3, partners: 3, now: () => now }, async (odoo) => {
      const { toRecords } = await syncs('org-extra', odoo);
      const incremental = async (entity: string) => (await toRecords(entity, 'incremental')).counts;
      await Promise.all([toRecords('product'), toRecords('order')]);
      anHourLater();
      odoo.admin.write('product.template', [1], { list_price: 2 });
      await incremental('product');
      const changes = {
        'product.template.attribute.value': { price_extra: 77 },
        'product.attribute.value': { name: 'Small' },
        'product.attribute': { name: 'Width' },
      };
      for (const [model, values] of Object.entries(changes)) {
        anHourLater();
        odoo.admin.write(model, [1], values);
        expect([model, await incremental('product')]).toEqual([model, expect.objectContaining({ updated: 1 })]);
      }

      const [line] = odoo.admin.read('sale.order.line', odoo.admin.search('sale.order.line', []), [
        'product_id',
        'order_id',
      ]);
      await incremental('order');
      for (const [model, id, values] of [
        ['product.product', line?.product_id[0], { default_code: 'NEW-CODE' }],
        ['account.tax', 1, { name: '15 % new' }],
      ] as const) {
        anHourLater();
        odoo.admin.write(model, [id], values);
        const { counts } = await toRecords('order', 'incremental');
        expect([model, counts.updated > 0]).toEqual([model, true]);
        expect([model, (await toRecords('order')).counts.updated ?? 0]).toEqual([model, 0]);
      }
    });
  });

  it('A change of one variant among several is seen by the next incremental sync, its deletion by the next full one', () => {
    let now = Date.UTC(2026, 8, 1);
    return withOdoo({ products: 10, orders: 0, partners: 0, now: () => now }, async (odoo) => {
      const { toRecords } = await syncs('org-variants', odoo);
      const template = odoo.admin
        .read('product.template', odoo.admin.search('product.template', []), ['product_variant_ids'])
        .find(({ product_variant_ids: ids }) => ids.length > 1);
      const [first, second] = template?.product_variant_ids ?? [];
      await toRecords('product');
      now += 3_600_000;
      odoo.admin.write('product.product', [first], { barcode: '4006381333931' });
      expect((await toRecords('product', 'incremental')).counts).toMatchObject({ updated: 1 });
      // Else the overlap would read the product again.
      now += 3_600_000;
      odoo.admin.create('product.template', { name: 'Other' });
      await toRecords('product', 'incremental');
      now += 3_600_000;
      odoo.admin.unlink('product.product', [second]);
      expect((await toRecords('product', 'incremental')).counts.updated ?? 0).toBe(0);
      expect((await toRecords('product')).counts).toMatchObject({ updated: 1 });
    });
  });
});

describe.each([18, 19] as const)('Between a shop and Odoo %s', (version) => {
  const within = (work: (systems: TwoSystems, sync: (back?: boolean) => Promise<Json>) => Promise<void>) => {
    const org = newOrgName();
    return withSystems(
      fixture,
      org,
      { shop: {}, odoo: { version }, odooSettings: { delete_guard_percent: 100 } },
      (systems) =>
        work(systems, async (back = false) => {
          const { counts, sync_id } = await fixture.run(org, (back ? systems.back : systems.there)('product'));
          return { counts, items: (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items };
        }),
    );
  };
  const templates = (odoo: OdooSandbox) =>
    odoo.admin.read('product.template', odoo.admin.search('product.template', [['sale_ok', '=', true]]));

  it('a sale price, planned or going on, leaves the price that holds without it', () =>
    within(async ({ shop: from, odoo }, sync) => {
      const planned = { date_on_sale_from_gmt: '2030-01-01T00:00:00', date_on_sale_to_gmt: '2030-01-31T23:59:59' };
      const sale = { regular_price: '33.33', sale_price: '26.67' };
      from.admin.createProduct({ name: 'Planned', sku: 'SALE-1', ...sale, ...planned });
      from.admin.createProduct({ name: 'Going on', sku: 'SALE-2', ...sale });
      expect((await sync()).counts).toEqual({ created: 2 });
      expect(templates(odoo)).toMatchObject([{ list_price: 33.33 }, { list_price: 33.33 }]);
      expect((await sync()).counts).toEqual({ unchanged: 2 });
    }));

  it('what the other cannot be is left alone and told: external, grouped and bundled products, and combos', () =>
    within(async ({ shop: from, odoo }, sync) => {
      for (const type of ['external', 'grouped', 'bundle'])
        from.admin.createProduct({ name: type, sku: `KIND-${type}`, type, regular_price: '10' });
      const { counts, items } = await sync();
      expect([counts, templates(odoo)]).toEqual([{ conflict: 3 }, []]);
      for (const [i, type] of ['bundle', 'external', 'grouped'].entries())
        expect(items.map(({ message }: Json) => message).sort()[i]).toContain(type);
      odoo.admin.create('product.template', { name: 'Menu', default_code: 'MENU-1', type: 'combo', list_price: 20 });
      const told = await sync(true);
      expect(told.items).toMatchObject([{ message: expect.stringContaining('combo') }]);
      expect(from.state().products()).toHaveLength(3);
    }));

  it('a product that comes back brings the variants that it had, and none that was archived before', () =>
    within(async ({ shop: from, odoo }, sync) => {
      const shirt = from.admin.createProduct({
        ...{
          name: 'Shirt',
          type: 'variable',
          attributes: [{ name: 'Size', variation: true, options: ['S', 'M', 'L'] }],
        },
      });
      const made = ['S', 'M', 'L'].map((option) =>
        from.admin.createVariation(shirt.id, {
          sku: `SH-${option}`,
          regular_price: '10',
          attributes: [{ name: 'Size', option }],
        }),
      );
      expect((await sync()).counts).toEqual({ created: 1 });
      const codes = (domain: unknown[]) =>
        odoo.admin
          .read('product.product', odoo.admin.search('product.product', domain), ['default_code'])
          .map(({ default_code }) => default_code)
          .sort();
      // It was sold, so it is archived and not deleted.
      const [large = 0] = odoo.admin.search('product.product', [['default_code', '=', 'SH-L']]);
      const customer = odoo.admin.create('res.partner', { name: 'Ada' });
      odoo.admin.create('sale.order', { partner_id: customer, order_line: [[0, 0, { product_id: large }]] });
      from.admin.deleteVariation(shirt.id, made[2]?.id ?? 0);
      from.admin.updateProduct(shirt.id, { attributes: [{ name: 'Size', variation: true, options: ['S', 'M'] }] });
      await sync();
      expect(codes([['active', '=', true]])).toEqual(['SH-M', 'SH-S']);
      expect(codes([])).toContain('SH-L');

      const [template = 0] = odoo.admin.search('product.template', [['name', '=', 'Shirt']]);
      from.admin.trashProduct(shirt.id);
      expect((await sync()).counts).toEqual({ deleted: 1 });
      expect(odoo.admin.get('product.template', template).active).toBe(false);
      from.admin.restoreProduct(shirt.id);
      await sync();
      expect(odoo.admin.get('product.template', template).active).toBe(true);
      expect(codes([['active', '=', true]])).toEqual(['SH-M', 'SH-S']);
    }));
});
