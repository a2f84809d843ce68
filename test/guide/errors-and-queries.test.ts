import pg from 'pg';
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
  await rows(`
    INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count, started_at) VALUES
      ('org-123', 'slower', 'customer', 'woocommerce', 100, 20, now() - interval '10 minutes'),
      ('org-123', 'slow and ended', 'order', 'odoo', 30, 30, now() - interval '10 minutes'),
      ('org-123', 'fast', 'customer', 'woocommerce', 5000, 1000, now() - interval '10 minutes'),
      ('org-123', 'not begun', 'customer', 'woocommerce', 5000, 0, now() - interval '10 minutes')`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const rows = (text: string, ...values: unknown[]) => sql<Row>(database.appUrl, text, values, 'org-123');

describe('handling RLS errors', () => {
  it('reads the organization of the session', async () => {
    expect(await guide.function('syncWithErrorHandling')('org-123')).toHaveLength(4);
  });

  it('sees nothing, and no error, when the session has none or another', async () => {
    const bare = new pg.Pool({ connectionString: database.appUrl });
    expect(await new GuideRunner(bare).function('syncWithErrorHandling')('org-123')).toEqual([]);
    expect(await guide.function('syncWithErrorHandling')('org-456')).toEqual([]);
    await bare.end();
  });
});

describe('handling validation errors', () => {
  const statement = () =>
    guide.guide.statements.find(({ section }) => section === 'Handle Validation Errors')?.sql ?? '';
  const withCasts = () => statement().replace('$1 + $2', '$1::double precision + $2::double precision');

  it('refuses counts above the total before it asks the database', async () => {
    await expect(guide.function('updateProgressSafely')('org-123', 'fast', 5000, 1, 5000)).rejects.toThrow(
      'Invalid counts: 5000 + 1 > 5000',
    );
  });

  it('as printed adds two parameters without a type, which no Postgres can resolve', async () => {
    await expect(guide.function('updateProgressSafely')('org-123', 'fast', 1100, 1, 5000)).rejects.toMatchObject({
      code: '42725',
    });
  });

  it('with the two cast updates, and above the stored total violates a check constraint', async () => {
    const { rows: updated } = await pool.query(withCasts(), [1100, 1, 'org-123', 'fast']);
    expect(updated).toMatchObject([{ processed_count: 1100, failed_count: 1, current_item: 1101 }]);
    await expect(pool.query(withCasts(), [5000, 1, 'org-123', 'fast'])).rejects.toThrow('check constraint');
  });
});

describe('common queries', () => {
  it('finds slow syncs, the slowest first, also ended ones, and never divides by zero', async () => {
    const { rows: slow } = await guide.pool.query(guide.sql('Find Slow Syncs'));
    expect(slow.map(({ sync_id, speed_items_per_min }) => [sync_id, speed_items_per_min])).toEqual([
      ['slower', 2],
      ['slow and ended', 3],
    ]);
    expect(Number(slow[0]?.seconds_per_item)).toBe(30);
  });

  it('finds failed syncs in no Postgres: it orders groups by a column that is not grouped', async () => {
    await expect(guide.pool.query(guide.sql('Find Failed Syncs'))).rejects.toMatchObject({ code: '42803' });
  });

  it('averages durations by entity type', async () => {
    const { rows: trends } = await guide.pool.query(guide.sql('Sync Duration Trends'));
    // Entries of no entity type, such as the one of a login that was made, are a group of their own.
    expect(trends.filter((row) => row.entity_type !== null)).toEqual([
      { entity_type: 'order', sync_count: '1', avg_duration_sec: 600, max_duration_sec: 600, total_records: 30 },
    ]);
  });
});

describe('troubleshooting', () => {
  it('shows the organization of a user, of the own organization only', async () => {
    await sql(
      database.ownerUrl,
      "INSERT INTO auth.users_extended (id, org_id) VALUES ('user-7', 'org-123'), ('user-9', 'org-456')",
    );
    const printed: unknown[][] = [];
    const debugRLS = guide.function('debugRLS', { console: { log: (...values: unknown[]) => printed.push(values) } });
    await debugRLS('user-7');
    await debugRLS('user-9');
    expect(printed).toEqual([
      ['User org_id:', 'org-123'],
      ['User org_id:', undefined],
    ]);
  });

  it('makes a partition by hand as the owner, once and again; maintenance then protects it', async () => {
    const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    const asOwner = new GuideRunner(owner);
    const november = asOwner.sql('Partition Not Found Error');
    await expect(guide.pool.query(november)).rejects.toMatchObject({ code: '42501' });
    await asOwner.pool.query(november);
    await asOwner.pool.query(november);
    // Only the owner can date an entry back.
    await owner.query(`SELECT set_config('app.current_org_id', 'org-123', false)`);
    await owner.query(`INSERT INTO sync_activity_log (org_id, activity_type, status, created_at)
                       VALUES ('org-123', 'import', 'completed', '2025-11-15')`);
    const find = `SELECT tableoid::regclass::text AS month FROM sync_activity_log WHERE activity_type = 'import'`;
    expect(await rows(find)).toEqual([{ month: 'sync_activity_log_2025_11' }]);
    await rows('SELECT app.prepare_activity_partitions(3)');
    const { rows: protection } = await owner.query(
      `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'sync_activity_log_2025_11'`,
    );
    expect(protection).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
    await owner.end();
    await expect(rows('SELECT * FROM sync_activity_log_2025_11')).rejects.toMatchObject({ code: '42501' });
  });

  it('deletes the expired previews of every organization and says how many', async () => {
    for (const [orgId, syncType, expires] of [
      ['org-123', 'woocommerce', '-1 second'],
      ['org-123', 'odoo', '1 hour'],
      ['org-456', 'odoo', '-1 hour'],
    ])
      await sql(
        database.appUrl,
        `INSERT INTO sync_preview_cache (org_id, sync_type, cache_key, delta_data, expires_at)
         VALUES ($1, $2, 'key', '{}', now() + $3::interval)`,
        [orgId, syncType, expires],
        orgId,
      );
    expect(await guide.snippet('Preview Cache Not Expiring')).toEqual([{ deleted_count: 2 }]);
    expect(await rows('SELECT sync_type FROM sync_preview_cache')).toEqual([{ sync_type: 'odoo' }]);
  });
});

it('every statement outside the quick reference and the workflow ran', () => {
  const isElsewhere = (chapter: string) => chapter === 'Quick Reference' || chapter.startsWith('Workflow');
  expect(guide.notRun(({ chapter }) => !isElsewhere(chapter))).toEqual([]);
});
