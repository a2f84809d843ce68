import { startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Previews } from '../previews/previews.support.ts';
import type { Bend } from '../support/bending-proxy.ts';
import { type BentShop, isList, totalled, withBentShop } from './bent-shop.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** As a plugin does that takes rows out of a page after they were counted. */
const withholding =
  (path: string, ids: readonly number[], cap = 100): Bend =>
  async (request, forward) => {
    const response = await forward();
    if (!isList(request, path) || response.status !== 200) return response;
    const rows: Json[] = JSON.parse(response.body).slice(0, cap);
    return { ...response, body: JSON.stringify(rows.filter(({ id }) => !ids.includes(id))) };
  };

const create = {
  order: ({ admin }: BentShop['shop'], n: number) => admin.createOrder({ billing: { email: `g${n}@shop.example` } }).id,
  product: ({ admin }: BentShop['shop'], n: number) => admin.createProduct({ name: `P ${n}`, sku: `P-${n}` }).id,
  customer: ({ admin }: BentShop['shop'], n: number) => admin.createCustomer({ email: `c${n}@shop.example` }).id,
} as const;

const NOT_SHOWN = { outcome: 'failed', error_class: 'not_shown' };

describe('A run does not end as completed while a shop withholds rows that it counts', () => {
  it.each([
    ['order', '/orders', 'in the middle', [20]],
    ['order', '/orders', 'at the beginning', [1]],
    ['order', '/orders', 'at the end', [40]],
    ['product', '/products', 'in several places', [3, 4, 5, 38]],
    ['customer', '/customers', 'in the middle', [20]],
  ] as const)('of %ss, %s: rows %s', async (entity, path, _, places) =>
    withBentShop(fixture, async (bent) => {
      const ids = Array.from({ length: 40 }, (_, n) => create[entity](bent.shop, n));
      const withheld = places.map((place) => ids[place - 1] as number);
      bent.proxy.bend(withholding(path, withheld));
      const run = await bent.sync(entity);
      expect(await bent.live(entity)).toHaveLength(40 - places.length);
      expect(run.progress).toMatchObject({ status: 'completed_with_errors', failed_count: 1 });
      expect(await bent.items(run)).toMatchObject([{ ...NOT_SHOWN, message: expect.stringContaining(path) }]);
      bent.proxy.bend(null);
      const whole = await bent.sync(entity);
      expect([whole.progress.status, whole.counts]).toEqual([
        'completed',
        { created: places.length, unchanged: 40 - places.length },
      ]);
    }),
  );

  it('and names the row after which one is missing, also in a shop that caps its pages, in an incremental sync and in a census', async () =>
    withBentShop(fixture, async (bent) => {
      await bent.sync('order', { mode: 'incremental' });
      const ids = Array.from({ length: 40 }, (_, n) => create.order(bent.shop, n));
      bent.proxy.bend(withholding('/orders', [ids[24] as number], 10));
      for (const mode of ['incremental', 'census', 'full']) {
        const run = await bent.sync('order', { mode });
        expect([mode, run.progress.status]).toEqual([mode, 'completed_with_errors']);
        const [problem] = await bent.items(run);
        expect(problem).toMatchObject({ ...NOT_SHOWN, message: expect.stringContaining(`the one after ${ids[23]} `) });
      }
      expect(await bent.live('order')).toHaveLength(39);
    }));

  it('and writes the others to another system, from which nothing is taken away by it', async () => {
    const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
    try {
      await withBentShop(fixture, async (bent) => {
        const ids = Array.from({ length: 40 }, (_, n) => create.customer(bent.shop, n));
        const destination = { connection_id: await fixture.connectOdoo(bent.org, odoo) };
        const sync = async (mode: string) => {
          const run = await bent.sync('customer', { mode, destination }, 60_000);
          return [run.progress.status, run.counts];
        };
        const partners = () => odoo.admin.search('res.partner', [['customer_rank', '>', 0]]).length;
        bent.proxy.bend(withholding('/customers', [ids[9] as number]));
        expect(await sync('full')).toEqual(['completed_with_errors', { created: 39, failed: 1 }]);
        expect(await sync('incremental')).toEqual(['completed_with_errors', { unchanged: 39, failed: 1 }]);
        // Another one, that is bound.
        bent.proxy.bend(withholding('/customers', [ids[20] as number]));
        expect(await sync('full')).toEqual(['completed_with_errors', { created: 1, unchanged: 39, failed: 1 }]);
        bent.proxy.bend(null);
        const [status] = await sync('incremental'); // tries once more what was told, which is no item
        expect([status, await sync('incremental')]).toEqual(['completed', ['completed', { unchanged: 40 }]]);
        expect(partners()).toBe(40);
      });
    } finally {
      await odoo.stop();
    }
  });

  it('A product whose variations are counted and not shown fails, and no other', () =>
    withBentShop(fixture, async (bent) => {
      const ids = Array.from({ length: 5 }, (_, n) => create.product(bent.shop, n));
      const shirt = bent.shop.admin.createProduct({ name: 'Shirt', type: 'variable' }).id;
      const path = `/products/${shirt}/variations`;
      bent.proxy.bend(totalled(path, () => '1000'));
      for (const [mode, created] of [
        ['full', { created: 5 }],
        ['incremental', { unchanged: 5 }],
        ['full', { unchanged: 5 }],
      ] as const) {
        const run = await bent.sync('product', { mode });
        expect([mode, run.progress.status, run.counts]).toEqual([
          mode,
          'completed_with_errors',
          { ...created, failed: 1 },
        ]);
        expect(await bent.items(run)).toMatchObject([
          { ...NOT_SHOWN, external_id: String(shirt), message: expect.stringContaining(path) },
        ]);
      }
      expect(await bent.live('product')).toHaveLength(ids.length);
      bent.proxy.bend(null);
      expect((await bent.sync('product')).counts).toEqual({ created: 1, unchanged: 5 });
    }));

  it('A customer whose account is counted and not shown is not made again in another shop, and no other fails', () =>
    withBentShop(fixture, async (from) =>
      withBentShop(
        fixture,
        async (to) => {
          for (let n = 0; n < 5; n += 1) create.customer(from.shop, n);
          to.shop.admin.createCustomer({ email: 'c2@shop.example' });
          to.proxy.bend(async (request, forward) => {
            const response = await forward();
            const isHidden =
              isList(request, '/customers') && request.url.searchParams.get('email') === 'c2@shop.example';
            return isHidden ? { ...response, body: '[]' } : response;
          });
          const destination = { connection_id: to.id };
          const run = await from.sync('customer', { destination });
          expect([run.progress.status, run.counts]).toEqual(['completed', { created: 4, conflict: 1 }]);
          expect(await from.items(run)).toMatchObject([
            { ...NOT_SHOWN, outcome: 'skipped', message: expect.stringContaining('/customers') },
          ]);
          to.proxy.bend(null);
          const next = await from.sync('customer', { destination });
          expect([next.progress.status, next.counts.failed]).toEqual(['completed', undefined]);
          const emails = to.shop
            .state()
            .customers()
            .map(({ email }) => email);
          expect(emails.filter((email) => email === 'c2@shop.example')).toHaveLength(1);
        },
        { org: from.org },
      ),
    ));

  it('A preview leaves it to the write whether an account that is counted and not shown has the email of an update', () =>
    withBentShop(fixture, async (from) =>
      withBentShop(
        fixture,
        async (to) => {
          const id = create.customer(from.shop, 1);
          const destination = { connection_id: to.id };
          await from.sync('customer', { destination });
          from.shop.admin.updateCustomer(id, { email: 'taken@shop.example' });
          to.shop.admin.createCustomer({ email: 'taken@shop.example' });
          to.proxy.bend(async (request, forward) => {
            const response = await forward();
            const isHidden =
              isList(request, '/customers') && request.url.searchParams.get('email') === 'taken@shop.example';
            return isHidden ? { ...response, body: '[]' } : response;
          });
          const previews = new Previews(fixture, from.org);
          const ends = { source_connection_id: from.id, destination, entity_type: 'customer' };
          expect((await previews.preview(ends)).counts).toEqual({ updated: 1 });
          expect((await previews.run(ends)).codes).toEqual({ [id]: 'customer_invalid_email' });
        },
        { org: from.org },
      ),
    ));

  it('but says nothing of a shop that only caps its pages, or says a total that is too large', async () =>
    withBentShop(fixture, async (bent) => {
      for (let n = 0; n < 40; n += 1) create.order(bent.shop, n);
      bent.proxy.bend(totalled('/orders', () => '55', withholding('/orders', [], 10)));
      for (const mode of ['full', 'census', 'full'])
        expect((await bent.sync('order', { mode })).progress).toMatchObject({ status: 'completed', total_items: 40 });
    }));
});
