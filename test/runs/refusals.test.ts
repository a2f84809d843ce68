import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bendRows, changed, startBendingProxy } from '../support/bending-proxy.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';
import { withSystems } from './two-systems.support.ts';

const ORG = 'org-refusals';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const failures = async (run: Json): Promise<Json[]> =>
  (await fixture.call(ORG, 'GET', `/progress/${run.progress.sync_id}/items`)).body.items;

describe('What a destination refused', () => {
  it('An item that fails for good is not sent again in every run', () =>
    withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 }, recorded: true }, async (systems) => {
      const { odoo, shopId, back, sent } = systems;
      const emails = ['no mail', 'bad@', 'ada@shop.example'];
      const [first = 0] = emails.map((email) =>
        odoo.admin.create('res.partner', { name: `P ${email}`, email, customer_rank: 1 }),
      );
      const sync = async (more: object = {}) => {
        const run = await fixture.run(ORG, { ...back('customer'), ...more });
        return { run, codes: (await failures(run)).map(({ error_class }) => error_class), posts: sent().shop.length };
      };
      const codes = ['customer_invalid_email', 'customer_invalid_email'];
      const made = await sync();
      expect(made.run.counts).toEqual({ created: 1, failed: 2 });
      expect([made.codes, made.posts]).toEqual([codes, 1]);
      for (const mode of ['full', 'incremental'] as const) {
        const again = await sync({ mode });
        expect([again.run.counts.failed, again.codes, again.posts]).toEqual([2, codes, 0]);
        for (const { message } of await failures(again.run)) expect(message).toContain('Unchanged since');
      }

      // A person who asks for it sends it again.
      const { run } = await sync();
      const retry = await fixture.call(ORG, 'POST', `/progress/${run.progress.sync_id}/retry-failed`, {});
      expect((await fixture.ended(ORG, retry.body.sync_id)).counts).toEqual({ failed: 2 });
      expect(sent().shop).toHaveLength(1);

      // Other settings may make it possible.
      const { body } = await fixture.call(ORG, 'GET', `/connections/${shopId}`);
      const settings = { ...body.settings, batch_size: 50 };
      expect((await fixture.call(ORG, 'PATCH', `/connections/${shopId}`, { settings })).status).toBe(200);
      expect((await sync()).posts).toBe(1);
      expect((await sync()).posts).toBe(0);

      odoo.admin.write('res.partner', [first], { email: 'mended@shop.example' });
      const mended = await sync();
      expect([mended.run.counts, mended.posts]).toEqual([{ created: 1, failed: 1, unchanged: 1 }, 1]);
    }));
});

it('An order that Odoo adds up otherwise once it is made is not made again in every run', () =>
  withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 } }, async ({ shop, shopId, odoo }) => {
    const ada = shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
    const lamp = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
    shop.admin.createOrder({ customer_id: ada.id, line_items: [{ product_id: lamp.id, quantity: 1 }] });
    // An Odoo with a module that adds a tax of its own.
    const taxed = (row: Json) => ('amount_tax' in row ? { ...row, amount_tax: row.amount_tax + 1 } : row);
    const proxy = await startBendingProxy(
      odoo.url,
      changed((answer) => bendRows(answer, taxed)),
    );
    try {
      const odooId = await fixture.connectOdoo(ORG, { ...odoo, url: proxy.url });
      const sync = (entity_type: string) =>
        fixture.run(ORG, {
          source_connection_id: shopId,
          destination: { connection_id: odooId },
          entity_type,
        });
      for (const entity of ['customer', 'product']) await sync(entity);
      for (const said of ['made it', 'Unchanged since']) {
        const run = await sync('order');
        expect(await failures(run)).toMatchObject([
          { error_class: 'totals_differ', message: expect.stringContaining(said) },
        ]);
        expect(odoo.calls()['sale.order.create']).toBe(1);
      }
      expect(odoo.admin.search('sale.order', [])).toEqual([]);
    } finally {
      await proxy.stop();
    }
  }));

describe('What may succeed once the destination has changed', () => {
  it('is tried again by incremental syncs, also when the source says nothing of it any more', async () => {
    let now = Date.now() - 7_200_000;
    const shopOptions = { now: () => now };
    const shopSettings = { overlap_seconds: 0 };
    await withSystems(fixture, ORG, { shop: shopOptions, odoo: { version: 19 }, shopSettings }, async (systems) => {
      const { shop, odoo, there } = systems;
      const ada = shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
      const product = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
      const buy = () =>
        shop.admin.createOrder({ customer_id: ada.id, line_items: [{ product_id: product.id, quantity: 1 }] });
      buy();
      now += 3_600_000;
      buy();
      now += 3_600_000;
      const orders = async () => {
        const run = await fixture.run(ORG, { ...there('order'), mode: 'incremental' });
        return { counts: run.counts, codes: (await failures(run)).map(({ error_class }) => error_class) };
      };
      const missing = { counts: { failed: 2 }, codes: ['customer_missing', 'customer_missing'] };
      expect([await orders(), await orders()]).toEqual([missing, missing]);
      await fixture.run(ORG, there('customer'));
      expect(await orders()).toEqual({ counts: { failed: 2 }, codes: ['unknown_product', 'unknown_product'] });
      await fixture.run(ORG, there('product'));
      expect(await orders()).toEqual({ counts: { created: 2 }, codes: [] });
      expect(odoo.admin.search('sale.order', [])).toHaveLength(2);
      // The newest change is read again, since another may have the same time.
      expect(await orders()).toEqual({ counts: { unchanged: 1 }, codes: [] });
    });
  });

  it('is tried again when a person has decided, and left alone until then', () =>
    withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 } }, async ({ shop, shopId, odoo, odooId, back }) => {
      shop.admin.createCustomer({ email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' });
      const other = { name: 'Steel Ltd', email: 'ada@shop.example', customer_rank: 1 };
      const steel = odoo.admin.create('res.partner', other);
      const sync = async () => (await fixture.run(ORG, { ...back('customer'), mode: 'incremental' })).counts;
      expect([await sync(), await sync()]).toEqual([{ conflict: 1 }, { conflict: 1 }]);
      const [account] = shop.state().customers();
      const bindings = [{ external_id: String(steel), with_external_id: String(account?.id) }];
      const decided = { with: shopId, entity_type: 'customer', bindings };
      expect((await fixture.call(ORG, 'PUT', `/connections/${odooId}/bindings`, decided)).status).toBe(200);
      expect(await sync()).toEqual({ updated: 1 });
      expect((await sync()).conflict).toBeUndefined();
    }));

  it('is sent again after a day, whatever it was refused for', () =>
    withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 }, recorded: true }, async ({ odoo, back, sent }) => {
      odoo.admin.create('res.partner', { name: 'P', email: 'no mail', customer_rank: 1 });
      const posts = async () => {
        await fixture.run(ORG, back('customer'));
        return sent().shop.length;
      };
      expect([await posts(), await posts()]).toEqual([1, 0]);
      const day =
        "UPDATE sync_refusals SET refused_at = refused_at - interval '1 day' WHERE error_class = 'customer_invalid_email'";
      await sql(fixture.service.database.superuserUrl, day);
      expect([await posts(), await posts()]).toEqual([1, 0]);
    }));
});
