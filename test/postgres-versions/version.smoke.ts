import assert from 'node:assert/strict';
import pg from 'pg';
import { GuideRunner, plainSqlPool, type Row } from '../guide/guide.runner.ts';

/** What must hold on every version as the service's role: reporting, the guide's workflow, and tenants kept apart. */
export async function smoke(appUrl: string): Promise<void> {
  const pool = plainSqlPool(appUrl, 'org-123');
  try {
    const guide = new GuideRunner(pool);
    await workflow(guide);
    await hotFunction(guide);
    await refusals(guide);
    await tenants(appUrl);
  } finally {
    await pool.end();
  }
}

async function workflow(guide: GuideRunner): Promise<void> {
  const result = await guide.function('syncWooCommerceCustomers', {
    fetchWooCommerceCustomers: async () => Array.from({ length: 150 }, (_, index) => ({ id: index + 1 })),
    createOrUpdateCustomer: async (_orgId: string, { id }: { id: number }) => {
      if (id === 17) throw new Error('Invalid email address');
    },
    setTimeout: setImmediate,
  })('org-123', 'user-7');
  assert.deepEqual([result.processedCount, result.failedCount], [149, 1]);
  const { rows } = await guide.pool.query(
    'SELECT activity_type, status FROM sync_activity_log WHERE sync_id = $1 ORDER BY created_at',
    [result.syncId],
  );
  assert.deepEqual(rows, [
    { activity_type: 'batch_process', status: 'completed_with_errors' },
    { activity_type: 'sync_completed', status: 'completed_with_errors' },
  ]);
  assert.equal((await guide.function('getFailedSyncs')('org-123')).length, 2);
  await guide.snippet('Preview Cache Not Expiring');
}

async function hotFunction(guide: GuideRunner): Promise<void> {
  const sync_id = await guide.function('startSync')('org-123', 'user-7');
  const report = (counts: object) =>
    guide.pool.query('SELECT outcome, progress FROM app.report_progress($1)', [
      JSON.stringify([{ org_id: 'org-123', sync_id, ...counts }]),
    ]);
  const [reported] = (await report({ processed_count: 4000 })).rows as [Row];
  assert.equal(reported.outcome, 'reported');
  const progress = JSON.parse(reported.progress);
  assert.ok(progress.speed_items_per_min > 0 && progress.eta_seconds > 0 && progress.elapsed_seconds > 0);
  assert.equal((await report({ processed_count: 5001 })).rows[0]?.outcome, 'above_total');
  assert.equal((await report({ processed_count: 5000 })).rows[0]?.outcome, 'reported');
  assert.equal((await report({ processed_count: 4999 })).rows[0]?.outcome, 'ended');
}

/** The statements of the guide that no version accepts: should one begin to, the guide's notes are out of date. */
async function refusals(guide: GuideRunner): Promise<void> {
  const ungrouped = guide.pool.query(guide.sql('Find Failed Syncs'));
  await assert.rejects(ungrouped, { code: '42803' });
  const untyped = guide.function('updateProgressSafely')('org-123', 'any', 1, 0, 2);
  await assert.rejects(untyped, { code: '42725' });
}

async function tenants(appUrl: string): Promise<void> {
  const foreign = plainSqlPool(appUrl, 'org-456');
  const none = new pg.Pool({ connectionString: appUrl });
  try {
    await assert.rejects(
      new GuideRunner(foreign).function('startSync')('org-123', 'user-7'),
      /row-level security policy/,
    );
    for (const pool of [foreign, none])
      assert.deepEqual(await new GuideRunner(pool).function('getLiveProgress')('org-123'), []);
  } finally {
    await foreign.end();
    await none.end();
  }
}
