import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const VERSIONS = [18, 19] as const;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** An Odoo that shows few rows, read into the records. */
async function withOdoo(
  options: Parameters<typeof startOdooSandbox>[0],
  work: (
    odoo: OdooSandbox,
    sync: (entity: string, more?: object) => Promise<Json>,
    check: () => Promise<Json>,
  ) => Promise<void>,
): Promise<void> {
  const org = newOrgName();
  const odoo = await startOdooSandbox({ partners: 0, products: 0, orders: 0, ...options });
  try {
    const id = await fixture.connectOdoo(org, odoo, { customer_domain: [['ref', '!=', false]] });
    await work(
      odoo,
      (entity_type, more = {}) => fixture.run(org, { source_connection_id: id, entity_type, ...more }, 60_000),
      async () => (await fixture.call(org, 'POST', `/connections/${id}/check`)).body,
    );
  } finally {
    await odoo.stop();
  }
}

const partner = (n: number) => ({ name: `P ${n}`, ref: `R-${n}`, email: `p${n}@odoo.example` });

describe.each(VERSIONS)('An Odoo %s that answers with fewer rows than were asked for', (version) => {
  it('An Odoo that gives ten rows whatever is asked is read whole, its products and orders with all their parts', () =>
    withOdoo({ version, products: 30, orders: 40 }, async (odoo, sync) => {
      for (const n of upTo(40)) odoo.admin.create('res.partner', partner(n));
      const whole = new Map<string, Json>();
      for (const entity of ['customer', 'product', 'order']) {
        await sync(entity);
        whole.set(entity, (await sync(entity)).counts);
      }
      // What was read uncapped, and is read capped, is the same.
      for (const capRows of [10, 1, [7, 3, 1, 12]]) {
        odoo.setOdooFaults({ capRows });
        for (const [entity, counts] of whole)
          expect([entity, capRows, (await sync(entity)).counts]).toEqual([entity, capRows, counts]);
      }
    }));

  it('reads 250 of 250 for the first time with a cap of 30, and finds each change afterwards', () =>
    withOdoo({ version }, async (odoo, sync) => {
      const ids = upTo(250).map((n) => odoo.admin.create('res.partner', partner(n)));
      odoo.setOdooFaults({ capRows: 30 });
      const first = await sync('customer');
      expect(first.progress).toMatchObject({ status: 'completed', total_items: 250, processed_count: 250 });
      // In one second, as an import does.
      odoo.admin.write('res.partner', ids.slice(0, 80), { city: 'Basel' });
      for (const n of upTo(45)) odoo.admin.create('res.partner', partner(250 + n));
      const next = await sync('customer', { mode: 'incremental' });
      expect(next.counts).toMatchObject({ created: 45, updated: 80 });
      expect((await sync('customer', { mode: 'census' })).counts).toEqual({ present: 295 });
    }));

  it('An id missing in a short answer is asked again, not deleted', () =>
    withOdoo({ version }, async (odoo, sync) => {
      const ids = upTo(40).map((n) => odoo.admin.create('res.partner', partner(n)));
      await sync('customer');
      // They leave the domain, so no search finds them; and two are gone.
      odoo.admin.write('res.partner', ids.slice(0, 30), { ref: false });
      odoo.admin.unlink('res.partner', [ids[0] as number, ids[1] as number]);
      odoo.setOdooFaults({ capRows: 4 });
      const { counts, progress } = await sync('customer');
      expect(progress).toMatchObject({ status: 'completed', error_message: null });
      expect(counts).toMatchObject({ deleted: 2 });
      expect(counts.unchanged + (counts.updated ?? 0)).toBe(38);
    }));

  it('`check` says that answers are capped', () =>
    withOdoo({ version, products: 30 }, async (odoo, _sync, check) => {
      expect(JSON.stringify((await check()).warnings)).not.toMatch(/capped/);
      odoo.setOdooFaults({ capRows: 10 });
      expect((await check()).warnings).toEqual([
        'Answers about products (product.template) are capped: Odoo shows 10 of 30.',
      ]);
    }));
});

describe('Look-ups in an Odoo that answers with fewer rows than there are', () => {
  it.each(VERSIONS)('find what is there, so that nothing is created twice (Odoo %s)', (version) => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: {}, odoo: { version } }, async ({ shop, odoo, there }) => {
      for (const n of upTo(12)) {
        const email = `c${n}@shop.example`;
        odoo.admin.create('res.partner', { name: `C ${n}`, email, customer_rank: 1 });
        shop.admin.createCustomer({ email, first_name: 'C', last_name: String(n) });
        const sku = `P-${n}`;
        odoo.admin.create('product.template', { name: `P ${n}`, default_code: sku, list_price: 10 });
        shop.admin.createProduct({ name: `P ${n}`, sku, regular_price: '10' });
      }
      odoo.setOdooFaults({ capRows: 3 });
      const counts = async (entity: string) => (await fixture.run(org, there(entity), 60_000)).counts;
      expect(await counts('customer')).not.toHaveProperty('created');
      expect(await counts('product')).not.toHaveProperty('created');
      expect(odoo.admin.search('res.partner', [['email', 'like', '@shop.example']])).toHaveLength(12);
      expect(odoo.admin.search('product.template', [['default_code', 'like', 'P-']])).toHaveLength(12);
    });
  });
});
