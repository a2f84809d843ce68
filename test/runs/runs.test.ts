import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/contract/connector.error.ts';
import { sql } from '../support/test-database.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ORG = 'org-runs';

describe('A sync into the records', () => {
  it('keeps every item once and counts exactly', async () => {
    const { id, system } = await fixture.connect(ORG, 'shop');
    system.fill(250);
    system.put({ email: 'broken', name: 'B', phone: null });
    const run = await fixture.run(ORG, { source_connection_id: id });
    expect(run.progress).toMatchObject({
      status: 'completed_with_errors',
      total_items: 251,
      processed_count: 250,
      failed_count: 1,
      source_system: 'fake',
    });
    expect(run).toMatchObject({ kind: 'sync', state: 'ended', counts: { created: 250, failed: 1 } });
    const rows = await sql(fixture.service.database.superuserUrl, 'SELECT count(*)::int AS n FROM sync_records');
    expect(rows).toEqual([{ n: 250 }]);

    const again = await fixture.run(ORG, { source_connection_id: id });
    expect(again.counts).toEqual({ unchanged: 250, failed: 1 });
  });
});

describe('A sync to another connection', () => {
  it('creates, then does nothing, then passes on what changed, either way', async () => {
    const shop = await fixture.connect(ORG, 'shop-a');
    const erp = await fixture.connect(ORG, 'erp-a');
    shop.system.fill(120);
    const there = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const back = { source_connection_id: erp.id, destination: { connection_id: shop.id } };

    expect((await fixture.run(ORG, there)).counts).toEqual({ created: 120 });
    expect(erp.system.items.size).toBe(120);
    erp.system.written.length = 0;
    expect((await fixture.run(ORG, there)).counts).toEqual({ unchanged: 120 });
    expect((await fixture.run(ORG, back)).counts).toEqual({ unchanged: 120 });
    expect(erp.system.written).toEqual([]);
    expect(shop.system.written).toEqual([]);

    const [first] = [...erp.system.items].find(([, { email }]) => email === 'person7@example.test') ?? [''];
    erp.system.put({ email: 'person7@example.test', name: 'Renamed', phone: '7' }, first);
    const changed = await fixture.run(ORG, { ...back, mode: 'incremental' });
    expect(changed.counts).toMatchObject({ updated: 1 });
    expect(shop.system.items.get('000007')).toMatchObject({ name: 'Renamed', phone: '7' });
    expect((await fixture.run(ORG, { ...there, mode: 'incremental' })).counts.updated).toBeUndefined();
    expect(erp.system.written).toEqual([]);
  });

  it('binds what is there already instead of creating it twice, and blanks nothing', async () => {
    const shop = await fixture.connect(ORG, 'shop-b');
    const erp = await fixture.connect(ORG, 'erp-b');
    shop.system.put({ email: 'Ann@Example.test', name: 'Ann', phone: null });
    erp.system.put({ email: 'ann@example.test', name: 'Ann', phone: '1' });
    const run = await fixture.run(ORG, { source_connection_id: shop.id, destination: { connection_id: erp.id } });
    expect(run.counts).toEqual({ updated: 1 });
    expect([...erp.system.items.values()]).toEqual([{ email: 'Ann@Example.test', name: 'Ann', phone: '1' }]);
  });

  it('keeps what the destination changed and reports it as a conflict', async () => {
    const shop = await fixture.connect(ORG, 'shop-c');
    const erp = await fixture.connect(ORG, 'erp-c');
    const id = shop.system.put({ email: 'c@example.test', name: 'C', phone: null });
    const there = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    await fixture.run(ORG, there);
    erp.system.put({ email: 'c@example.test', name: 'C of the ERP', phone: null }, '000001');
    shop.system.put({ email: 'c@example.test', name: 'C of the shop', phone: null }, id);
    const run = await fixture.run(ORG, there);
    expect(run.counts).toEqual({ conflict: 1 });
    expect(erp.system.items.get('000001')).toMatchObject({ name: 'C of the ERP' });
  });

  it('records what the destination refuses, and retries just that', async () => {
    const shop = await fixture.connect(ORG, 'shop-d');
    const erp = await fixture.connect(ORG, 'erp-d');
    shop.system.fill(20);
    const id = shop.system.put({ email: 'refused@example.test', name: 'R', phone: null });
    const run = await fixture.run(ORG, { source_connection_id: shop.id, destination: { connection_id: erp.id } });
    expect(run.progress).toMatchObject({ status: 'completed_with_errors', processed_count: 20, failed_count: 1 });
    shop.system.put({ email: 'accepted@example.test', name: 'R', phone: null }, id);
    const { status, body } = await fixture.call(ORG, 'POST', `/progress/${run.sync_id}/retry-failed`);
    expect([status, body.kind, body.of_sync_id]).toEqual([202, 'retry', run.sync_id]);
    const trail = await fixture.call(ORG, 'GET', `/activity?sync_id=${run.sync_id}`);
    expect(trail.body.items[0]).toMatchObject({
      ...{ activity_type: 'retry_requested', status: 'queued', user_id: body.requested_by },
      details: { retry_sync_id: body.sync_id },
    });
    const retried = await fixture.ended(ORG, body.sync_id);
    expect(retried.counts).toEqual({ created: 1 });
    expect(retried.progress).toMatchObject({ status: 'completed', processed_count: 1, total_items: 1 });
  });

  it('is right also when the response to a write is lost', async () => {
    const shop = await fixture.connect(ORG, 'shop-e');
    const erp = await fixture.connect(ORG, 'erp-e');
    shop.system.fill(150);
    let lost = 0;
    erp.system.hooks.afterWrite = () => {
      lost += 1;
      if (lost <= 2) throw new ConnectorError('unavailable', 'the response was lost', { ambiguous: true });
    };
    const run = await fixture.run(ORG, { source_connection_id: shop.id, destination: { connection_id: erp.id } });
    expect(run.counts).toEqual({ created: 150 });
    expect(erp.system.items.size).toBe(150);
  });
});

describe('A full sync', () => {
  it('finds what is gone, and refuses when too much is', async () => {
    const shop = await fixture.connect(ORG, 'shop-f');
    shop.system.fill(40);
    const run = { source_connection_id: shop.id };
    await fixture.run(ORG, run);
    for (const id of ['000003', '000030']) shop.system.remove(id);
    expect((await fixture.run(ORG, run)).counts).toEqual({ unchanged: 38, deleted: 2 });
    for (let i = 4; i < 14; i += 1) shop.system.remove(String(i).padStart(6, '0'));
    const refused = await fixture.run(ORG, run);
    expect(refused.progress).toMatchObject({
      status: 'failed',
      error_message: expect.stringContaining('10 of 38 (26.3 %)'),
    });
    const override_guard = { reason: 'They were test customers.' };
    expect((await fixture.run(ORG, { ...run, override_guard })).counts).toEqual({ unchanged: 28, deleted: 10 });
    const { body } = await fixture.call(ORG, 'GET', '/activity?limit=100');
    // Alert rules tell a run that its guard stopped by this entry.
    const { sync_id } = refused.progress;
    expect(body.items).toContainEqual(expect.objectContaining({ activity_type: 'delete_guard_tripped', sync_id }));
    expect(body.items).toContainEqual(
      expect.objectContaining({
        activity_type: 'delete_guard_overridden',
        details: { reason: override_guard.reason, guard: null },
      }),
    );
  });
});

describe('A preview', () => {
  it('shows what would change, and is applied exactly', async () => {
    const shop = await fixture.connect(ORG, 'shop-g');
    const erp = await fixture.connect(ORG, 'erp-g', { delete_guard_percent: 50 });
    shop.system.fill(30);
    const ends = { entity_type: 'customer', destination: { connection_id: erp.id } };
    await fixture.run(ORG, { ...ends, source_connection_id: shop.id });
    shop.system.put({ email: 'person1@example.test', name: 'New name', phone: null }, '000001');
    shop.system.put({ email: 'new@example.test', name: 'New', phone: null });
    shop.system.put({ email: 'twice@example.test', name: 'Twice', phone: null });
    for (const name of ['A', 'B']) erp.system.put({ email: 'twice@example.test', name, phone: null });
    shop.system.remove('000002');
    erp.system.written.length = 0;

    const asked = await fixture.call(ORG, 'POST', `/connections/${shop.id}/preview`, ends);
    expect(asked.status).toBe(202);
    const computed = await fixture.ended(ORG, asked.body.sync_id);
    expect(computed).toMatchObject({ kind: 'preview', progress: { status: 'completed' } });
    expect(erp.system.written).toEqual([]);
    const { body: preview } = await fixture.call(ORG, 'GET', `/previews/${asked.body.cache_key}`);
    expect(preview.summary).toEqual({
      creates: 1,
      updates: 1,
      deletes: 1,
      unchanged: 28,
      conflicts: 1,
      failed: 0,
      guard: null,
      approval: null,
    });
    expect(preview.delta_data.conflicts).toEqual([
      expect.objectContaining({
        external_id: '000032',
        reason: expect.stringMatching(/^(Entry 00003[12] of the destination has the same e-mail\. ){2}Link the item/),
      }),
    ]);
    expect(preview.delta_data.updates).toEqual([
      expect.objectContaining({ external_id: '000001', fields: [{ field: 'name', old: 'Person 1', new: 'New name' }] }),
    ]);

    const applied = await fixture.run(ORG, { ...ends, source_connection_id: shop.id, preview: asked.body.cache_key });
    expect(applied).toMatchObject({ kind: 'apply', counts: { created: 1, updated: 1, deleted: 1 } });
    expect(erp.system.items.size).toBe(32);

    const stale = await fixture.call(ORG, 'POST', '/runs', {
      ...ends,
      source_connection_id: shop.id,
      preview: asked.body.cache_key,
    });
    expect([stale.status, stale.body.type]).toEqual([409, 'urn:sync-operations:problem:stale-preview']);
  });

  it('is refused when it is stale, also with a new Idempotency-Key, but a key that has a response gets it again', async () => {
    const shop = await fixture.connect(ORG, 'shop-keys');
    const erp = await fixture.connect(ORG, 'erp-keys');
    shop.system.fill(3);
    const ends = { destination: { connection_id: erp.id }, entity_type: 'customer', mode: 'full' };
    const asked = await fixture.call(ORG, 'POST', `/connections/${shop.id}/preview`, ends);
    await fixture.ended(ORG, asked.body.sync_id);
    const apply = (key: string) => {
      const body = { ...ends, source_connection_id: shop.id, preview: asked.body.sync_id };
      return fixture.call(ORG, 'POST', '/runs', body, { 'idempotency-key': key });
    };
    const first = await apply('apply-1');
    await fixture.ended(ORG, first.body.sync_id);

    const stale = await apply('apply-2');
    expect([stale.status, stale.body.type]).toEqual([409, 'urn:sync-operations:problem:stale-preview']);
    const repeated = await apply('apply-1');
    expect([repeated.status, repeated.body.sync_id]).toEqual([202, first.body.sync_id]);
  });
});

describe('The queue of jobs', () => {
  it('holds names of organizations and syncs, and nothing of theirs', async () => {
    const members = await sql<{ members: string[] }>(
      fixture.service.database.superuserUrl,
      "SELECT DISTINCT ARRAY(SELECT jsonb_object_keys(data) ORDER BY 1) AS members FROM pgboss.job WHERE name = 'sync-runs'",
    );
    expect(members).toEqual([{ members: ['org_id', 'sync_id'] }]);
  });
});
