import { readFileSync } from 'node:fs';
import { startOdooSandbox, startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CensusTask } from '../../src/schedules/census/census.task.ts';
import { capped, withBentShop } from '../runs/bent-shop.support.ts';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);
const takeDue = (...ids: string[]) =>
  admin("UPDATE sync_connections SET census_due_at = now() - interval '1 minute' WHERE id = ANY ($1)", [ids]).then(() =>
    fixture.service.app.get(CensusTask).startDue(),
  );
const censuses = async (org: string, id: string): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/runs?connection_id=${id}`)).body.items.filter(
    ({ mode }: Json) => mode === 'census',
  );
/** Those that are due now, after their end. */
async function daily(org: string, id: string): Promise<Json[]> {
  const before = new Set((await censuses(org, id)).map(({ sync_id }) => sync_id));
  await takeDue(id);
  const started = (await censuses(org, id)).filter(({ sync_id }) => !before.has(sync_id));
  return Promise.all(started.map(({ sync_id }) => fixture.ended(org, sync_id)));
}
const isGone = async (org: string, id: string, entity: string, external: string | number) =>
  (await fixture.call(org, 'GET', `/records/${id}/${entity}/${external}`)).body.deleted_at !== null;

async function withShop(
  sizes: { customers?: number; products?: number; orders?: number },
  work: (shop: WooCommerceSandbox, org: string, id: string) => Promise<void>,
): Promise<void> {
  const shop = await startWooCommerceSandbox({ badRate: 0, customers: 0, products: 0, orders: 0, ...sizes });
  const org = newOrgName();
  try {
    await work(shop, org, await fixture.connectShop(org, shop));
  } finally {
    await shop.stop();
  }
}

describe('A census', () => {
  it('What changes without its time of change is named in the docs and found by a census, within a day, which reads nothing but ids', () =>
    withShop({ products: 250 }, async (shop, org, id) => {
      const source = { source_connection_id: id, entity_type: 'product', mode: 'incremental' };
      expect((await fixture.run(org, source)).counts).toEqual({ created: 250 });
      const [first, second] = shop.state().products();
      shop.admin.deleteProduct(first?.id ?? 0);
      shop.admin.trashProduct(second?.id ?? 0);
      const old = shop.admin.createProduct({ name: 'Old', sku: 'OLD', date_created: '2019-01-01T00:00:00' }).id;
      shop.resetCounters();
      const page = readFileSync('docs/incremental.md', 'utf8');
      for (const named of [
        'a product or order that is deleted for good in a shop',
        'a product that was made in a shop with an old date',
      ])
        expect(page).toMatch(new RegExp(`^\\| ${named}[^|]*\\|[^|]*census[^|]*\\|[^|]*a day \\|$`, 'm'));

      const [run, ...others] = await daily(org, id);
      expect(others).toEqual([]);
      expect(run).toMatchObject({
        ...{ kind: 'sync', mode: 'census', trigger: 'schedule', requested_by: 'sync-worker', destination: 'records' },
        counts: { present: 248, deleted: 2, created: 1 },
        progress: { status: 'completed', processed_count: 251, failed_count: 0 },
      });
      expect(await isGone(org, id, 'product', first?.id ?? 0)).toBe(true);
      expect(await isGone(org, id, 'product', second?.id ?? 0)).toBe(true);
      expect((await fixture.call(org, 'GET', `/records/${id}/product/${old}`)).body.data).toMatchObject({
        name: 'Old',
      });
      // Three pages of 100 ids, their total and the look behind the end; then the three by their ids.
      expect(shop.state().requests['GET /products'] ?? 0).toBeLessThanOrEqual(9);

      // The census of today is taken.
      expect(await daily(org, id)).toEqual([]);
    }));

  it('finds accounts and guests that are gone', () =>
    withShop({ customers: 3, orders: 12 }, async (shop, org, id) => {
      await fixture.run(org, { source_connection_id: id, mode: 'incremental' });
      const guest = shop.admin.createOrder({ billing: { email: 'Leaver@shop.example', first_name: 'L' } });
      await fixture.run(org, { source_connection_id: id, mode: 'incremental' });
      const account = shop.state().customers()[0]?.id ?? 0;
      shop.admin.deleteCustomer(account);
      shop.admin.deleteOrder(guest.id);
      await fixture.call(org, 'PATCH', `/connections/${id}`, { settings: { delete_guard_percent: 100 } });
      const [run] = await daily(org, id);
      expect(run.counts.deleted).toBe(2);
      expect(await isGone(org, id, 'customer', account)).toBe(true);
      expect(await isGone(org, id, 'customer', 'guest:leaver@shop.example')).toBe(true);
    }));

  it('takes nothing for gone that a short answer leaves out, and its guard holds', () =>
    withBentShop(fixture, async (bent) => {
      const made = Array.from({ length: 40 }, (_, n) => bent.shop.admin.createProduct({ name: `P${n}` }).id);
      await bent.sync('product', { mode: 'incremental' });
      bent.proxy.bend(capped('/products', () => 10));
      expect((await bent.sync('product', { mode: 'census' })).counts).toEqual({ present: 40 });
      bent.proxy.bend(async (request, forward) => {
        const response = await forward();
        const isPage = request.url.pathname.endsWith('/products') && !request.url.searchParams.has('include');
        return isPage ? { ...response, headers: { ...response.headers, 'x-wp-total': '0' }, body: '[]' } : response;
      });
      // No page shows anything: each is asked for by its id, is there, and is read.
      expect((await bent.sync('product', { mode: 'census' })).counts).toEqual({ unchanged: 40 });
      bent.proxy.bend(null);
      for (const product of made.slice(0, 10)) bent.shop.admin.deleteProduct(product);
      const refused = await bent.sync('product', { mode: 'census' });
      expect(refused.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringContaining('override_guard'),
      });
      expect(await bent.live('product')).toHaveLength(40);
      const override_guard = { reason: 'We removed them.' };
      expect((await bent.sync('product', { mode: 'census', override_guard })).counts).toEqual({
        present: 30,
        deleted: 10,
      });
    }));

  it('of an Odoo archives in the shop what was deleted for good', async () => {
    const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 30, orders: 0 });
    const shop = await startWooCommerceSandbox({ badRate: 0, customers: 0, products: 0, orders: 0 });
    try {
      const org = newOrgName();
      const [from, to] = [await fixture.connectOdoo(org, odoo), await fixture.connectShop(org, shop)];
      const ends = { source_connection_id: from, destination: { connection_id: to }, entity_type: 'product' };
      await fixture.run(org, { ...ends, mode: 'incremental' });
      const [row] = (await fixture.call(org, 'GET', `/records?connection_id=${from}&entity_type=product&limit=1`)).body
        .items;
      odoo.admin.unlink('product.template', [Number(row.external_id)]);
      expect((await fixture.run(org, { ...ends, mode: 'incremental' })).counts.deleted ?? 0).toBe(0);
      const [run] = await daily(org, from);
      expect(run).toMatchObject({ destination: to, counts: { deleted: 1 } });
      expect(
        shop
          .state()
          .products()
          .filter(({ status }) => status === 'trash'),
      ).toHaveLength(1);
    } finally {
      await Promise.all([odoo.stop(), shop.stop()]);
    }
  });

  it('can be previewed and scheduled, and takes no filters', () =>
    withShop({ products: 20 }, async (shop, org, id) => {
      await fixture.run(org, { source_connection_id: id, entity_type: 'product' });
      shop.admin.deleteProduct(shop.state().products()[0]?.id ?? 0);
      const body = { entity_type: 'product', mode: 'census' };
      const { body: preview } = await fixture.call(org, 'POST', `/connections/${id}/preview`, body);
      expect((await fixture.ended(org, preview.sync_id)).counts).toEqual({ present: 19, deleted: 1 });
      const apply = { source_connection_id: id, entity_type: 'product', preview: preview.sync_id };
      expect((await fixture.run(org, apply)).counts).toEqual({ deleted: 1 });
      const filtered = { ...body, source_connection_id: id, filters: { sku: 'X' } };
      expect((await fixture.call(org, 'POST', '/runs', filtered)).body).toMatchObject({
        ...{ status: 422, type: 'urn:sync-operations:problem:invalid-request' },
        errors: [{ pointer: '#/filters' }],
      });
      const schedule = { ...body, cron: '0 3 * * *' };
      expect((await fixture.call(org, 'POST', `/connections/${id}/schedules`, schedule)).status).toBe(201);
    }));
});

describe('The daily censuses', () => {
  it('are of what incremental syncs and webhooks use, of connections in use, and can be off', async () => {
    const org = newOrgName();
    const [shop, erp] = [await fixture.connect(org, 'census-a'), await fixture.connect(org, 'census-b')];
    shop.system.fill(3);
    const ends = { source_connection_id: shop.id };
    // A full sync that somebody made once is nothing that goes on by itself.
    await fixture.run(org, { ...ends, destination: { connection_id: erp.id } });
    await admin("UPDATE sync_runs SET created_at = created_at - interval '1 day' WHERE org_id = $1", [org]);
    expect(await daily(org, shop.id)).toEqual([]);
    await fixture.run(org, { ...ends, mode: 'incremental' });
    await fixture.run(org, { ...ends, mode: 'incremental', destination: { connection_id: erp.id } });
    await admin("UPDATE sync_runs SET created_at = created_at - interval '1 day' WHERE org_id = $1", [org]);

    await fixture.call(org, 'PATCH', `/connections/${shop.id}`, { settings: { census: 'off' } });
    expect(await daily(org, shop.id)).toEqual([]);
    await fixture.call(org, 'PATCH', `/connections/${shop.id}`, { settings: { census: 'daily' } });
    const destinations = (await daily(org, shop.id)).map(({ destination }) => destination).sort();
    expect(destinations).toEqual([erp.id, 'records'].sort());

    await admin("UPDATE sync_runs SET created_at = created_at - interval '1 day' WHERE org_id = $1", [org]);
    await fixture.call(org, 'DELETE', `/connections/${erp.id}`);
    expect((await daily(org, shop.id)).map(({ destination }) => destination)).toEqual(['records']);
    await fixture.call(org, 'DELETE', `/connections/${shop.id}`);
    expect(await takeDue(shop.id, erp.id)).toBe(0);
  });

  it('start once however many look, within a day, and one that cannot start holds up no other organization', async () => {
    const [org, other] = [newOrgName(), newOrgName()];
    const [one, two] = [await fixture.connect(org, 'census-c'), await fixture.connect(other, 'census-d')];
    for (const [owner, { id }] of [
      [org, one],
      [other, two],
    ] as const)
      await fixture.run(owner, { source_connection_id: id, mode: 'incremental' });
    await admin('UPDATE sync_connections SET system = $2 WHERE id = $1', [one.id, 'of-another-version']);
    const [started] = await Promise.all([takeDue(one.id, two.id), takeDue(), takeDue()]);
    expect(started).toBeGreaterThan(0);
    expect(await censuses(other, two.id)).toHaveLength(1);
    const { items } = (await fixture.call(org, 'GET', '/activity?failed=true')).body;
    expect(items).toEqual([
      expect.objectContaining({
        activity_type: 'census_failed',
        details: { connection_id: one.id, destination: 'records' },
      }),
    ]);
    const [due] = await admin<{ hours: number }>(
      'SELECT max(extract(epoch FROM census_due_at - now()) / 3600)::float AS hours FROM sync_connections WHERE id = $1',
      [two.id],
    );
    expect(due?.hours).toBeGreaterThan(19);
    expect(due?.hours).toBeLessThan(24);
  });
});
