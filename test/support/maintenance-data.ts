import { sql, type TestDatabase } from './test-database.ts';

/** Leaves behind what the scheduled tasks look for, for two organizations, and beside each what they must leave alone. */
export async function leaveWorkForMaintenance({ superuserUrl }: TestDatabase): Promise<void> {
  await sql(
    superuserUrl,
    `INSERT INTO sync_preview_cache (org_id, sync_type, entity_type, cache_key, delta_data, expires_at)
     SELECT org, 'shop', kind, org || kind, '{}', now() + CASE kind WHEN 'expired' THEN -1 ELSE 1 END * interval '1 hour'
       FROM unnest(ARRAY['org-1', 'org-2']) org, unnest(ARRAY['expired', 'fresh']) kind`,
  );
  await sql(
    superuserUrl,
    `INSERT INTO idempotency_keys (org_id, key, fingerprint, expires_at)
     SELECT org, kind, '', now() + CASE kind WHEN 'expired' THEN -1 ELSE 1 END * interval '1 hour'
       FROM unnest(ARRAY['org-1', 'org-2']) org, unnest(ARRAY['expired', 'fresh']) kind`,
  );
  await sql(
    superuserUrl,
    `INSERT INTO auth.api_keys (kind, name, scopes, key_hash, expires_at)
     SELECT kind, kind || ' ' || hours, '{sync:read}', sha256((kind || hours)::bytea), now() + hours * interval '1 hour'
       FROM unnest(ARRAY['service', 'link', 'session']) kind, unnest(ARRAY[-1, 1]) hours`,
  );
  await sql(
    superuserUrl,
    `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count, status,
       cancel_requested, pause_requested, requested_at, started_at, updated_at)
     SELECT org, sync_id, 'customer', 'shop', 10, 3, status, sync_id LIKE 'cancelled%', sync_id LIKE 'paused%',
            CASE WHEN sync_id ~ '^(cancelled|paused)' THEN now() - interval '1 hour' END,
            now() - interval '2 hours', now() - CASE WHEN sync_id = 'reporting' THEN 0 ELSE 1 END * interval '1 hour'
       FROM unnest(ARRAY['org-1', 'org-2']) org,
            (VALUES ('silent', 'running'), ('cancelled-silent', 'running'), ('cancelled-paused', 'paused'),
                    ('reporting', 'running'), ('paused', 'paused'), ('queued', 'queued')) s (sync_id, status)`,
  );
}

/** What is left of it, as one object to compare. */
export async function maintenanceOutcome({ superuserUrl }: TestDatabase): Promise<Record<string, unknown>> {
  const [outcome] = await sql(
    superuserUrl,
    `SELECT (SELECT json_agg(cache_key ORDER BY cache_key) FROM sync_preview_cache) AS previews,
            (SELECT json_agg(org_id || key ORDER BY org_id, key) FROM idempotency_keys) AS idempotency_keys,
            (SELECT json_agg(name ORDER BY name) FROM auth.api_keys) AS keys,
            (SELECT json_object_agg(org_id || ' ' || sync_id, status) FROM sync_progress) AS syncs,
            (SELECT json_agg(concat_ws(' ', org_id, sync_id, activity_type, status, error_message)
                             ORDER BY org_id, sync_id, activity_type) FROM sync_activity_log) AS activity`,
  );
  return outcome as Record<string, unknown>;
}

/** The outcome when every task did its work once. */
export const DONE_ONCE = {
  previews: ['org-1fresh', 'org-2fresh'],
  idempotency_keys: ['org-1fresh', 'org-2fresh'],
  keys: ['link 1', 'service -1', 'service 1', 'session 1'],
  syncs: Object.fromEntries(
    ['org-1', 'org-2'].flatMap((org) => [
      [`${org} silent`, 'timeout'],
      [`${org} cancelled-silent`, 'cancelled'],
      [`${org} cancelled-paused`, 'cancelled'],
      [`${org} reporting`, 'running'],
      [`${org} paused`, 'paused'],
      [`${org} queued`, 'queued'],
    ]),
  ),
  activity: ['org-1', 'org-2'].flatMap((org) => [
    `${org} cancelled-paused sync_cancelled cancelled`,
    `${org} cancelled-silent sync_cancelled cancelled`,
    `${org} silent sync_timeout timeout no report for 15 minutes`,
  ]),
};
