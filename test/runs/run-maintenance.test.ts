import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastError, takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { uuidOf } from '../tenancy/rls.fixtures.ts';

const ORGS = ['org-1', 'org-2'];
const TASKS = [
  ...['seen-items', 'expired-items', 'expired-preview-changes', 'expired-changes', 'old-webhooks'],
  'removed-connections',
];

let service: TestService;
const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(service.database.superuserUrl, text, values);

beforeAll(async () => {
  service = await startTestService({ SYNC_WORKER: 'on' });
  await takeTurns(service);
});
afterAll(() => service.close());

/** For each organization a connection with a run, and at least one row of every table that stores them. */
async function plant(name: string, state: { removed: boolean; run: string }) {
  for (const org of ORGS) {
    const id = uuidOf(org, name);
    const other = uuidOf(org, name, 'other');
    const values = [org, id, name];
    await admin(
      `INSERT INTO sync_connections (org_id, id, name, system, base_url, removed_at, system_id)
       VALUES ($1, $2, $3, 'fake', 'u', $4, $2)`,
      [...values, state.removed ? new Date() : null],
    );
    await admin(
      `INSERT INTO sync_systems (org_id, id, system, place, scope, mark, left_at) VALUES ($1, $2, 'fake', $3, '', $3, $4)`,
      [...values, state.removed ? new Date() : null],
    );
    await admin(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status) VALUES ($1, $2, 'customer', 'fake', $3)`,
      [org, name, state.run === 'ended' ? 'completed' : 'paused'],
    );
    await admin(
      `INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, state,
         kept_bytes, item_bytes, found_bytes)
       VALUES ($1, $3, 'sync', $2, NULL, 'customer', 'full', $4, 1, 1, 1),
              ($1, $3 || '-into', 'sync', $5, $2, 'customer', 'full', 'ended', 1, 1, 1)`,
      [...values, state.run, other],
    );
    await admin(
      `INSERT INTO sync_preview_cache (org_id, sync_type, entity_type, cache_key, delta_data, computed_by)
       VALUES ($1, 'connection:' || $2::text || ':records', 'customer', 'k1' || $3, '{}', 'u'),
              ($1, 'undo:x:' || $4::text || ':' || $2::text, 'customer', 'k2' || $3, '{}', 'u')`,
      [...values, other],
    );
    await admin(
      `INSERT INTO sync_match_decisions (org_id, entity_type, source, destination, external_id)
       VALUES ($1, 'customer', $2, $3, '1'), ($1, 'customer', $3, $2, '1')`,
      [org, id, other],
    );
    await admin(
      `INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
       SELECT $1, $2, 'customer', n::text, jsonb_build_object('of', $3::text), 'h', n FROM generate_series(1, 1500) n`,
      values,
    );
    await admin(
      `INSERT INTO sync_bindings (org_id, entity_type, system_a, system_b, id_a, id_b, hash_a, hash_b, data_a, data_b)
       VALUES ($1, 'customer', least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), '1', '1', 'a', 'b', '{}', '{}')`,
      [org, id, other],
    );
    await admin(
      `INSERT INTO sync_cursors (org_id, connection_id, entity_type, destination, watermark, sync_id)
       VALUES ($1, $2, 'customer', 'records', '{}', $3), ($1, $4, 'customer', $2::uuid::text, '{}', $3)`,
      [...values, other],
    );
    await admin(
      `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
       VALUES ($1, $2, '1', 'failed', 'refused', 'm')`,
      [org, name],
    );
    await admin(`INSERT INTO sync_seen (org_id, sync_id, external_id, failed) VALUES ($1, $2, '1', false)`, [
      org,
      name,
    ]);
    await admin(
      `INSERT INTO sync_schedules (org_id, connection_id, entity_type, mode, cron, time_zone, next_run_at, created_by)
       VALUES ($1, $2, 'customer', 'full', '0 3 1 1 *', 'UTC', '2100-01-01', $3)`,
      values,
    );
    await admin(
      `INSERT INTO sync_hook_deliveries (org_id, connection_id, delivery_key, entity_type, external_id, deleted, received_at)
       SELECT $1, $2, $3 || age, 'customer', '1', false, now() - age * interval '1 day' FROM unnest(ARRAY[1, 31]) age`,
      values,
    );
    await admin(
      `INSERT INTO sync_preview_changes (org_id, sync_id, external_id, kind, expires_at)
       SELECT $1, $2, age::text, 'create', now() + age * interval '1 hour' FROM unnest(ARRAY[-1, 1]) age`,
      [org, name],
    );
    await admin(
      `INSERT INTO sync_changes (org_id, week, sync_id, kind, external_id, entity_type)
       SELECT $1, app.week_of_changes(now() - weeks * interval '1 week'), $2, 'create', weeks::text, 'customer'
         FROM unnest(ARRAY[0, 5, 6, 13]) weeks`,
      [org, name],
    );
  }
}

/** How many rows are left in each table, of a connection by its name in each organization. */
async function left(name: string) {
  const rows = await admin<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM sync_records r WHERE r.org_id = org AND r.connection_id = o.id) AS records,
            (SELECT count(*)::int FROM sync_bindings b WHERE b.org_id = org AND o.id IN (system_a, system_b)) AS links,
            (SELECT count(data_a)::int FROM sync_bindings b WHERE b.org_id = org AND o.id IN (system_a, system_b)) AS bindings,
            (SELECT count(*)::int FROM sync_cursors c WHERE c.org_id = org AND c.sync_id = $2) AS cursors,
            (SELECT count(*)::int FROM sync_items i WHERE i.org_id = org AND i.sync_id = $2) AS items,
            (SELECT count(*)::int FROM sync_seen s WHERE s.org_id = org AND s.sync_id = $2) AS seen,
            (SELECT count(*)::int FROM sync_schedules s WHERE s.org_id = org AND s.connection_id = o.id) AS schedules,
            (SELECT count(*)::int FROM sync_hook_deliveries d WHERE d.org_id = org AND d.connection_id = o.id) AS deliveries,
            (SELECT count(*)::int FROM sync_preview_changes c WHERE c.org_id = org AND c.sync_id = $2) AS changes,
            (SELECT count(*)::int FROM sync_changes c WHERE c.org_id = org AND c.sync_id = $2) AS kept,
            (SELECT count(*)::int FROM sync_runs r WHERE r.org_id = org AND r.sync_id = $2) AS runs,
            (SELECT count(*)::int FROM sync_preview_cache p WHERE p.org_id = org AND position(o.id::text IN sync_type) > 0) AS previews,
            (SELECT count(*)::int FROM sync_match_decisions d WHERE d.org_id = org AND o.id IN (source, destination)) AS decisions,
            (SELECT sum(kept_bytes + item_bytes + found_bytes)::int FROM sync_runs r
              WHERE r.org_id = org AND o.id IN (source_connection_id, destination_connection_id)) AS bytes,
            (SELECT (purged_at IS NOT NULL)::int FROM sync_connections c WHERE c.org_id = org AND c.id = o.id) AS purged
       FROM unnest($1::text[], $3::uuid[]) AS o (org, id)`,
    [ORGS, name, ORGS.map((org) => uuidOf(org, name))],
  );
  expect(rows[1]).toEqual(rows[0]);
  return rows[0];
}

const ALL = {
  ...{ records: 1500, links: 1, bindings: 1, cursors: 2, items: 1, schedules: 1, runs: 1, purged: 0 },
  ...{ previews: 2, decisions: 2, bytes: 6 },
};

describe('Maintenance of runs', () => {
  it('clears what is over, of every organization, and nothing else', async () => {
    await plant('kept', { removed: false, run: 'ended' });
    await plant('at-work', { removed: false, run: 'paused' });
    await plant('gone', { removed: true, run: 'ended' });
    await plant('going', { removed: true, run: 'paused' });
    await takeTurns(service);
    // Of what runs changed in weeks that ended 30 days ago nothing is left.
    expect(await left('kept')).toEqual({ ...ALL, seen: 0, deliveries: 1, changes: 1, kept: 2 });
    expect(await left('at-work')).toEqual({ ...ALL, seen: 1, deliveries: 1, changes: 1, kept: 2 });
    // Which ids belong together is kept, for a connection to the same system.
    const nothing = {
      ...{ records: 0, links: 1, bindings: 0, cursors: 0, items: 0, seen: 0, schedules: 0, deliveries: 0 },
      // Of what it no longer has, none counts for a quota, of whichever end of its runs it was.
      ...{ previews: 0, decisions: 0, bytes: 0 },
    };
    expect(await left('gone')).toEqual({ ...nothing, changes: 0, kept: 1, runs: 1, purged: 1 });
    // A run that is not over may still write.
    expect(await left('going')).toEqual({ ...ALL, seen: 1, deliveries: 1, changes: 1, kept: 2 });
    await admin(`UPDATE sync_runs SET state = 'ended' WHERE sync_id = 'going'`);
    await takeTurns(service);
    expect(await left('going')).toEqual({ ...nothing, changes: 0, kept: 1, runs: 1, purged: 1 });
    expect(await Promise.all(TASKS.map((task) => lastError(service, task)))).toEqual(TASKS.map(() => null));
  });

  it('deletes the items of runs that started before the retention, and of no other', async () => {
    const names = ['old', 'recent', 'open'];
    for (const name of names) await plant(name, { removed: false, run: name === 'open' ? 'paused' : 'ended' });
    await admin(
      `UPDATE sync_runs SET item_bytes = 100, seen_cleared = state = 'ended',
              created_at = now() - CASE sync_id WHEN 'recent' THEN interval '89 days' ELSE interval '91 days' END
        WHERE sync_id = ANY ($1)`,
      [names],
    );
    await takeTurns(service);
    const kept = await Promise.all(names.map(async (name) => (await left(name))?.items));
    expect(kept).toEqual([0, 1, 1]);
    const sizes = await admin<{ sync_id: string }>(
      `SELECT DISTINCT sync_id FROM sync_runs WHERE sync_id = ANY ($1) AND item_bytes > 0 ORDER BY 1`,
      [names],
    );
    expect(sizes.map(({ sync_id }) => sync_id)).toEqual(['open', 'recent']);
  });

  it('finds nothing to do when called again', async () => {
    const [again] = await sql(
      service.database.appUrl,
      `SELECT app.cleanup_seen(100) AS seen, app.cleanup_preview_changes(100) AS changes,
              app.cleanup_expired_items(90, 100) AS items,
              app.cleanup_webhook_deliveries(100) AS deliveries, app.purge_removed_connections(100) AS connections,
              app.empty_expired_changes(30) AS weeks`,
    );
    expect(again).toEqual({ seen: 0, items: 0, changes: 0, deliveries: 0, connections: 0, weeks: 0 });
  });
});
