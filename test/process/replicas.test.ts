import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DONE_ONCE, leaveWorkForMaintenance, maintenanceOutcome } from '../support/maintenance-data.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const TASKS = [
  'activity-partitions',
  'activity-seals',
  'alert-heartbeat',
  'erasures',
  'expired-changes',
  'expired-idempotency-keys',
  'expired-items',
  'expired-preview-changes',
  'expired-previews',
  'expired-sign-ins',
  'id-censuses',
  'old-alerts',
  'old-erasures',
  'old-webhook-deliveries',
  'old-webhooks',
  'removed-connections',
  'seen-items',
  'silent-syncs',
  'trail-roots',
  'trend-hours',
] as const;

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await leaveWorkForMaintenance(database);
});
afterEach(async () => {
  await cleanUp();
  await database.drop();
});
afterAll(cleanUp);

const start = (variables: Record<string, string> = {}) =>
  ServiceProcess.start({ DATABASE_URL: database.appUrl, ...variables });

/** The rows of app.scheduled_tasks once every task has had its turn. */
const turnsOver = () =>
  waitFor('every task has had its turn', async () => {
    const tasks = await sql<{ name: string; runs: string; last_error: string | null; over: boolean }>(
      database.ownerUrl,
      'SELECT name, runs, last_error, finished_at IS NOT NULL AS over FROM app.scheduled_tasks ORDER BY name',
    );
    return tasks.length >= TASKS.length && tasks.every(({ over }) => over) && tasks;
  });

/** sync_task_runs_total by task, as Prometheus would read it. */
async function runsIn(service: ServiceProcess): Promise<Map<string, number>> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const runs = text.matchAll(/^sync_task_runs_total\{task="([^"]+)",outcome="success"\} (\d+)$/gm);
  return new Map([...runs].map(([, task, count]) => [task as string, Number(count)]));
}

describe('two replicas on one database', () => {
  it('do each scheduled task once a turn between them', async () => {
    const replicas = await Promise.all([start(), start()]);
    const tasks = await turnsOver();
    expect(tasks.map(({ name, runs, last_error }) => ({ name, runs, last_error }))).toEqual(
      TASKS.map((name) => ({ name, runs: '1', last_error: null })),
    );
    const [one, two] = await Promise.all(replicas.map(runsIn));
    for (const task of TASKS)
      expect({ task, runs: (one?.get(task) ?? 0) + (two?.get(task) ?? 0) }).toEqual({ task, runs: 1 });
    expect(await maintenanceOutcome(database)).toEqual(DONE_ONCE);
  });
});

describe('SYNC_WORKER', () => {
  it('off leaves the scheduled tasks to other replicas', async () => {
    const api = await start({ SYNC_WORKER: 'off' });
    expect((await fetch(`${api.url}/openapi.json`)).status).toBe(200);
    // It ran nothing at its start, which is when a worker does; another replica still finds all of it to do.
    expect(await sql(database.ownerUrl, 'SELECT name FROM app.scheduled_tasks')).toEqual([]);
    await start();
    await turnsOver();
    expect((await runsIn(api)).size).toBe(0);
  });

  it('only does them and serves health and metrics, but no API', async () => {
    const worker = await start({ SYNC_WORKER: 'only' });
    await turnsOver();
    expect(await maintenanceOutcome(database)).toEqual(DONE_ONCE);
    expect((await runsIn(worker)).get('silent-syncs')).toBe(1);
    expect((await fetch(`${worker.url}/health/ready`)).status).toBe(200);
    for (const path of [
      '/api/sync/progress',
      '/api/sync/activity',
      '/api/sync/whoami',
      '/sign-in',
      '/docs',
      '/openapi.json',
    ]) {
      const { status } = await fetch(worker.url + path, { headers: { 'x-org-id': 'org-1' } });
      expect({ path, status }).toEqual({ path, status: 404 });
    }
    expect((await worker.stop()).code).toBe(0);
  });
});
