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
  guide = new GuideRunner(losesReports(pool));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The number of next batch reports that fail before they reach the database. */
let reportsToLose = 0;

function losesReports(real: pg.Pool): Pick<pg.Pool, 'query'> {
  const query = async (text: string, values: unknown[]) => {
    if (text.includes('current_item = $3') && reportsToLose-- > 0)
      throw new Error('Connection terminated unexpectedly');
    return real.query(text, values);
  };
  return { query } as Pick<pg.Pool, 'query'>;
}

async function runWorkflow(customers: number, options: { fails?: (id: number) => boolean; lostReports?: number } = {}) {
  const printed: string[] = [];
  const delays: number[] = [];
  reportsToLose = options.lostReports ?? 0;
  const outcome = guide.function('syncWooCommerceCustomers', {
    fetchWooCommerceCustomers: async () => Array.from({ length: customers }, (_, index) => ({ id: index + 1 })),
    createOrUpdateCustomer: async (_orgId: string, { id }: { id: number }) => {
      if (options.fails?.(id)) throw new Error(`Invalid email address of customer ${id}`);
    },
    setTimeout: (resolve: () => void, ms: number) => {
      delays.push(ms);
      setImmediate(resolve);
    },
    console: { log: (line: string) => printed.push(line), error: () => {} },
  })('org-123', 'user-7');
  const result: Row = await outcome.catch((error: unknown) => ({ error }));
  const [row] = await sql<Row>(
    database.appUrl,
    'SELECT * FROM sync_progress ORDER BY started_at DESC LIMIT 1',
    [],
    'org-123',
  );
  const activity = await sql<Row>(
    database.appUrl,
    'SELECT * FROM sync_activity_log WHERE sync_id = $1 ORDER BY created_at',
    [row?.sync_id],
    'org-123',
  );
  return {
    result,
    row: row as Row,
    printed,
    delays,
    ends: activity.filter(({ activity_type }) => activity_type === 'sync_completed'),
    items: activity.filter(({ activity_type }) => activity_type === 'batch_process'),
  };
}

describe('the complete workflow as printed', () => {
  it('counts successes and failures, logs each failed item, and its end once', async () => {
    const { result, row, printed, delays, ends, items } = await runWorkflow(250, { fails: (id) => id % 100 === 7 });
    const counts = { processed_count: 247, failed_count: 3, total_items: 250 };
    expect(result).toMatchObject({ processedCount: 247, failedCount: 3, status: 'completed_with_errors' });
    expect(row).toMatchObject({
      ...counts,
      sync_id: result.syncId,
      status: 'completed_with_errors',
      current_item: 250,
    });
    expect(ends).toMatchObject([
      {
        status: 'completed_with_errors',
        record_count: 247,
        details: counts,
        user_id: 'user-7',
        entity_type: 'customer',
      },
    ]);
    expect(items.map(({ details }) => details)).toEqual(
      [7, 107, 207].map((id) => ({ customerId: id, error: `Invalid email address of customer ${id}` })),
    );
    expect(delays).toEqual([2000, 2000, 2000]);
    const batches = printed.filter((line) => line.startsWith('Batch'));
    expect(batches).toHaveLength(3);
    for (const line of batches.slice(0, 2)) expect(line).toMatch(/[\d.]+ items\/min, ETA: [\d.]+ min$/);
    expect(batches[2]).toMatch(/247\/250 processed, [\d.]+ items\/min, ETA: - min$/);
  });

  it('with no failure ends as completed', async () => {
    const { result, row, ends, items } = await runWorkflow(100);
    expect([result.status, row.status, ends.length, items.length]).toEqual(['completed', 'completed', 1, 0]);
  });

  it('with nothing to sync ends at once', async () => {
    const { result, row, ends } = await runWorkflow(0);
    expect([result.status, row.status, ends.length]).toEqual(['completed', 'completed', 1]);
  });
});

describe('its batch handler, which counts a whole batch as failed when only the report was lost', () => {
  it('is stopped by the check constraint, and leaves every item counted as failed', async () => {
    const { result, row, ends } = await runWorkflow(200, { lostReports: 1 });
    // All 200 arrived. 200 + 100 is above the total, so the second report is refused and its batch counted as failed, too.
    expect(result).toMatchObject({ processedCount: 200, failedCount: 200 });
    expect(row).toMatchObject({ processed_count: 0, failed_count: 200, status: 'completed_with_errors' });
    expect(ends).toHaveLength(1);
  });

  it('reaches the total a batch early, and the last report of the ended sync stops the workflow', async () => {
    const { result, row, ends } = await runWorkflow(300, { lostReports: 1 });
    expect(result.error).toMatchObject({ code: 'SY001' });
    expect(row).toMatchObject({ processed_count: 200, failed_count: 100, status: 'completed_with_errors' });
    expect(ends).toHaveLength(1);
  });
});

it('every statement of the workflow ran', () => {
  expect(guide.notRun(({ chapter }) => chapter.startsWith('Workflow'))).toEqual([]);
});
