import type { Statement } from '../database/database.ts';

/** What an organization has stored, as the database counts it. */
export interface StoredUsage {
  readonly active_syncs: number;
  readonly connections: number;
  readonly schedules: number;
  readonly webhook_endpoints: number;
  readonly alert_rules: number;
  readonly keys: number;
  readonly members: number;
  readonly erasures: number;
  readonly preview_bytes: number;
  readonly checkpoint_bytes: number;
  readonly records: number;
  readonly found_bytes: number;
  readonly change_bytes: number;
  readonly item_bytes: number;
}

/** The most runs of a connection and entity type whose kept changes or items are counted: one every half minute for a month. */
const MOST_RUNS = 100_000;

/** `most` ends the count of what may be many: whoever has more than the quota has it exceeded, by however much. */
export const usageOf = (
  orgId: string,
  most: { active_syncs: number; records: number; keys: number; members: number },
  retentionDays: { readonly changes: number; readonly items: number },
): Statement => ({
  text: `
    SELECT (SELECT count(*)::int FROM (SELECT FROM public.sync_progress
             WHERE org_id = $1 AND completed_at IS NULL LIMIT $2) AS active) AS active_syncs,
           (SELECT count(*)::int FROM public.sync_connections WHERE org_id = $1 AND removed_at IS NULL) AS connections,
           (SELECT count(*)::int FROM public.sync_schedules WHERE org_id = $1) AS schedules,
           (SELECT count(*)::int FROM public.sync_webhook_endpoints WHERE org_id = $1) AS webhook_endpoints,
           (SELECT count(*)::int FROM public.sync_alert_rules WHERE org_id = $1) AS alert_rules,
           app.count_keys($6) AS keys,
           (SELECT count(*)::int FROM (SELECT FROM auth.users_extended WHERE org_id = $1 LIMIT $7) AS known) AS members,
           (SELECT count(*)::int FROM public.sync_erasures WHERE org_id = $1 AND state = 'running') AS erasures,
           (SELECT coalesce(sum(pg_column_size(delta_data)), 0)::bigint FROM public.sync_preview_cache
             WHERE org_id = $1) AS preview_bytes,
           (SELECT coalesce(sum(pg_column_size(checkpoint)), 0)::bigint FROM (SELECT checkpoint FROM public.sync_progress
             WHERE org_id = $1 AND completed_at IS NULL LIMIT $2) AS active) AS checkpoint_bytes,
           (SELECT count(*)::int FROM (SELECT FROM public.sync_records WHERE org_id = $1 LIMIT $3) AS kept) AS records,
           (SELECT coalesce(sum(f.found_bytes), 0)::bigint FROM public.sync_connections c
             CROSS JOIN unnest(ARRAY['customer', 'product', 'order']) AS e (entity) CROSS JOIN LATERAL (
               SELECT r.found_bytes FROM public.sync_runs r
                WHERE r.org_id = $1 AND r.source_connection_id = c.id AND r.entity_type = e.entity
                  AND r.created_at > now() - interval '48 hours') AS f
             WHERE c.org_id = $1 AND c.removed_at IS NULL) AS found_bytes,
           (SELECT coalesce(sum(k.kept_bytes), 0)::bigint FROM public.sync_connections c
             CROSS JOIN unnest(ARRAY['customer', 'product', 'order']) AS e (entity) CROSS JOIN LATERAL (
               SELECT r.kept_bytes FROM public.sync_runs r
                WHERE r.org_id = $1 AND r.source_connection_id = c.id AND r.entity_type = e.entity
                  AND r.created_at > now() - make_interval(days => $4, weeks => 1)
                ORDER BY r.created_at DESC LIMIT ${MOST_RUNS}) AS k
             WHERE c.org_id = $1 AND c.removed_at IS NULL) AS change_bytes,
           (SELECT coalesce(sum(k.item_bytes), 0)::bigint FROM public.sync_connections c
             CROSS JOIN unnest(ARRAY['customer', 'product', 'order']) AS e (entity) CROSS JOIN LATERAL (
               SELECT r.item_bytes FROM public.sync_runs r
                WHERE r.org_id = $1 AND r.source_connection_id = c.id AND r.entity_type = e.entity
                  AND r.created_at > now() - make_interval(days => $5, hours => 1)
                ORDER BY r.created_at DESC LIMIT ${MOST_RUNS}) AS k
             WHERE c.org_id = $1 AND c.removed_at IS NULL) AS item_bytes`,
  values: [
    ...[orgId, most.active_syncs + 1, most.records + 1, retentionDays.changes, retentionDays.items],
    ...[most.keys + 1, most.members + 1],
  ],
});
