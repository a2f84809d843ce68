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

/** Where a count ends, and how long what is kept counts. */
export interface Counting {
  /** Whoever has more than the quota has it exceeded, by however much. */
  readonly most: { readonly [quota in keyof StoredUsage]: number };
  readonly retentionDays: { readonly changes: number; readonly items: number };
}

/** Counts those of the quotas that are asked for: a start of a sync asks for one, and waits for it. */
export const usageOf = (orgId: string, quotas: readonly (keyof StoredUsage)[], counting: Counting): Statement => {
  const counts = countsOf(counting);
  return { text: `SELECT ${quotas.map((quota) => `(${counts[quota]}) AS ${quota}`).join(', ')}`, values: [orgId] };
};

/** By quota, what counts it for the organization `$1`. The numbers come from the settings. */
const countsOf = ({ most, retentionDays }: Counting): Readonly<Record<keyof StoredUsage, string>> => ({
  active_syncs: `
    SELECT count(*)::int FROM (SELECT FROM public.sync_progress
     WHERE org_id = $1 AND completed_at IS NULL LIMIT ${most.active_syncs + 1}) AS active`,
  connections: `SELECT count(*)::int FROM public.sync_connections WHERE org_id = $1 AND removed_at IS NULL`,
  schedules: `SELECT count(*)::int FROM public.sync_schedules WHERE org_id = $1`,
  webhook_endpoints: `SELECT count(*)::int FROM public.sync_webhook_endpoints WHERE org_id = $1`,
  alert_rules: `SELECT count(*)::int FROM public.sync_alert_rules WHERE org_id = $1`,
  keys: `SELECT app.count_keys(${most.keys + 1}) WHERE $1::text IS NOT NULL`,
  members: `SELECT count(*)::int FROM (SELECT FROM auth.users_extended WHERE org_id = $1 LIMIT ${most.members + 1}) AS known`,
  erasures: `SELECT count(*)::int FROM public.sync_erasures WHERE org_id = $1 AND state = 'running'`,
  preview_bytes: `
    SELECT coalesce(sum(pg_column_size(delta_data)), 0)::bigint FROM public.sync_preview_cache WHERE org_id = $1`,
  checkpoint_bytes: `
    SELECT coalesce(sum(pg_column_size(checkpoint)), 0)::bigint FROM app.active_syncs($1, ${most.active_syncs + 1})`,
  records: `SELECT count(*)::int FROM (SELECT FROM public.sync_records WHERE org_id = $1 LIMIT ${most.records + 1}) AS kept`,
  found_bytes: bytesOfRuns('found_bytes', `interval '48 hours'`),
  change_bytes: bytesOfRuns('kept_bytes', `make_interval(days => ${retentionDays.changes}, weeks => 1)`),
  item_bytes: bytesOfRuns('item_bytes', `make_interval(days => ${retentionDays.items}, hours => 1)`),
});

/** What the newest runs of each connection and entity type that are not older than `age` keep of one kind. */
const bytesOfRuns = (kept: 'found_bytes' | 'kept_bytes' | 'item_bytes', age: string): string => `
    SELECT coalesce(sum(k.${kept}), 0)::bigint FROM public.sync_connections c
     CROSS JOIN unnest(ARRAY['customer', 'product', 'order']) AS e (entity) CROSS JOIN LATERAL (
       SELECT r.${kept} FROM public.sync_runs r
        WHERE r.org_id = $1 AND r.source_connection_id = c.id AND r.entity_type = e.entity
          AND r.created_at > now() - ${age}
        ORDER BY r.created_at DESC LIMIT ${MOST_RUNS}) AS k
     WHERE c.org_id = $1 AND c.removed_at IS NULL`;
