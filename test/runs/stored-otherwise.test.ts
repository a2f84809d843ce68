import { startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBendingProxy } from '../support/bending-proxy.ts';
import { newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

it('A text that the destination cuts off is told with both values, and counts as written', async () => {
  const org = newOrgName();
  const empty = { customers: 0, products: 0, orders: 0 };
  const [shop, odoo] = [
    await startWooCommerceSandbox(empty),
    await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ];
  const proxy = await startBendingProxy(shop.url);
  // A plugin keeps twelve characters of a phone number.
  proxy.bend(async (_request, forward) => {
    const response = await forward();
    return { ...response, body: response.body.replaceAll('+49 30 123456789', '+49 30 12345') };
  });
  try {
    const partners = [
      { name: 'Ada Example', email: 'ada@odoo.example', phone: '+49 30 123456789' },
      { name: 'Bob Example', email: 'bob@odoo.example', phone: '+49 30 1' },
    ].map((values) => odoo.admin.create('res.partner', { ...values, customer_rank: 1 }));
    const shopId = await fixture.connectShop(org, { ...shop, url: proxy.url }, { home_url: shop.url });
    const ends = {
      source_connection_id: await fixture.connectOdoo(org, odoo),
      destination: { connection_id: shopId },
      entity_type: 'customer',
    };
    const { counts, progress } = await fixture.run(org, ends);
    expect(counts).toEqual({ created: 2 });
    const { body } = await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`);
    expect(body.items).toMatchObject([
      { external_id: String(partners[0]), outcome: 'warned', error_class: 'stored_otherwise' },
    ]);
    expect(body.items[0].message).toContain('"+49 30 123456789" as "+49 30 12345"');
    expect((await fixture.run(org, ends)).counts).toEqual({ unchanged: 2 });
  } finally {
    await Promise.all([proxy.stop(), shop.stop(), odoo.stop()]);
  }
});
