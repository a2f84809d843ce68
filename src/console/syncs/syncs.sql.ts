import type { Statement } from '../../database/database.ts';
import type { SyncListItemDto } from './dto/sync.dto.ts';

/** What app.find_syncs understands: sql/find_syncs.sql. */
export interface WantedSyncs {
  readonly q?: string;
  readonly statuses: readonly string[];
  readonly conflicts?: boolean;
  readonly entity_type?: string;
  readonly kind?: string;
  readonly user?: string;
  readonly source_system?: string;
  readonly connection_id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by: 'started' | 'ended';
  readonly upwards: boolean;
  readonly after_at?: string;
  readonly after_id?: string;
}

/** A row of the list; `sync` is null for the place where a search goes on that looked at enough for a page. */
export interface FoundSync {
  readonly sync_id: string;
  readonly sort_at: string;
  readonly sync: SyncListItemDto | null;
}

const end = (connection: string, name: string): string =>
  `CASE WHEN r.sync_id IS NOT NULL THEN json_build_object('connection_id', r.${connection}, 'name', coalesce(${name}, 'records')) END`;

/** How a list shows the row p, with its run r and the connections f and t of that, if it has one. */
const SHOWN = `
  p.sync_id, coalesce(r.kind, 'reported') AS kind, p.entity_type, p.source_system, ${end('source_connection_id', 'f.name')} AS source,
  ${end('destination_connection_id', 't.name')} AS destination, p.status, p.initiated_by, r.trigger, p.started_at, p.updated_at,
  p.completed_at, p.total_items, p.processed_count, p.failed_count,
  coalesce(r.conflict_count, 0) AS conflict_count, p.elapsed_seconds, p.speed_items_per_min,
  CASE WHEN p.updated_at >= now() - interval '60 seconds' THEN p.eta_seconds END AS eta_seconds, p.cancel_requested,
  p.pause_requested, p.waiting_reason, p.error_message`;

/** Each row is looked up by itself, so that no plan reads a table for the few that are shown. */
export const syncsPage = (orgId: string, wanted: WantedSyncs, most: number): Statement => ({
  text: `
    SELECT found.sync_id, to_json(found.sort_at) #>> '{}' AS sort_at, s.sync
      FROM app.find_syncs($1, $2, $3) WITH ORDINALITY AS found (sync_id, sort_at, is_match, place)
      LEFT JOIN LATERAL (
        SELECT row_to_json(shown) AS sync FROM (
          SELECT ${SHOWN} FROM public.sync_progress p
            LEFT JOIN LATERAL (
              SELECT * FROM public.sync_runs x WHERE x.org_id = p.org_id AND x.sync_id >= p.sync_id AND x.sync_id <= p.sync_id
                ORDER BY x.sync_id LIMIT 1) r ON true
            LEFT JOIN public.sync_connections f ON f.org_id = r.org_id AND f.id = r.source_connection_id
            LEFT JOIN public.sync_connections t ON t.org_id = r.org_id AND t.id = r.destination_connection_id
           WHERE p.org_id = $1 AND p.sync_id >= found.sync_id AND p.sync_id <= found.sync_id
           ORDER BY p.sync_id LIMIT 1) AS shown) AS s ON found.is_match
     ORDER BY found.place`,
  values: [orgId, JSON.stringify(wanted), most],
});
