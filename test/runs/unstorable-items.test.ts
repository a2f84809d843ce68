import { type FaultRule, startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalCustomer } from '../../src/connectors/canonical/canonical.types.ts';
import { CUSTOMER_SETTINGS, FileServer } from '../connectors/csv/csv.support.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const ORG = 'org-unstorable';
const VALUES = [
  ['nul', 'unstorable_text'],
  ['surrogate', 'unstorable_text'],
  ['deep', 'too_deep'],
  ['long', 'too_large'],
] as const;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const failedItems = async (syncId: string): Promise<Json[]> =>
  (await fixture.call(ORG, 'GET', `/progress/${syncId}/items`)).body.items;

const idsOfRecords = async (connectionId: string): Promise<string[]> => {
  const query = 'SELECT external_id FROM sync_records WHERE connection_id = $1 ORDER BY external_id';
  const rows = await sql<{ external_id: string }>(fixture.service.database.superuserUrl, query, [connectionId]);
  return rows.map(({ external_id }) => external_id);
};

async function withShop(work: (shop: Json, faults: (value: FaultRule['value']) => void) => Promise<void>) {
  const shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 });
  try {
    for (const name of ['A', 'B', 'C'])
      shop.admin.createCustomer({ email: `${name}@shop.example`.toLowerCase(), first_name: name });
    const [, second] = shop
      .state()
      .customers()
      .filter(({ role }) => role === 'customer');
    await work(shop, (value) => shop.setFaults([{ kind: 'bad-row', id: second?.id, field: 'first_name', value }]));
  } finally {
    await shop.stop();
  }
}

describe('One item that cannot be stored is one failed item', () => {
  it.each(VALUES)('of a shop, in each run and in a retry: %s', (value, error_class) =>
    withShop(async (shop, setFault) => {
      setFault(value);
      const id = await fixture.connectShop(ORG, shop);
      const first = await fixture.run(ORG, { source_connection_id: id });
      expect(first.progress).toMatchObject({ status: 'completed_with_errors', processed_count: 2, failed_count: 1 });
      expect(first.counts).toEqual({ created: 2, failed: 1 });
      const [item] = await failedItems(first.sync_id);
      expect(item).toMatchObject({ error_class, message: expect.stringContaining('first_name') });
      const kept = await idsOfRecords(id);
      expect(kept).toHaveLength(2);
      expect(kept).not.toContain(item.external_id);

      const second = await fixture.run(ORG, { source_connection_id: id });
      expect(second).toMatchObject({
        counts: { unchanged: 2, failed: 1 },
        progress: { status: 'completed_with_errors' },
      });

      const { body: retry } = await fixture.call(ORG, 'POST', `/progress/${second.sync_id}/retry-failed`);
      expect((await fixture.ended(ORG, retry.sync_id)).progress).toMatchObject({ failed_count: 1, processed_count: 0 });
      shop.setFaults([]);
      const { body: last } = await fixture.call(ORG, 'POST', `/progress/${retry.sync_id}/retry-failed`);
      expect((await fixture.ended(ORG, last.sync_id)).counts).toEqual({ created: 1 });
    }),
  );

  it.each(VALUES)('of an Odoo: %s', async (value, error_class) => {
    const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
    try {
      const ids = ['A', 'B', 'C'].map((name) => odoo.admin.create('res.partner', { name, customer_rank: 1 }));
      odoo.setFaults([{ kind: 'bad-row', id: Number(ids[1]), field: 'name', value }]);
      const id = await fixture.connectOdoo(ORG, odoo);
      const run = await fixture.run(ORG, { source_connection_id: id });
      expect(run.progress).toMatchObject({ status: 'completed_with_errors', failed_count: 1 });
      expect(await failedItems(run.sync_id)).toEqual([
        expect.objectContaining({ external_id: String(ids[1]), error_class, message: expect.stringContaining('name') }),
      ]);
    } finally {
      await odoo.stop();
    }
  });

  it.each([
    ['a NUL', 'B\0', 'unstorable_text'],
    ['180 KB', 'n'.repeat(180 * 1024), 'too_large'],
  ])('of a file: a cell with %s', async (what, cell, error_class) => {
    const server = await FileServer.start();
    try {
      server.file = `Number,E-mail,Name,Town\n1,a@x.example,A,\n2,b@x.example,${cell},\n3,c@x.example,C,\n`;
      const { body } = await fixture.call(ORG, 'POST', '/connections', {
        ...{ name: `file with ${what}`, system: 'csv', base_url: server.url, credentials: {} },
        settings: { allow_http: true, ...CUSTOMER_SETTINGS },
      });
      const run = await fixture.run(ORG, { source_connection_id: body.id });
      expect(run).toMatchObject({ counts: { created: 2, failed: 1 }, progress: { status: 'completed_with_errors' } });
      expect(await failedItems(run.sync_id)).toEqual([
        expect.objectContaining({
          external_id: '2',
          error_class,
          message: expect.stringContaining('name'),
        }),
      ]);
    } finally {
      await server.close();
    }
  });

  it('of any connector, since every session is opened behind the border: ids, keys and values', async () => {
    const { id, system } = await fixture.connect(ORG, 'poison');
    system.fill(3);
    const poison: [string, object][] = [
      ['bad\0id', { email: 'x@y.example' }],
      ['x'.repeat(3_000), { email: 'x@y.example' }],
      ['guest:\uD800', { email: 'x@y.example' }],
      ['4', { 'k\0': 'x' }],
      ['5', { email: `${'e'.repeat(180 * 1024)}@y.example` }],
      ['6', { phone: Number.NaN }],
    ];
    for (const [external_id, data] of poison) system.put(data as CanonicalCustomer, external_id);
    const run = await fixture.run(ORG, { source_connection_id: id });
    expect(run.counts).toEqual({ created: 3, failed: poison.length });
    expect(run.progress).toMatchObject({ status: 'completed_with_errors' });
    expect((await fixture.run(ORG, { source_connection_id: id })).counts).toEqual({
      unchanged: 3,
      failed: poison.length,
    });
    const erp = await fixture.connect(ORG, 'poison-erp');
    const there = { source_connection_id: id, destination: { connection_id: erp.id } };
    expect((await fixture.run(ORG, there)).counts).toEqual({ created: 3, failed: poison.length });
  });

  it('of a preview, which shows the others', async () => {
    const { id, system } = await fixture.connect(ORG, 'poison-preview');
    system.fill(3);
    system.put({ email: 'b@y.example', name: 'B\0' }, '000002');
    const ends = { entity_type: 'customer', destination: 'records' };
    const { body: asked } = await fixture.call(ORG, 'POST', `/connections/${id}/preview`, ends);
    expect((await fixture.ended(ORG, asked.sync_id)).progress).toMatchObject({ failed_count: 1, processed_count: 2 });
    const { body: preview } = await fixture.call(ORG, 'GET', `/previews/${asked.cache_key}`);
    expect(preview.summary).toMatchObject({ creates: 2, failed: 1 });
  });

  it('of the destination, which is then neither created again nor overwritten', async () => {
    const shop = await fixture.connect(ORG, 'sound');
    const erp = await fixture.connect(ORG, 'poisoned-erp');
    shop.system.put({ email: 'a@y.example', name: 'A', phone: null });
    shop.system.put({ email: 'b@y.example', name: 'B', phone: null });
    erp.system.put({ email: 'b@y.example', name: 'B\0', phone: null }, '77');
    const there = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const run = await fixture.run(ORG, there);
    expect(run.counts).toEqual({ created: 1, conflict: 1 });
    expect(await failedItems(run.sync_id)).toEqual([
      expect.objectContaining({ external_id: '000002', error_class: 'unstorable_text', outcome: 'skipped' }),
    ]);
    expect(erp.system.items.size).toBe(2);
  });
});
