import type { Agent } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { ERP, insertConnections, insertSyncs, SHOP } from './console.fixture.ts';

let service: TestService;
let request: Agent;

const ORG = 'org-1';

beforeAll(async () => {
  service = await startTestService();
  request = await service.request(ORG);
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
});
afterAll(() => service.close());

const overview = async (by = request) => (await by.get('/api/sync/overview').expect(200)).body;
const entityOf = async (connection: string, entity: string) =>
  (await overview()).connections
    .find(({ id }: { id: string }) => id === connection)
    .entities.find(({ entity_type }: { entity_type: string }) => entity_type === entity);

const schedule = (columns: string) =>
  sql(
    service.database.superuserUrl,
    `DELETE FROM sync_schedules;
     INSERT INTO sync_schedules (org_id, connection_id, entity_type, destination, mode, cron, time_zone, next_run_at, last_run_at, last_error)
     SELECT '${ORG}', '${SHOP}', 'customer', '${ERP}', 'full', '0 * * * *', 'UTC', ${columns}`,
  );

describe('the overview', () => {
  it('of an organization without anything is empty', async () => {
    const empty = await overview(await service.request('org-new'));
    expect(empty).toMatchObject({
      now: { active: 0, running: 0, queued: 0, paused: 0, silent: 0 },
      attention: {
        open_alerts: 0,
        failed_syncs: 0,
        conflicts: 0,
        failing_items: 0,
        ready_previews: 0,
        failing_connections: 0,
      },
      connections: [],
      reported: [],
    });
  });

  it('tells of each connection and entity how both directions stand', async () => {
    expect((await overview()).connections.map(({ name }: { name: string }) => name)).toEqual([
      'Back office',
      'Main Shop',
    ]);
    const run = { source: SHOP, destination: ERP };
    await insertSyncs(service, ORG, [{ sync_id: 'first', ...run, status: 'failed', hours_ago: 30 }]);
    for (const end of [SHOP, ERP])
      expect(await entityOf(end, 'customer')).toMatchObject({
        health: 'failing',
        last_sync_id: 'first',
        last_success_at: null,
      });

    await insertSyncs(service, ORG, [
      { sync_id: 'second', ...run, status: 'completed', hours_ago: 2, counts: { conflict: 3 } },
      { sync_id: 'previewed', ...run, status: 'failed', kind: 'preview', hours_ago: 1 },
    ]);
    for (const end of [SHOP, ERP])
      expect(await entityOf(end, 'customer')).toMatchObject({
        health: 'fresh',
        last_sync_id: 'second',
        last_status: 'completed',
      });
    expect(await entityOf(SHOP, 'order')).toBeUndefined();
  });

  it('calls late what a schedule did not start, or what has not succeeded an hour after it', async () => {
    await schedule(`now() + interval '1 hour', now() - interval '150 minutes', NULL`);
    expect(await entityOf(SHOP, 'customer')).toMatchObject({ health: 'fresh' });
    await schedule(`now() - interval '20 minutes', NULL, NULL`);
    expect(await entityOf(SHOP, 'customer')).toMatchObject({ health: 'late' });
    await schedule(`now() + interval '1 hour', now() - interval '70 minutes', NULL`);
    expect(await entityOf(SHOP, 'customer')).toMatchObject({ health: 'late' });
    await schedule(`now() + interval '1 hour', now() - interval '5 minutes', 'No such connection.'`);
    expect(await entityOf(SHOP, 'customer')).toMatchObject({
      health: 'failing',
      schedule_error: 'No such connection.',
    });
  });

  it('counts what runs and what needs a person', async () => {
    await insertSyncs(service, ORG, [
      { sync_id: 'running-now', source: SHOP },
      { sync_id: 'silent-now', hours_ago: 0.1 },
      { sync_id: 'paused-now', status: 'paused' },
      { sync_id: 'failed-today', status: 'completed_with_errors', source_system: 'warehouse', hours_ago: 3 },
    ]);
    await sql(
      service.database.superuserUrl,
      `INSERT INTO sync_refusals (org_id, entity_type, source_connection_id, destination_connection_id, external_id, error_class, message, is_conflict)
       VALUES ('${ORG}', 'customer', '${SHOP}', '${ERP}', '1', 'changed_on_both_sides', 'm', true),
              ('${ORG}', 'customer', '${SHOP}', '${ERP}', '2', 'ambiguous_match', 'm', true),
              ('${ORG}', 'customer', '${SHOP}', '${ERP}', '3', 'refused', 'm', false);
       INSERT INTO sync_preview_cache (org_id, sync_type, entity_type, filters, cache_key, delta_data, summary)
       VALUES ('${ORG}', 'a', 'customer', '{}', 'k1', '{}', '{"guard": "31 of 40 would be deleted."}'),
              ('${ORG}', 'b', 'customer', '{}', 'k2', '{}', '{"guard": null}');
       INSERT INTO sync_alerts (org_id, rule_id, rule_name, kind, subject, summary, acknowledged_at, muted_until, resolved_at)
       VALUES ('${ORG}', '${SHOP}', 'r', 'failed', 'open', 's', NULL, NULL, NULL),
              ('${ORG}', '${SHOP}', 'r', 'failed', 'no longer muted', 's', NULL, now() - interval '1 hour', NULL),
              ('${ORG}', '${SHOP}', 'r', 'failed', 'acknowledged', 's', now(), NULL, NULL),
              ('${ORG}', '${SHOP}', 'r', 'failed', 'muted', 's', NULL, now() + interval '1 hour', NULL),
              ('${ORG}', '${SHOP}', 'r', 'failed', 'resolved', 's', NULL, NULL, now());
       UPDATE sync_connections SET status = 'failing' WHERE id = '${ERP}'`,
    );
    const { now, attention } = await overview();
    expect(now).toEqual({ active: 3, running: 2, queued: 0, paused: 1, silent: 1 });
    expect(attention).toEqual({
      open_alerts: 2,
      failed_syncs: 2,
      approvals: 0,
      conflicts: 2,
      ambiguous_matches: 1,
      failing_items: 1,
      ready_previews: 2,
      guarded_previews: 1,
      failing_connections: 1,
    });
    expect(await entityOf(ERP, 'customer')).toMatchObject({ conflict_count: 2, failing_count: 1 });
  });

  it('tells which connection is paused, since nothing of it runs then', async () => {
    const pausedAt = async () =>
      (await overview()).connections.map(({ paused_at }: { paused_at: string }) => paused_at);
    expect(await pausedAt()).toEqual([null, null]);
    await request.post(`/api/sync/connections/${ERP}/pause`).expect(200);
    expect(await pausedAt()).toEqual([expect.any(String), null]);
    await request.post(`/api/sync/connections/${ERP}/resume`).expect(200);
  });

  it('has the last 24 hours of each connection and of each source that others report, by the hour', async () => {
    const { connections, reported, since } = await overview();
    const total = (hours: Record<'sync_count' | 'failed_count' | 'conflict_count' | 'conflict_syncs', number>[]) =>
      hours.reduce(
        (sum, { sync_count, failed_count, conflict_count, conflict_syncs }) => [
          (sum[0] ?? 0) + sync_count,
          (sum[1] ?? 0) + failed_count,
          (sum[2] ?? 0) + conflict_count,
          (sum[3] ?? 0) + conflict_syncs,
        ],
        [0, 0, 0, 0],
      );
    const [office, shop] = connections;
    expect(total(shop.hours)).toEqual([3, 1, 3, 1]);
    expect(total(office.hours)).toEqual([2, 1, 3, 1]);
    expect(reported.map(({ source_system }: { source_system: string }) => source_system)).toEqual([
      'warehouse',
      'woocommerce',
    ]);
    expect(total(reported[0].hours)).toEqual([1, 1, 0, 0]);
    for (const { hour } of shop.hours) {
      expect(Date.parse(hour) % 3_600_000).toBe(0);
      expect(Date.parse(hour)).toBeGreaterThanOrEqual(Date.parse(since));
    }
  });

  it('shows nothing of another organization', async () => {
    const other = await overview(await service.request('org-2'));
    expect(other).toMatchObject({
      now: { active: 0 },
      attention: { conflicts: 0, failed_syncs: 0 },
      connections: [],
      reported: [],
    });
  });
});
