import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, RunsFixture } from './runs.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

const ORG = 'org-missing-references';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const inSystems = (work: (systems: TwoSystems) => Promise<void>, shopSettings: object = {}) =>
  withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 }, shopSettings }, work);

async function synced({ there }: TwoSystems, entity: string): Promise<{ counts: Json; items: Json[] }> {
  const { counts, progress } = await fixture.run(ORG, there(entity));
  const { body } = await fixture.call(ORG, 'GET', `/progress/${progress.sync_id}/items`);
  return { counts, items: body.items };
}

const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };
const LAMP = { name: 'Lamp', sku: 'LAMP-1', regular_price: '10' };

describe('An order whose customer or product is not in Odoo says what helps, and that helps', () => {
  it('A buyer whose role is not customer does not fail as "sync customers first" for ever', () =>
    inSystems(async (systems) => {
      const { shop, shopId } = systems;
      const { id } = shop.admin.createCustomer(ADA);
      shop.admin.setCustomerRole(id, 'wholesale_customer');
      const { id: product_id } = shop.admin.createProduct(LAMP);
      shop.admin.createOrder({ customer_id: id, line_items: [{ product_id, quantity: 1 }] });
      const check = await fixture.call(ORG, 'POST', `/connections/${shopId}/check`);
      expect(check.body.warnings.join()).toMatch(/^1 buyers .*wholesale_customer.*customer_roles/);
      await synced(systems, 'customer');
      await synced(systems, 'product');
      const { items } = await synced(systems, 'order');
      expect(items).toMatchObject([{ error_class: 'customer_missing' }]);
      expect(items[0].message).toMatch(/role wholesale_customer\. Set customer_roles .* to all, then sync customers/);
      const preview = await fixture.call(ORG, 'POST', `/connections/${shopId}/preview`, {
        ...{ destination: systems.there('order').destination, entity_type: 'order' },
      });
      await fixture.ended(ORG, preview.body.sync_id);
      const { body } = await fixture.call(ORG, 'GET', `/progress/${preview.body.sync_id}/items`);
      expect(body.items).toMatchObject([{ error_class: 'customer_missing', message: items[0].message }]);

      const settings = { customer_roles: 'all' };
      expect((await fixture.call(ORG, 'PATCH', `/connections/${shopId}`, { settings })).status).toBe(200);
      await synced(systems, 'customer');
      expect((await synced(systems, 'order')).counts).toEqual({ created: 1 });
    }));

  it('a guest whom the connection leaves out', () =>
    inSystems(
      async (systems) => {
        const { shop, shopId } = systems;
        const { id: product_id } = shop.admin.createProduct(LAMP);
        shop.admin.createOrder({ billing: ADA, line_items: [{ product_id, quantity: 1 }] });
        await synced(systems, 'customer');
        await synced(systems, 'product');
        const { items } = await synced(systems, 'order');
        expect(items[0].message).toMatch(/guest:ada@shop\.example .*Set include_guests/);
        const settings = { include_guests: true };
        expect((await fixture.call(ORG, 'PATCH', `/connections/${shopId}`, { settings })).status).toBe(200);
        await synced(systems, 'customer');
        expect((await synced(systems, 'order')).counts).toEqual({ created: 1 });
      },
      { include_guests: false },
    ));

  it('a product that was deleted, one of a type that is not written, and one that was not synced yet', () =>
    inSystems(async (systems) => {
      const { shop } = systems;
      const { id: customer_id } = shop.admin.createCustomer(ADA);
      await synced(systems, 'customer');
      const [bundle, gone, lamp] = [
        shop.admin.createProduct({ name: 'Bundle', sku: 'B-1', type: 'grouped' }),
        shop.admin.createProduct({ name: 'Gone', sku: 'G-1', regular_price: '5' }),
        shop.admin.createProduct(LAMP),
      ];
      for (const { id: product_id } of [bundle, gone, lamp])
        shop.admin.createOrder({ customer_id, line_items: [{ product_id, quantity: 1 }] });
      shop.admin.trashProduct(gone.id);
      const { items } = await synced(systems, 'order');
      const messages = items.map(({ message }) => message).sort();
      expect(messages).toEqual([
        expect.stringMatching(/line Bundle \(B-1\)\. .* is of the type grouped, which is never written/),
        expect.stringMatching(/line Gone \(G-1\)\. .*product \d+ is deleted there/),
        expect.stringMatching(/line Lamp \(LAMP-1\)\. Sync products first\./),
      ]);
      await synced(systems, 'product');
      expect((await synced(systems, 'order')).counts).toMatchObject({ created: 1 });
    }));

  it('a product without a SKU that was not synced yet is not turned into something else', () =>
    inSystems(async (systems) => {
      const { shop, odoo } = systems;
      const { id: customer_id } = shop.admin.createCustomer(ADA);
      await synced(systems, 'customer');
      const [vase, gone] = ['Vase', 'Gone'].map((name) => shop.admin.createProduct({ name, regular_price: '10' }));
      for (const product of [vase, gone])
        shop.admin.createOrder({ customer_id, line_items: [{ product_id: product?.id, quantity: 1 }] });
      shop.admin.deleteProduct(gone?.id ?? 0);
      const { counts, items } = await synced(systems, 'order');
      // Of what was deleted, a line without a product remains.
      expect(counts).toEqual({ created: 1, failed: 1 });
      expect(items).toMatchObject([{ error_class: 'unknown_product' }]);
      expect(items[0].message).toMatch(/line Vase, \d+ in the source, .*Sync products first\./);
      await synced(systems, 'product');
      expect((await synced(systems, 'order')).counts).toEqual({ created: 1, unchanged: 1 });
      const lines = odoo.admin.read('sale.order.line', odoo.admin.search('sale.order.line', []), [
        'name',
        'product_id',
      ]);
      const products = lines.map(({ name, product_id }) => [name, product_id[1]]);
      expect(products).toEqual([
        ['Gone', expect.stringContaining('ITEM')],
        ['Vase', expect.stringContaining('Vase')],
      ]);
    }));

  it('a variation that only its SKU could tell from the others is never guessed', () =>
    inSystems(async (systems) => {
      const { shop, odoo } = systems;
      const { id: customer_id } = shop.admin.createCustomer(ADA);
      const attributes = [{ name: 'Size', options: ['S', 'L'], variation: true, visible: true }];
      const shirt = shop.admin.createProduct({ name: 'Shirt', type: 'variable', attributes });
      const [, large] = ['S', 'L'].map((option) =>
        shop.admin.createVariation(shirt.id, { attributes: [{ name: 'Size', option }], regular_price: '10' }),
      );
      shop.admin.createOrder({
        ...{ customer_id, line_items: [{ product_id: shirt.id, variation_id: large?.id, quantity: 1 }] },
      });
      await synced(systems, 'customer');
      await synced(systems, 'product');
      const { items } = await synced(systems, 'order');
      expect(items).toMatchObject([{ error_class: 'unknown_variant' }]);
      expect(items[0].message).toMatch(/several variants .* Give the variations SKUs/);
      shop.admin.updateVariation(shirt.id, large?.id ?? 0, { sku: 'SHIRT-L' });
      await synced(systems, 'product');
      expect((await synced(systems, 'order')).counts).toEqual({ created: 1 });
      const [line = 0] = odoo.admin.search('sale.order.line', []);
      const [sold] = odoo.admin.get('sale.order.line', line).product_id;
      expect(odoo.admin.get('product.product', sold)).toMatchObject({ default_code: 'SHIRT-L' });
    }));
});
