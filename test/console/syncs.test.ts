import type { Agent, Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { ERP, insertConnections, insertSyncs, SHOP } from './console.fixture.ts';

let service: TestService;
let request: Agent;
let other: Agent;

const ORG = 'org-1';

beforeAll(async () => {
  service = await startTestService();
  request = await service.request(ORG);
  other = await service.request('org-2');
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
  await insertSyncs(service, ORG, [
    { sync_id: 'Nightly-A', initiated_by: 'Ann@ops.example', hours_ago: 1, status: 'completed' },
    { sync_id: 'nightly-b', initiated_by: 'ben@ops.example', hours_ago: 2, status: 'failed', entity_type: 'order' },
    { sync_id: 'old-report', hours_ago: 24 * 40, status: 'completed_with_errors', source_system: 'Lagerware' },
    { sync_id: 'older-report', hours_ago: 24 * 80, status: 'timeout', initiated_by: 'ann@ops.example' },
    { sync_id: 'run-1', source: SHOP, destination: ERP, hours_ago: 3, counts: { conflict: 2 }, status: 'completed' },
    { sync_id: 'run-2', source: ERP, destination: SHOP, hours_ago: 4, kind: 'preview', status: 'completed' },
    { sync_id: 'run-3', source: SHOP, hours_ago: 0, entity_type: 'product' },
  ]);
  await insertSyncs(service, 'org-2', [{ sync_id: 'nightly-of-others', initiated_by: 'ann@ops.example' }]);
});
afterAll(() => service.close());

const list = (by: Agent, search: Record<string, unknown>) => by.get('/api/sync/syncs').query(search);
const idsOf = async (search: Record<string, unknown>, by = request) => {
  const { body } = await list(by, search).expect(200);
  return body.items.map(({ sync_id }: { sync_id: string }) => sync_id);
};

const ALL = ['run-3', 'Nightly-A', 'nightly-b', 'run-1', 'run-2', 'old-report', 'older-report'];

describe('the list of all syncs', () => {
  it('holds active and ended, reported and run syncs, the newest first', async () => {
    expect(await idsOf({})).toEqual(ALL);
    expect(await idsOf({ sort: 'started_at' })).toEqual(ALL.toReversed());
  });

  it('tells of a run both connections by name and its conflicts', async () => {
    const { body } = await list(request, { q: 'run-1' }).expect(200);
    expect(body.items).toMatchObject([
      {
        sync_id: 'run-1',
        kind: 'sync',
        source: { connection_id: SHOP, name: 'Main Shop' },
        destination: { connection_id: ERP, name: 'Back office' },
        status: 'completed',
        conflict_count: 2,
      },
    ]);
    const { body: reported } = await list(request, { q: 'nightly-a' }).expect(200);
    expect(reported.items).toMatchObject([{ kind: 'reported', source: null, destination: null, conflict_count: 0 }]);
  });

  it('is the same page by page in every order', async () => {
    for (const sort of ['-started_at', 'started_at', '-completed_at', 'completed_at']) {
      const whole = await idsOf({ sort });
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Response = await list(request, { sort, limit: 2, ...(cursor ? { cursor } : {}) }).expect(200);
        paged.push(...page.body.items.map(({ sync_id }: { sync_id: string }) => sync_id));
        cursor = page.body.next_cursor;
      } while (cursor);
      expect(paged).toEqual(whole);
    }
  });

  it('sorted by the end lists ended syncs alone', async () => {
    expect(await idsOf({ sort: '-completed_at' })).toEqual(ALL.filter((id) => id !== 'run-3'));
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ status: 'failed' }, ['nightly-b']],
    [{ active: true }, ['run-3']],
    [{ active: false, entity_type: 'order' }, ['nightly-b']],
    [{ failed: true }, ['nightly-b', 'old-report', 'older-report']],
    [{ failed: true, active: true }, []],
    [{ conflicts: true }, ['run-1']],
    [{ conflicts: true, connection_id: ERP, q: 'run' }, ['run-1']],
    [{ conflicts: true, sort: '-completed_at' }, ['run-1']],
    [{ entity_type: 'product' }, ['run-3']],
    [{ kind: 'reported' }, ['Nightly-A', 'nightly-b', 'old-report', 'older-report']],
    [{ kind: 'preview' }, ['run-2']],
    [{ connection_id: SHOP }, ['run-3', 'run-1', 'run-2']],
    [{ connection_id: ERP, kind: 'sync' }, ['run-1']],
    [{ user_id: 'ann@ops.example' }, ['older-report']],
    [{ source_system: 'Lagerware' }, ['old-report']],
    [{ source_system: 'lagerware' }, []],
    [{ source_system: 'Lagerware', failed: true, q: 'report' }, ['old-report']],
    [{ source_system: 'Lagerware', active: true }, []],
    [{ source_system: 'woocommerce', kind: 'preview' }, ['run-2']],
  ])('filtered by %j it holds the matching ones alone', async (search, ids) => {
    expect(await idsOf(search)).toEqual(ids);
    expect(await idsOf({ ...search, sort: 'started_at' })).toEqual(ids.toReversed());
  });

  it('is bounded by from and to', async () => {
    const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    expect(await idsOf({ from: ago(3.5), to: ago(1.5) })).toEqual(['nightly-b', 'run-1']);
    expect(problemOf(await list(request, { from: ago(1), to: ago(2) }).expect(422))).toContain('invalid-request');
  });

  it('shows nothing of another organization, whatever is searched', async () => {
    expect(await idsOf({}, other)).toEqual(['nightly-of-others']);
    expect(await idsOf({ q: 'nightly-a' }, other)).toEqual([]);
    expect(await idsOf({ q: 'run-1' }, other)).toEqual([]);
    expect(await idsOf({ connection_id: SHOP }, other)).toEqual([]);
  });

  it('refuses a cursor of another list or order', async () => {
    const { body } = await list(request, { limit: 1 }).expect(200);
    for (const search of [{ cursor: body.next_cursor, sort: 'started_at' }, { cursor: 'none' }])
      expect((await list(request, search).expect(422)).body.errors).toMatchObject([{ parameter: 'cursor' }]);
  });
});

describe('A search finds by part and whatever the case', () => {
  it.each<[string, string[]]>([
    ['NIGHTLY', ['Nightly-A', 'nightly-b']],
    ['ann@', ['Nightly-A', 'older-report']],
    ['lagerw', ['old-report']],
    ['er-rep', ['older-report']],
    ['back off', ['run-1', 'run-2']],
    ['ops.example', ['Nightly-A', 'nightly-b', 'older-report']],
    ['un', ['run-3', 'run-1', 'run-2']],
    ['none of these', []],
    ['%', []],
  ])('%s', async (q, ids) => {
    expect(await idsOf({ q })).toEqual(ids);
  });

  it('is combined with filters', async () => {
    expect(await idsOf({ q: 'report', status: 'timeout' })).toEqual(['older-report']);
    expect(await idsOf({ q: 'main shop', entity_type: 'product' })).toEqual(['run-3']);
  });

  it('finds the syncs that touched an item by its id, its e-mail or its SKU', async () => {
    await sql(
      service.database.superuserUrl,
      `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
       VALUES ('org-1', 'run-1', '4711', 'failed', 'refused', 'm'), ('org-2', 'nightly-of-others', '4711', 'failed', 'refused', 'm');
       INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
       VALUES ('org-1', '${SHOP}', 'customer', '4711', '{"email": "Ada@shop.example"}', 'h', 1),
              ('org-1', '${SHOP}', 'product', '4711', '{"sku": "Mug-Blue"}', 'h', 2)`,
    );
    expect(await idsOf({ q: '4711' })).toEqual(['run-1']);
    for (const q of ['ADA@shop.example', 'Mug-Blue', 'mug-blue', 'MUG-BLUE'])
      expect(await idsOf({ q })).toEqual(['run-1']);
  });

  it('finds a sync under the week into which its start was moved', async () => {
    await insertSyncs(service, 'org-3', [{ sync_id: 'moved-sync' }]);
    await insertSyncs(
      service,
      'org-3',
      Array.from({ length: 5 }, (_, n) => ({ sync_id: `other-${n}` })),
    );
    await sql(
      service.database.superuserUrl,
      `UPDATE sync_progress SET started_at = now() - interval '30 days' WHERE sync_id = 'moved-sync'`,
    );
    expect(await idsOf({ q: 'moved' }, await service.request('org-3'))).toEqual(['moved-sync']);
  });
});
