import { sql } from '../support/test-database.ts';
import type { TestService } from '../support/test-service.ts';

export const SHOP = '10000000-0000-4000-8000-000000000001';
export const ERP = '10000000-0000-4000-8000-000000000002';

/** Connections that nothing is called at: their rows are enough for what is looked at here. */
export const insertConnections = ({ database }: TestService, orgId: string, names: Record<string, string>) =>
  sql(
    database.superuserUrl,
    `INSERT INTO sync_connections (org_id, id, name, system, base_url, status)
     SELECT $1, key::uuid, value, 'woocommerce', 'https://shop.example', 'ok' FROM json_each_text($2)`,
    [orgId, JSON.stringify(names)],
  );

export interface PlantedSync {
  readonly sync_id: string;
  readonly entity_type?: string;
  readonly source_system?: string;
  readonly status?: string;
  readonly initiated_by?: string;
  readonly hours_ago?: number;
  readonly processed_count?: number;
  readonly failed_count?: number;
  /** With a source it is a run. */
  readonly source?: string;
  readonly destination?: string;
  readonly kind?: string;
  readonly mode?: string;
  readonly of_sync_id?: string;
  readonly counts?: Record<string, number>;
}

/** Syncs as they are stored, with the triggers of the database. One that ended took a minute. */
export const insertSyncs = ({ database }: TestService, orgId: string, syncs: readonly PlantedSync[]) =>
  sql(
    database.superuserUrl,
    `WITH given AS (SELECT s ->> 'sync_id' AS sync_id, coalesce(s ->> 'entity_type', 'customer') AS entity_type, s,
                           now() - make_interval(secs => coalesce((s ->> 'hours_ago')::float, 0) * 3600) AS at,
                           coalesce(s ->> 'status', 'running') AS status
                      FROM json_array_elements($2) AS s),
     runs AS (
       INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, of_sync_id,
         counts, state, created_at, started_at)
       SELECT $1, sync_id, coalesce(s ->> 'kind', 'sync'), (s ->> 'source')::uuid, (s ->> 'destination')::uuid, entity_type,
              coalesce(s ->> 'mode', 'full'), s ->> 'of_sync_id', coalesce(s -> 'counts', '{}')::jsonb,
              CASE WHEN status IN ('queued', 'running', 'paused') THEN 'ready' ELSE 'ended' END, at, at
         FROM given WHERE s ->> 'source' IS NOT NULL)
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, initiated_by, processed_count, failed_count,
       started_at, updated_at, completed_at)
     SELECT $1, sync_id, entity_type, coalesce(s ->> 'source_system', 'woocommerce'), status, s ->> 'initiated_by',
            coalesce((s ->> 'processed_count')::float, 0), coalesce((s ->> 'failed_count')::float, 0), at, at,
            CASE WHEN status NOT IN ('queued', 'running', 'paused') THEN at + interval '1 minute' END
       FROM given`,
    [orgId, JSON.stringify(syncs)],
  );
