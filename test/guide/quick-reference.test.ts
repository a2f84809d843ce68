import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { boundPool, GuideRunner, type Row } from './guide.runner.ts';

let database: TestDatabase;
let pool: pg.Pool;
let guide: GuideRunner;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = await boundPool(database.ownerUrl, 'org-123');
  guide = new GuideRunner(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

let now = 1_762_430_000_000;
const start = (orgId = 'org-123'): Promise<string> =>
  guide.function('startSync', { Date: { now: () => ++now } })(orgId, 'user-7');
const update = (syncId: string, processed: number, failed?: number, orgId = 'org-123'): Promise<Row> =>
  guide.function('updateSyncProgress')(orgId, syncId, processed, failed);
const rows = (text: string, ...values: unknown[]) => sql<Row>(database.appUrl, text, values, 'org-123');
const ends = (syncId: string) => rows('SELECT * FROM sync_activity_log WHERE sync_id = $1', syncId);

describe('1. start a sync', () => {
  it('makes a running sync of 5000 customers', async () => {
    const [row] = await rows('SELECT * FROM sync_progress WHERE sync_id = $1', await start());
    expect(row).toMatchObject({ status: 'running', total_items: 5000, processed_count: 0, initiated_by: 'user-7' });
  });

  it('twice in one millisecond collides, for its id is the clock', async () => {
    const startNow = guide.function('startSync', { Date: { now: () => 1 } });
    await startNow('org-123', 'user-7');
    await expect(startNow('org-123', 'user-7')).rejects.toMatchObject({ code: '23505' });
  });

  it('of another organization violates the row-level security policy', async () => {
    await expect(start('org-456')).rejects.toThrow('row-level security policy');
  });
});

describe('2. update progress', () => {
  it('returns elapsed, speed and ETA as numbers that agree with the counts', async () => {
    const row = await update(await start(), 1000, 10);
    expect(row).toMatchObject({ processed_count: 1000, failed_count: 10, current_item: 1010, status: 'running' });
    expect(row.elapsed_seconds).toBeGreaterThan(0);
    expect(row.speed_items_per_min).toBeCloseTo((1000 * 60) / row.elapsed_seconds, 3);
    expect(row.eta_seconds).toBe(Math.ceil((3990 * row.elapsed_seconds) / 1010));
  });

  it('at the total ends the sync and logs that exactly once, also when it is reported again', async () => {
    const syncId = await start();
    await update(syncId, 4000);
    expect(await ends(syncId)).toEqual([]);
    expect(await update(syncId, 4990, 10)).toMatchObject({ status: 'completed_with_errors', eta_seconds: null });
    expect((await update(syncId, 4990, 10)).completed_at).toBeInstanceOf(Date);
    expect(await ends(syncId)).toMatchObject([
      { activity_type: 'sync_completed', status: 'completed_with_errors', record_count: 4990, user_id: 'user-7' },
    ]);
  });

  it('above the total violates a check constraint', async () => {
    await expect(update(await start(), 5000, 1)).rejects.toThrow('check constraint');
  });

  it('of an ended sync is refused as SY001', async () => {
    const syncId = await start();
    await update(syncId, 5000);
    await expect(update(syncId, 4999)).rejects.toMatchObject({ code: 'SY001' });
  });

  it('of another organization finds no row', async () => {
    const syncId = await start();
    const foreign = await boundPool(database.ownerUrl, 'org-456');
    const updated = await new GuideRunner(foreign).function('updateSyncProgress')('org-123', syncId, 1);
    await foreign.end();
    expect(updated).toBeUndefined();
  });
});

it('3. live progress lists the active syncs, the last reported first', async () => {
  const [older, newer, ended] = [await start(), await start(), await start()];
  await update(ended, 5000);
  await update(older, 1);
  const listed = (await guide.function('getLiveProgress')('org-123')).map((row: Row) => row.sync_id);
  expect(listed.slice(0, 2)).toEqual([older, newer]);
  expect(listed).not.toContain(ended);
});

describe('4. preview cache', () => {
  const hashInputs = (inputs: object) => createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  const filterParams = { modified_after: '2025-11-01' };
  const cacheKey = hashInputs({ syncType: 'woocommerce', ...filterParams });
  const store = (delta: unknown) =>
    guide.function('cachePreviewDelta', { hashInputs, filterParams })('org-123', 'woocommerce', delta, 'user-7');
  const read = (key: string) => guide.function('getPreviewDelta')(key);

  it('is stored, replaced and read by its key for one hour', async () => {
    await store({ creates: [1] });
    await store({ creates: [2] });
    expect(await read(cacheKey)).toEqual({ creates: [2] });
    expect(await read('another key')).toBeNull();
    expect(await rows('SELECT entity_type, (expires_at - computed_at)::text AS lives FROM sync_preview_cache')).toEqual(
      [{ entity_type: 'all', lives: '01:00:00' }],
    );
  });

  it('is not read by another organization, which names none in its query', async () => {
    await store({ creates: [3] });
    const foreign = await boundPool(database.ownerUrl, 'org-456');
    expect(await new GuideRunner(foreign).function('getPreviewDelta')(cacheKey)).toBeNull();
    await foreign.end();
  });

  it('is not read once it has expired', async () => {
    await store({ creates: [4] });
    await rows('UPDATE sync_preview_cache SET expires_at = now()');
    expect(await read(cacheKey)).toBeNull();
  });
});

describe('5. audit trail', () => {
  it('filters by days, failed only, and by user', async () => {
    await rows("SELECT app.ensure_activity_partition(now() - interval '10 days')");
    // Only the owner can date an entry back.
    await sql(
      database.superuserUrl,
      `INSERT INTO sync_activity_log (org_id, sync_id, activity_type, status, user_id, created_at)
       VALUES ('org-123', 'old', 'import', 'failed', 'user-8', now() - interval '10 days'),
              ('org-123', 'new', 'import', 'completed', 'user-8', now()),
              ('org-123', 'silent', 'import', 'timeout', 'user-9', now())`,
    );
    const ids = async (name: string, ...values: unknown[]) =>
      (await guide.function(name)('org-123', ...values))
        .filter((row: Row) => row.activity_type === 'import')
        .map((row: Row) => row.sync_id)
        .sort();
    expect(await ids('getOrgActivity')).toEqual(['new', 'silent']);
    expect(await ids('getOrgActivity', 30)).toEqual(['new', 'old', 'silent']);
    expect(await ids('getFailedSyncs')).toEqual(['old', 'silent']);
    expect(await ids('getFailedSyncs', 7)).toEqual(['silent']);
    expect(await ids('getUserActivity', 'user-8')).toEqual(['new', 'old']);
  });
});

it('every statement of the quick reference ran', () => {
  expect(guide.notRun(({ chapter }) => chapter === 'Quick Reference')).toEqual([]);
});
