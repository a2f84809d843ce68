import type { Statement } from '../database/database.ts';
import type { Run } from '../runs/run.types.ts';
import type { PreviewChangeDto } from './dto/preview.dto.ts';

/** The first changes of each kind, which the cached preview contains. */
export const firstChanges = (run: Pick<Run, 'org_id' | 'sync_id'>, each: number): Statement => ({
  text: `
    SELECT c.* FROM unnest(ARRAY['create', 'update', 'delete', 'unbind', 'conflict']) AS k (kind)
     CROSS JOIN LATERAL (
       SELECT external_id, kind, destination_id, fields, reason, data FROM public.sync_preview_changes
        WHERE org_id = $1 AND sync_id = $2 AND kind = k.kind ORDER BY external_id LIMIT $3) AS c`,
  values: [run.org_id, run.sync_id, each],
});

export const findPreviewRun = (orgId: string, syncId: string): Statement => ({
  text: `
    SELECT row_to_json(r) AS run, p.status, p.completed_at FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id)
     WHERE r.org_id = $1 AND r.sync_id = $2 AND r.kind IN ('preview', 'reconcile')`,
  values: [orgId, syncId],
});

export const runCounts = (run: Pick<Run, 'org_id' | 'sync_id'>): Statement => ({
  text: 'SELECT counts FROM public.sync_runs WHERE org_id = $1 AND sync_id = $2',
  values: [run.org_id, run.sync_id],
});

const IN_PAGE = (kind: string) =>
  `($3::text IS NULL OR ${kind} = $3) AND ($4::text IS NULL OR (${kind}, external_id) > ($4, $5))`;

/** A change as it is stored: a preview's with its fields, one that was made with what was and became. */
type StoredChange = Pick<PreviewChangeDto, 'external_id' | 'kind' | 'destination_id' | 'reason' | 'data'> & {
  readonly fields: PreviewChangeDto['fields'] | null;
  readonly was: object | null;
  readonly became: object | null;
};

export interface FoundChanges {
  /** Whether the sync exists. */
  readonly exists: boolean;
  readonly items: readonly StoredChange[];
}

/**
 * A keyset page of the changes of a sync or preview, ordered by kind and id, in one row. Of a sync these are what it made, and its
 * conflicts, which are among its items.
 */
export const changesPage = (
  orgId: string,
  syncId: string,
  kind: string | null,
  after: { kind: string; external_id: string } | null,
  limit: number,
): Statement => ({
  text: `
    WITH run AS MATERIALIZED (
      SELECT kind = 'preview' AS is_preview, created_at FROM public.sync_runs WHERE org_id = $1 AND sync_id = $2)
    SELECT EXISTS (SELECT FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2) AS exists,
           (SELECT coalesce(json_agg(c), '[]') FROM (
              (SELECT external_id, kind, destination_id, fields, reason, data, NULL::jsonb AS was, NULL::jsonb AS became
                 FROM public.sync_preview_changes c WHERE org_id = $1 AND sync_id = $2 AND ${IN_PAGE('kind')}
                ORDER BY kind, external_id LIMIT $6)
              UNION ALL
              (SELECT c.external_id, c.kind, c.destination_id, NULL, c.reason, NULL, c.was, c.became
                 FROM run r JOIN public.sync_changes c ON c.week = app.week_of_changes(r.created_at)
                WHERE c.org_id = $1 AND c.sync_id = $2 AND ${IN_PAGE('c.kind')} ORDER BY c.kind, c.external_id LIMIT $6)
              UNION ALL
              (SELECT external_id, 'conflict', payload ->> 'destination_id', payload -> 'fields', message, NULL, NULL, NULL
                 FROM public.sync_items WHERE org_id = $1 AND sync_id = $2 AND outcome = 'skipped' AND error_class <> 'stale_preview'
                  AND NOT (SELECT r.is_preview FROM run r) AND ${IN_PAGE("'conflict'")} ORDER BY external_id LIMIT $6)
              ORDER BY kind, external_id LIMIT $6) AS c) AS items`,
  values: [orgId, syncId, kind, after?.kind ?? null, after?.external_id ?? null, limit],
});

export const changesToCheck = (run: Pick<Run, 'org_id' | 'sync_id'>, limit: number): Statement => ({
  text: `
    SELECT external_id, destination_id, source_hash, destination_hash FROM public.sync_preview_changes
     WHERE org_id = $1 AND sync_id = $2 AND kind <> 'conflict' ORDER BY external_id LIMIT $3`,
  values: [run.org_id, run.sync_id, limit],
});
