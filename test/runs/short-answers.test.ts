import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../src/connectors/woocommerce/read/shop.context.ts';
import type { Bend } from '../support/bending-proxy.ts';
import { send } from '../support/send.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BentShop, capped, isList, totalled, withBentShop } from './bent-shop.support.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

function fillProducts({ shop }: BentShop, count: number): number[] {
  return upTo(count).map((n) => shop.admin.createProduct({ name: `P ${n}`, sku: `P-${n}`, regular_price: '10' }).id);
}

describe('A shop that answers with fewer rows than were asked for', () => {
  it('A shop that gives ten rows a page whatever is asked is read whole', () =>
    withBentShop(fixture, async (bent) => {
      fillProducts(bent, 40);
      bent.proxy.bend(capped('/products', () => 10));
      const first = await bent.sync('product');
      expect(first.progress).toMatchObject({ status: 'completed', total_items: 40, processed_count: 40 });
      expect(await bent.live('product')).toHaveLength(40);
      expect((await bent.sync('product')).counts).toEqual({ unchanged: 40 });
    }));

  it('reads 250 of 250 with a cap of 30, and customers and orders as well, with a cap that changes', () =>
    withBentShop(fixture, async (bent) => {
      fillProducts(bent, 250);
      bent.proxy.bend(capped('/products', () => 30));
      expect((await bent.sync('product')).progress).toMatchObject({ total_items: 250, processed_count: 250 });
      for (const n of upTo(23)) {
        bent.shop.admin.createCustomer({ email: `c${n}@shop.example` });
        bent.shop.admin.createOrder({ billing: { email: `guest${n}@shop.example` } });
      }
      let asked = 0;
      const cap = () => {
        asked += 1;
        return [7, 3, 1, 12][asked % 4] ?? 1;
      };
      bent.proxy.bend((request, forward) =>
        isList(request, '/orders')
          ? capped('/orders', cap)(request, forward)
          : capped('/customers', cap)(request, forward),
      );
      expect((await bent.sync('order')).counts).toEqual({ created: 23 });
      expect((await bent.sync('customer')).counts).toEqual({ created: 46 });
    }));

  it('A total that is too small does not end the reading', () =>
    withBentShop(fixture, async (bent) => {
      fillProducts(bent, 250);
      bent.proxy.bend(totalled('/products', () => '150'));
      expect((await bent.sync('product')).progress).toMatchObject({ total_items: 250, processed_count: 250 });
      bent.proxy.bend(null);
      expect((await bent.sync('product')).counts).toEqual({ unchanged: 250 });
      for (const total of ['150', '0', null, '400', '250', '10'])
        for (const cap of [100, 50, 10]) {
          bent.proxy.bend(
            totalled(
              '/products',
              () => total,
              capped('/products', () => cap),
            ),
          );
          const run = await bent.sync('product');
          expect([total, cap, run.counts, run.progress.total_items]).toEqual([total, cap, { unchanged: 250 }, 250]);
        }
    }));

  it('An id missing in a short answer is asked again, not deleted', () =>
    withBentShop(fixture, async (bent) => {
      const ids = fillProducts(bent, 40);
      await bent.sync('product');
      bent.proxy.bend(capped('/products', () => 10));
      const { body } = await fixture.call(bent.org, 'PATCH', `/connections/${bent.id}`, { webhook_secret: SECRET });
      expect(body.id).toBe(bent.id);
      await inParallel(ids, (id) => deliver(bent, 'product.updated', { id, name: 'x' }));
      const counts = await webhookCounts(bent, 40);
      expect(counts).toEqual({ unchanged: 40 });
      expect(await bent.live('product')).toHaveLength(40);
    }));

  it('A full sync does not delete what a short answer leaves out', () =>
    withBentShop(fixture, async (bent) => {
      const ids = fillProducts(bent, 40);
      await bent.sync('product');
      const last = ids.slice(-5).map(String);
      bent.proxy.bend(async (request, forward) => {
        if (!isList(request, '/products') || request.url.searchParams.get('status') === 'trash') return forward();
        const response = await forward();
        const rows: { id: number }[] = JSON.parse(response.body);
        const include = request.url.searchParams.get('include');
        const shown = include
          ? rows.filter(({ id }) => !last.includes(String(id)) || last.indexOf(String(id)) < 2)
          : rows.filter(({ id }) => !last.includes(String(id)));
        const total = include ? '5' : '35';
        return { ...response, headers: { ...response.headers, 'x-wp-total': total }, body: JSON.stringify(shown) };
      });
      expect((await bent.sync('product')).counts).toEqual({ unchanged: 40 });
      expect(await bent.live('product')).toHaveLength(40);
    }));

  it('deletes what the shop says is gone, in the trash or for good', () =>
    withBentShop(fixture, async (bent) => {
      const ids = fillProducts(bent, 30);
      await bent.sync('product');
      bent.proxy.bend(capped('/products', () => 7));
      bent.shop.admin.trashProduct(ids[3] as number);
      bent.shop.admin.deleteProduct(ids[5] as number);
      expect((await bent.sync('product')).counts).toEqual({ deleted: 2, unchanged: 28 });
    }));

  it('Variations that a list leaves out are asked for again, not deleted', () =>
    withBentShop(fixture, async (bent) =>
      withBentShop(
        fixture,
        async (other) => {
          const { shirt, variations } = createShirt(bent, ['S', 'M', 'L']);
          const to = { destination: { connection_id: other.id } };
          expect((await bent.sync('product', to)).counts).toEqual({ created: 1 });
          const kept = other.shop.state().variations();
          const list = `/products/${shirt}/variations`;
          for (const shown of [[], variations.slice(0, 1), variations.slice(1)]) {
            bent.proxy.bend(shownOnly(list, shown));
            bent.shop.admin.updateProduct(shirt, { name: `Shirt ${shown.length}` });
            expect((await bent.sync('product', to)).counts).toEqual({ updated: 1 });
            expect(other.shop.state().variations()).toEqual(kept);
          }
          const [gone = 0] = variations;
          bent.shop.admin.deleteVariation(shirt, gone);
          expect((await bent.sync('product', to)).counts).toEqual({ updated: 1 });
          const left = kept.filter(({ sku }) => sku !== 'SHIRT-S').map(({ id }) => id);
          expect(
            other.shop
              .state()
              .variations()
              .map(({ id }) => id),
          ).toEqual(left);
        },
        { org: bent.org, seed: 7 },
      ),
    ));

  it('A guest of whose orders nothing is shown is not deleted, and one of whose there is none is', () =>
    withBentShop(
      fixture,
      async (bent) => {
        const orders = upTo(4).map((n) => bent.shop.admin.createOrder({ billing: { email: `g${n}@shop.example` } }).id);
        await bent.sync('customer');
        bent.proxy.bend(async (request, forward) => {
          if (!isList(request, '/orders')) return forward();
          const hidden = request.url.searchParams.get('search') === 'g2@shop.example';
          const answer = await forward();
          const rows: { billing?: { email: string } }[] = JSON.parse(answer.body);
          const shown = rows.filter(({ billing }) => !hidden && billing?.email !== 'g2@shop.example');
          return { ...answer, body: JSON.stringify(shown) };
        });
        bent.shop.admin.deleteOrder(orders[2] ?? 0);
        const run = await bent.sync('customer');
        expect(run.counts).toEqual({ unchanged: 2, deleted: 1, failed: 1 });
        expect(await bent.items(run)).toMatchObject([
          { external_id: 'guest:g2@shop.example', error_class: 'not_shown' },
        ]);
        bent.proxy.bend(null);
        expect((await bent.sync('customer')).counts).toEqual({ unchanged: 3 });
      },
      { settings: { delete_guard_percent: 100 } },
    ));

  it('A category beyond the first capped page is found, not lost', () =>
    withBentShop(fixture, async (bent) =>
      withBentShop(
        fixture,
        async (other) => {
          const names = upTo(15).map((n) => `Cat ${String(n).padStart(2, '0')}`);
          const idOf: Record<string, number> = {};
          for (const name of names) {
            idOf[name] = await createCategory(bent, name);
            await createCategory(other, name);
          }
          bent.shop.admin.createProduct({
            ...{ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' },
            categories: [{ id: idOf['Cat 13'] }],
          });
          other.proxy.bend(capped('/products/categories', () => 10));
          other.proxy.takeRequests();
          const run = await bent.sync('product', { destination: { connection_id: other.id } });
          expect(run.counts).toEqual({ created: 1 });
          const posts = other.proxy.takeRequests().filter(({ method }) => method === 'POST');
          expect(posts.map(({ url }) => url.pathname)).toEqual(['/wp-json/wc/v3/products/batch']);
          const [product] = other.shop.state().products() as unknown as { categories: { name: string }[] }[];
          expect(product?.categories.map(({ name }) => name)).toEqual(['Cat 13']);
        },
        { org: bent.org, seed: 7 },
      ),
    ));
});

/** A variable product with a variation for each size; their ids. */
function createShirt({ shop: { admin } }: BentShop, sizes: readonly string[]) {
  const attributes = [{ name: 'Size', variation: true, options: sizes }];
  const { id: shirt } = admin.createProduct({ name: 'Shirt', sku: 'SHIRT', type: 'variable', attributes });
  const variations = sizes.map(
    (option) =>
      admin.createVariation(shirt, {
        ...{ sku: `SHIRT-${option}`, regular_price: '10', attributes: [{ name: 'Size', option }] },
      }).id,
  );
  return { shirt, variations };
}

/** The list at `path` shows no other rows than these, and counts as many. */
function shownOnly(path: string, ids: readonly number[]): Bend {
  return async (request, forward) => {
    const answer = await forward();
    if (!isList(request, path)) return answer;
    const rows = JSON.parse(answer.body).filter(({ id }: { id: number }) => ids.includes(id));
    return { ...answer, headers: { ...answer.headers, 'x-wp-total': String(ids.length) }, body: JSON.stringify(rows) };
  };
}

const SECRET = 'a-secret-of-enough-letters';

async function deliver({ id }: BentShop, topic: string, body: object): Promise<void> {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', SECRET).update(text).digest('base64');
  const headers = { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': signature };
  const { status } = await send(fixture.service, `/api/sync/hooks/${id}`, { ...headers, method: 'POST', body: text });
  expect(status).toBe(200);
}

/** The counts of all webhook runs together, once they have counted so many items. */
async function webhookCounts({ org, id }: BentShop, items: number): Promise<Record<string, number>> {
  return waitFor('the webhook runs have ended', async () => {
    const { body } = await fixture.call(org, 'GET', `/runs?connection_id=${id}&limit=200`);
    const runs = body.items.filter(({ kind }: { kind: string }) => kind === 'webhook');
    const counts: Record<string, number> = {};
    for (const run of runs)
      for (const [name, count] of Object.entries<number>(run.counts)) counts[name] = (counts[name] ?? 0) + count;
    const done = runs.every(({ progress }: { progress: { completed_at: string | null } }) => progress.completed_at);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return done && total >= items ? counts : undefined;
  });
}

async function createCategory({ shop }: BentShop, name: string): Promise<number> {
  const keys = `consumer_key=${shop.consumerKey}&consumer_secret=${shop.consumerSecret}`;
  const response = await fetch(`${shop.url}/wp-json/wc/v3/products/categories?${keys}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) },
  });
  return ((await response.json()) as { id: number }).id;
}
