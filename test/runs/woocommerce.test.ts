import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopClient } from '../sandbox/woocommerce/shop-client.support.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { RunsFixture } from './runs.support.ts';

const ORG = 'org-shop';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

async function withShop(
  options: Parameters<typeof startWooCommerceSandbox>[0],
  work: (shop: WooCommerceSandbox) => Promise<void>,
): Promise<void> {
  const shop = await startWooCommerceSandbox(options);
  try {
    await work(shop);
  } finally {
    await shop.stop();
  }
}

describe('A full sync of a shop', () => {
  it('of 50,000 customers counts exactly and keeps each once; the second writes nothing', () =>
    withShop({ customers: 50_000, badRate: 0.01, products: 0, orders: 0 }, async (shop) => {
      const id = await fixture.connectShop(ORG, shop);
      const run = await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' }, 50_000);
      expect(run.progress).toMatchObject({
        status: 'completed',
        total_items: 50_000,
        processed_count: 50_000,
        failed_count: 0,
      });
      expect(run.counts).toEqual({ created: 50_000 });
      const records = `
        SELECT count(*)::int AS n, count(DISTINCT external_id)::int AS ids, max(change_seq)::int AS seq
          FROM sync_records WHERE org_id = $1 AND connection_id = $2 AND deleted_at IS NULL`;
      const before = await sql(fixture.service.database.superuserUrl, records, [ORG, id]);
      expect(before).toEqual([{ n: 50_000, ids: 50_000, seq: 50_000 }]);

      const again = await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' }, 50_000);
      expect(again.counts).toEqual({ unchanged: 50_000 });
      expect(await sql(fixture.service.database.superuserUrl, records, [ORG, id])).toEqual(before);
    }));

  it.each(['product', 'order'])('keeps every %s, and an incremental one only what changed since', (entity_type) =>
    withShop({ customers: 40, products: 230, orders: 210 }, async (shop) => {
      const id = await fixture.connectShop(ORG, shop);
      const run = await fixture.run(ORG, { source_connection_id: id, entity_type });
      const total = entity_type === 'product' ? 230 : 210;
      expect(run).toMatchObject({ counts: { created: total }, progress: { status: 'completed', total_items: total } });
      const none = await fixture.run(ORG, { source_connection_id: id, entity_type, mode: 'incremental' });
      expect(none.counts.created ?? none.counts.updated).toBeUndefined();
    }),
  );

  it.each([
    ['429 with Retry-After', { kind: 'too-many-requests', every: 4, retryAfter: 1, times: 3 }],
    ['500', { kind: 'server-error', every: 3 }],
    ['slow responses', { kind: 'slow', ms: 60, every: 2 }],
    ['cut-off bodies', { kind: 'truncated', every: 3 }],
    ['dropped connections', { kind: 'dropped', every: 3 }],
    ['pages that repeat rows', { kind: 'duplicated', every: 2, rows: 7 }],
  ] as const)('comes through %s with exact counts', (_name, fault) =>
    withShop({ customers: 730, badRate: 0, products: 0, orders: 0 }, async (shop) => {
      const id = await fixture.connectShop(ORG, shop);
      shop.setFaults([fault]);
      const run = await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' }, 40_000);
      expect(run).toMatchObject({
        counts: { created: 730 },
        progress: { status: 'completed', total_items: 730, processed_count: 730 },
      });
    }),
  );

  it('keeps the remaining customers when some are deleted while the pages are read', () =>
    withShop({ customers: 730, badRate: 0, products: 0, orders: 0 }, async (shop) => {
      const id = await fixture.connectShop(ORG, shop);
      shop.setFaults([{ kind: 'shifting', every: 2, rows: 3, action: 'delete' }]);
      await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' }, 40_000);
      shop.setFaults([]);
      const run = await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' }, 40_000);
      const there = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer');
      const kept = await sql<{ external_id: string }>(
        fixture.service.database.superuserUrl,
        'SELECT external_id FROM sync_records WHERE connection_id = $1 AND deleted_at IS NULL',
        [id],
      );
      expect(kept.map(({ external_id }) => Number(external_id)).sort((a, b) => a - b)).toEqual(
        there.map(({ id }) => id),
      );
      expect(run.progress.status).toBe('completed');
    }));

  it('ends as failed, with the reason, when the key is revoked half-way', () =>
    withShop({ customers: 730, products: 0, orders: 0 }, async (shop) => {
      const id = await fixture.connectShop(ORG, shop);
      shop.setFaults([{ kind: 'expired-key', from: 5 }]);
      const run = await fixture.run(ORG, { source_connection_id: id, entity_type: 'customer' });
      expect(run.progress.status).toBe('failed');
      expect(run.progress.error_message).toMatch(/key/);
      expect(JSON.stringify(run)).not.toContain(shop.consumerSecret);
    }));
});

describe('A webhook of a shop', () => {
  it('brings a change, a new customer and a deletion into the records within a run or two', () =>
    withShop({ customers: 20, badRate: 0, products: 0, orders: 0 }, async (shop) => {
      const { body: connection } = await fixture.call(ORG, 'POST', '/connections', {
        name: 'a shop with webhooks',
        system: 'woocommerce',
        base_url: shop.url,
        credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
        settings: { allow_http: true },
      });
      await fixture.run(ORG, { source_connection_id: connection.id, entity_type: 'customer' });
      const shopCall = shopClient(shop);
      for (const topic of ['customer.created', 'customer.updated', 'customer.deleted']) {
        const delivery_url = fixture.service.url + connection.webhook_url;
        const made = await shopCall('POST', '/webhooks', { topic, delivery_url, secret: connection.webhook_secret });
        expect(made.status).toBe(201);
      }
      await shop.webhooksSettled();
      shop.setDeliveryFaults({ duplicateEvery: 1 });
      shop.admin.updateCustomer(2, { first_name: 'Renamed' });
      shop.admin.deleteCustomer(3);
      const created = shop.admin.createCustomer({ email: 'new@example.test', first_name: 'New' });
      await shop.webhooksSettled();

      const records = () =>
        sql<{ external_id: string; first_name: string; gone: boolean }>(
          fixture.service.database.superuserUrl,
          `SELECT external_id, data ->> 'first_name' AS first_name, deleted_at IS NOT NULL AS gone FROM sync_records
            WHERE connection_id = $1 AND external_id = ANY ($2) ORDER BY external_id::int`,
          [connection.id, ['2', '3', String(created.id)]],
        );
      const wanted = [
        { external_id: '2', first_name: 'Renamed', gone: false },
        { external_id: '3', first_name: expect.any(String), gone: true },
        { external_id: String(created.id), first_name: 'New', gone: false },
      ];
      await waitFor('all three are there', async () => {
        expect(await records()).toEqual(wanted);
        return true;
      });
      const { body: runs } = await fixture.call(ORG, 'GET', `/runs?connection_id=${connection.id}`);
      const kinds = runs.items.map(({ kind }: { kind: string }) => kind);
      expect(kinds.at(-1)).toBe('sync');
      expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['webhook']));
    }));
});
