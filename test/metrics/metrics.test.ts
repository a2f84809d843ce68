import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { readMetrics } from '../support/metrics.ts';
import { waitFor } from '../support/wait-for.ts';

const ORG = 'org-of-metrics';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_METRICS_CONNECTIONS: 'true' });
});
afterAll(() => fixture.close());

const read = () => readMetrics(fixture.service.url);
const value = async (series: string) => (await read()).get(series);

describe('GET /metrics', () => {
  it('counts transactions and their wait, and tells of the connections of each pool and of the shares', async () => {
    await fixture.call(ORG, 'GET', '/connections');
    const metrics = await read();
    expect(metrics.get('sync_transaction_duration_seconds_count{kind="read",outcome="done"}')).toBeGreaterThan(0);
    expect(metrics.get('sync_transaction_wait_seconds_total{kind="read"}')).toBeGreaterThan(0);
    for (const pool of ['general', 'tasks', 'tenants', 'reports', 'health']) {
      expect(metrics.get(`sync_db_connections_max{pool="${pool}"}`)).toBeGreaterThan(0);
      for (const state of ['busy', 'idle', 'waiting'])
        expect(metrics.get(`sync_db_connections{pool="${pool}",state="${state}"}`)).toBeGreaterThanOrEqual(0);
    }
    expect(metrics.get('sync_db_share_waiting')).toBe(0);
  });

  it('counts reports by their outcome, with the time until they were committed, and leaves none waiting', async () => {
    const started = await fixture.call(ORG, 'POST', '/progress', {
      sync_id: 's1',
      entity_type: 'x',
      source_system: 'y',
    });
    expect(started.status).toBe(201);
    await fixture.call(ORG, 'PATCH', '/progress/s1', { processed_count: 1 });
    await fixture.call(ORG, 'PATCH', '/progress/unknown', { processed_count: 1 });
    const metrics = await read();
    expect(metrics.get('sync_reports_total{outcome="reported"}')).toBe(1);
    expect(metrics.get('sync_reports_total{outcome="missing"}')).toBe(1);
    expect(metrics.get('sync_report_lag_seconds_count')).toBe(2);
    expect(metrics.get('sync_report_call_reports_total')).toBe(2);
    expect(metrics.get('sync_reports_waiting')).toBe(0);
    expect(metrics.get('sync_reports_oldest_seconds')).toBe(0);
  });

  it('tells how many syncs are not over by status, those that other services report among them', async () => {
    const open = (status: string) => value(`sync_syncs_open{status="${status}"}`);
    const report = (sync_id: string, members = {}) =>
      fixture.call('org-reporter', 'POST', '/progress', {
        ...{ sync_id, entity_type: 'x', source_system: 'y', ...members },
      });
    for (const id of ['r1', 'r2', 'r3']) expect((await report(id)).status).toBe(201);
    expect((await report('q1', { status: 'queued' })).status).toBe(201);
    expect((await fixture.call('org-reporter', 'POST', '/progress/r3/complete')).status).toBe(200);
    // One of the test before is open, too. What was read within the last seconds is told again.
    await waitFor('they are counted', async () => (await open('running')) === 3);
    expect(await open('queued')).toBe(1);
    expect(await open('paused')).toBe(0);
  });

  it('tells of the queue and of open runs by state, for the whole cluster', async () => {
    const { id, system } = await fixture.connect(ORG, 'held');
    const held = Promise.withResolvers<void>();
    system.fill(10);
    system.hooks.beforeRead = () => held.promise;
    const run = { source_connection_id: id };
    const first = await fixture.start(ORG, run);
    await fixture.start(ORG, run);
    await waitFor('one run is at work, and one waits for its slot', async () => {
      const metrics = await read();
      return (
        (metrics.get('sync_queue_jobs{state="active"}') === 1 &&
          metrics.get('sync_runs_open{state="ready"}') === 1 &&
          metrics.get('sync_runs_open{state="waiting"}') === 1) ||
        undefined
      );
    });
    expect(await value('sync_queue_oldest_seconds')).toBe(0);
    held.resolve();
    await fixture.ended(ORG, first.sync_id);
    await waitFor('the runs are over', async () => (await value('sync_runs_open{state="ready"}')) === 0 || undefined);
    expect(
      await value(`sync_connection_last_success_timestamp_seconds{connection_id="${id}",entity_type="customer"}`),
    ).toBeGreaterThan(1_000_000);
  });
});
