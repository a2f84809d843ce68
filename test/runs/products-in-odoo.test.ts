import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, RunsFixture } from './runs.support.ts';

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
});
