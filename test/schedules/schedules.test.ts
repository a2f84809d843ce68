import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../src/config/environment.ts';
import { CONNECTOR_LIST } from '../../src/connectors/connector.registry.ts';
import type { Connector } from '../../src/connectors/contract/connector.types.ts';
import { createApp } from '../../src/create-app.ts';
import { ScheduleRunner } from '../../src/schedules/schedule.runner.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { fakeConnector } from '../runs/fake.system.ts';
import { RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  // Runs are started and nobody works on them, so that they stay active.
  fixture = await RunsFixture.start({ SYNC_WORKER: 'off' });
});
afterAll(() => fixture.close());

const ORG = 'org-schedules';
/** Struck half a day ago, and does not while the tests run. */
const DAILY = {
  ...{ entity_type: 'customer', mode: 'incremental' },
  cron: `0 ${(new Date().getUTCHours() + 12) % 24} * * *`,
};
const HOURLY = { entity_type: 'customer', mode: 'incremental', cron: '0 * * * *' };

const call = (method: string, path: string, body?: unknown, org = ORG) => fixture.call(org, method, path, body);
const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);
const runs = (id: string) =>
  admin('SELECT trigger, requested_by, mode, kind FROM sync_runs WHERE source_connection_id = $1', [id]);
const runDue = (id: string, org = ORG) => runAsWorker(org, () => fixture.service.app.get(ScheduleRunner).runDue(id));
/** As if its time had come. */
const age = (id: string) =>
  admin(`UPDATE sync_schedules SET next_run_at = next_run_at - interval '1 day' WHERE id = $1`, [id]);
const endRuns = (id: string) =>
  admin(
    `UPDATE sync_progress p SET status = 'completed' FROM sync_runs r
      WHERE r.org_id = p.org_id AND r.sync_id = p.sync_id AND r.source_connection_id = $1 AND p.completed_at IS NULL`,
    [id],
  );

let shops = 0;
async function scheduled(schedule: object = HOURLY) {
  shops += 1;
  const { id } = await fixture.connect(ORG, `shop-${shops}`);
  const { status, body } = await call('POST', `/connections/${id}/schedules`, schedule);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { connection: id, schedule: body };
}

describe('A schedule', () => {
  it('is set with its clock, read, changed, stopped and removed', async () => {
    const { connection, schedule } = await scheduled({ ...HOURLY, time_zone: 'Asia/Kolkata' });
    expect(schedule).toEqual({
      ...{ ...HOURLY, id: expect.any(String), connection_id: connection, destination: 'records', enabled: true },
      kind: 'sync',
      ...{ time_zone: 'Asia/Kolkata', next_run_at: expect.stringMatching(/:30:00\.000Z$/), created_by: 'user-1' },
      ...{ last_run_at: null, last_sync_id: null, last_error: null },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    const path = `/schedules/${schedule.id}`;
    expect((await call('GET', path)).body).toEqual(schedule);
    expect((await call('GET', `/connections/${connection}/schedules`)).body).toEqual({
      ...{ items: [schedule], next_cursor: null },
    });
    expect((await call('GET', `/schedules?connection_id=${connection}`)).body.items).toEqual([schedule]);
    expect((await call('GET', '/schedules')).body.items).toContainEqual(schedule);
    expect((await call('GET', `/schedules?destination_id=${connection}`)).body.items).toEqual([]);
    expect((await call('GET', '/schedules?destination_id=x')).status).toBe(422);

    const changed = await call('PATCH', path, { cron: '5 4 * * *', time_zone: 'UTC' });
    expect(changed.body).toMatchObject({
      ...HOURLY,
      cron: '5 4 * * *',
      next_run_at: expect.stringMatching(/T04:05:00/),
    });
    expect((await call('PATCH', path, { enabled: false })).body).toMatchObject({ enabled: false, next_run_at: null });
    expect((await call('PATCH', path, { enabled: true })).body).toMatchObject({
      next_run_at: changed.body.next_run_at,
    });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    const { body } = await call('GET', '/activity');
    const noted = body.items.filter(
      ({ details }: { details: { schedule_id?: string } }) => details?.schedule_id === schedule.id,
    );
    expect(noted.map(({ activity_type }: { activity_type: string }) => activity_type)).toEqual([
      ...['schedule_removed', 'schedule_changed', 'schedule_changed', 'schedule_changed', 'schedule_created'],
    ]);
  });

  it('is refused when it could never work', async () => {
    const { id } = await fixture.connect(ORG, 'refusing');
    for (const [wrong, status] of [
      [{ cron: '0 0 30 2 *' }, 422],
      [{ cron: '* * * *' }, 422],
      [{ time_zone: 'Nowhere/City' }, 422],
      [{ entity_type: 'order' }, 422],
      [{ mode: 'both' }, 422],
      [{ destination: { connection_id: id } }, 422],
      [{ destination: { connection_id: randomUUID() } }, 404],
      [{ destination: 'elsewhere' }, 422],
    ] as const)
      expect([wrong, (await call('POST', `/connections/${id}/schedules`, { ...HOURLY, ...wrong })).status]).toEqual([
        wrong,
        status,
      ]);
    expect((await call('POST', `/connections/${randomUUID()}/schedules`, HOURLY)).status).toBe(404);
  });

  it('is nothing to another organization', async () => {
    const { connection, schedule } = await scheduled();
    for (const [method, path, body] of [
      ['GET', `/schedules/${schedule.id}`],
      ['PATCH', `/schedules/${schedule.id}`, { enabled: false }],
      ['DELETE', `/schedules/${schedule.id}`],
      ['GET', `/connections/${connection}/schedules`],
      ['POST', `/connections/${connection}/schedules`, HOURLY],
    ] as const)
      expect([path, (await call(method, path, body, 'org-other')).status]).toEqual([path, 404]);
    expect((await call('GET', `/schedules/${schedule.id}`)).body).toEqual(schedule);
  });
});

describe('When it is due, a schedule', () => {
  it('starts one run for each time, in the name of who set it, and none while that is active', async () => {
    const { connection, schedule } = await scheduled(DAILY);
    await runDue(schedule.id);
    // Set after it, so that was not its business.
    expect(await runs(connection)).toEqual([]);
    await age(schedule.id);
    await Promise.all([runDue(schedule.id), runDue(schedule.id)]);
    const run = { trigger: 'schedule', requested_by: 'user-1', mode: 'incremental', kind: 'sync' };
    expect(await runs(connection)).toEqual([run]);
    const { body: first } = await call('GET', `/schedules/${schedule.id}`);
    expect(first).toMatchObject({
      last_error: null,
      last_run_at: expect.any(String),
      last_sync_id: expect.any(String),
    });

    await age(schedule.id);
    await runDue(schedule.id);
    expect(await runs(connection)).toEqual([run]);
    const { body: skipped } = await call('GET', `/schedules/${schedule.id}`);
    expect(skipped).toMatchObject({ last_sync_id: first.last_sync_id, last_error: expect.stringMatching(/^Skipped/) });

    await endRuns(connection);
    await age(schedule.id);
    await runDue(schedule.id);
    expect(await runs(connection)).toEqual([run, run]);
    expect((await call('GET', `/schedules/${schedule.id}`)).body.last_error).toBeNull();
  });

  it('stops and says why when a connection of it is gone', async () => {
    const erp = await fixture.connect(ORG, 'erp-gone');
    const { connection, schedule } = await scheduled({ ...DAILY, destination: { connection_id: erp.id } });
    expect(schedule.destination).toBe(erp.id);
    await age(schedule.id);
    await call('DELETE', `/connections/${erp.id}`);
    await runDue(schedule.id);
    expect(await runs(connection)).toEqual([]);
    const { body } = await call('GET', `/schedules/${schedule.id}`);
    expect(body).toMatchObject({
      enabled: false,
      next_run_at: null,
      last_error: expect.stringMatching(/no such connection/),
    });
    const { items } = (await call('GET', '/activity?failed=true')).body;
    expect(items[0]).toMatchObject({ activity_type: 'schedule_failed', details: { schedule_id: schedule.id } });
    expect((await call('PATCH', `/schedules/${schedule.id}`, { enabled: true })).status).toBe(404);
    expect((await call('PATCH', `/schedules/${schedule.id}`, { cron: '1 1 * * *' })).status).toBe(200);
  });
});

describe('A worker', () => {
  /** A process that only works, beside the API of the fixture. */
  async function withWorker(check: () => Promise<void>): Promise<void> {
    const worker = await createApp(
      parseEnvironment({ DATABASE_URL: fixture.service.database.appUrl, SYNC_WORKER: 'only', LOG_LEVEL: 'silent' }),
    );
    worker.get<Connector[]>(CONNECTOR_LIST).push(fakeConnector(fixture.systems));
    await worker.init();
    try {
      await check();
    } finally {
      await worker.close();
    }
  }

  it('runs a schedule whose times were missed once when it starts, and the next time comes after now', async () => {
    const { connection, schedule } = await scheduled(DAILY);
    await admin(`UPDATE sync_schedules SET next_run_at = now() - interval '3 days' WHERE id = $1`, [schedule.id]);
    await withWorker(async () => {
      await waitFor('its run', async () => (await runs(connection)).length > 0);
    });
    expect(await runs(connection)).toHaveLength(1);
    expect((await call('GET', `/schedules/${schedule.id}`)).body).toMatchObject({ next_run_at: schedule.next_run_at });
  });

  it('runs a schedule at the time that it told, by the clock of the database', async () => {
    const { connection, schedule } = await scheduled(DAILY);
    await withWorker(async () => {
      await admin(`UPDATE sync_schedules SET next_run_at = now() + interval '2 seconds' WHERE id = $1`, [schedule.id]);
      const { body: told } = await call('GET', `/schedules/${schedule.id}`);
      const run = await waitFor('its run', async () => {
        const [found] = await admin<{ late: number }>(
          `SELECT extract(epoch FROM created_at - $2::timestamptz)::float AS late FROM sync_runs WHERE source_connection_id = $1`,
          [connection, told.next_run_at],
        );
        return found;
      });
      expect(run.late).toBeGreaterThanOrEqual(0);
    });
  });
});
