import { createHash } from 'node:crypto';
import {
  type Client,
  listActivityErrors,
  listActivityTrends,
  listSlowSyncs,
  lookUpPreview,
  reportProgress,
  storePreview,
} from '@sync-operations/client';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { GuideRunner, plainSqlPool, type Row } from './guide.runner.ts';

let service: TestService;
let client: Client;
let pool: pg.Pool;
let guide: GuideRunner;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-123');
  pool = plainSqlPool(service.database.appUrl, 'org-123');
  guide = new GuideRunner(pool);
  await pool.query(`
    INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, total_items, processed_count, failed_count,
      started_at, error_message) VALUES
      ('org-123', 'a', 'customer', 'woocommerce', 'failed', 90, 10, 0, now() - interval '10 minutes', 'the key was revoked'),
      ('org-123', 'b', 'customer', 'woocommerce', 'failed', 90, 20, 0, now() - interval '10 minutes', 'the key was revoked'),
      ('org-123', 'c', 'order', 'odoo', 'running', 12, 10, 2, now() - interval '10 minutes', NULL),
      ('org-123', 'd', 'order', 'odoo', 'running', 12, 5, 0, now() - interval '10 minutes', NULL)`);
  await pool.query(`
    INSERT INTO sync_activity_log (org_id, sync_id, entity_type, activity_type, status, details)
    SELECT 'org-123', 'c', 'order', 'batch_process', 'completed_with_errors', '{"error": "no such product"}'
      FROM generate_series(1, 2)`);
});
afterAll(async () => {
  await pool.end();
  await service.close();
});

describe('what REST returns where the guide and this service differ', () => {
  it('failed syncs: the groups of the query in its valid form, by message', async () => {
    const valid = guide.sql('Find Failed Syncs').replace('ORDER BY sal.created_at', 'ORDER BY max(sal.created_at)');
    const { rows } = await pool.query<Row>(valid);
    const { data } = await listActivityErrors({ client });
    // The guide's workflow writes an item's message into details; grouped by error_message alone those have none.
    const message = (row: Row) => row.error_message ?? 'no such product';
    expect(countsBy(rows, message)).toEqual({
      'the key was revoked': 2,
      '2 of 12 items failed': 1,
      'no such product': 2,
    });
    // A number of failed items is no cause where the causes are told.
    expect(countsBy(data?.items ?? [], message)).toEqual({
      'the key was revoked': 2,
      'no such product': 2,
    });
    expect(data?.items).toContainEqual(
      expect.objectContaining({
        error_message: 'the key was revoked',
        status: 'failed',
        error_count: 2,
        sync_count: 2,
      }),
    );
    expect(data?.items).toContainEqual(expect.objectContaining({ error_message: 'no such product', error_count: 2 }));
  });

  it('trends: only ends of syncs, where the query counts each failed item as a sync', async () => {
    const { rows } = await pool.query<Row>(guide.sql('Sync Duration Trends'));
    const { data } = await listActivityTrends({ client });
    expect(rows).toMatchObject([{ entity_type: 'order', sync_count: '3', total_records: 10 }]);
    expect(data?.items).toMatchObject([
      { entity_type: 'order', sync_count: 1, total_records: 10, avg_duration_sec: rows[0]?.avg_duration_sec },
    ]);
  });

  it('slow syncs: only active ones, where the query lists ended ones, too', async () => {
    const { rows } = await pool.query<Row>(guide.sql('Find Slow Syncs'));
    const { data } = await listSlowSyncs({ client, query: { below: 10 } });
    expect(rows.map(({ sync_id }) => sync_id).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(data).toMatchObject([{ sync_id: 'd', seconds_per_item: 120 }]);
  });

  it('counts: never backwards, though the update by SQL accepts any', async () => {
    const counts = { processed_count: 4, failed_count: 0 };
    const { error, response } = await reportProgress({ client, path: { sync_id: 'd' }, body: counts });
    expect([response?.status, error?.type]).toEqual([409, expect.stringContaining('backwards')]);
    expect(await guide.function('updateSyncProgress')('org-123', 'd', 4)).toMatchObject(counts);
  });

  it('previews: a filter gets its own delta, where the upsert serves it the delta of another filter', async () => {
    const hashInputs = (inputs: object) => createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
    const [a, b] = [{ country: 'DE' }, { country: 'FR' }];
    const store = (filterParams: object, delta: object) =>
      guide.function('cachePreviewDelta', { hashInputs, filterParams })('org-123', 'woocommerce', delta, 'user-7');
    const read = (filters: object) =>
      guide.function('getPreviewDelta')(hashInputs({ syncType: 'woocommerce', ...filters }));
    await store(a, { creates: ['of DE'] });
    await store(b, { creates: ['of FR'] });
    expect([await read(a), await read(b)]).toEqual([{ creates: ['of FR'] }, null]);

    const inputs = (filters: Record<string, unknown>) => ({ sync_type: 'woocommerce', filters });
    await storePreview({ client, body: { ...inputs(a), delta_data: { creates: ['of DE'] } } });
    await storePreview({ client, body: { ...inputs(b), delta_data: { creates: ['of FR'] } } });
    expect((await lookUpPreview({ client, body: inputs(a) })).response?.status).toBe(404);
    expect((await lookUpPreview({ client, body: inputs(b) })).data?.delta_data).toEqual({ creates: ['of FR'] });
  });
});

function countsBy(groups: readonly Row[], key: (group: Row) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const group of groups) counts[key(group)] = (counts[key(group)] ?? 0) + Number(group.error_count);
  return counts;
}
