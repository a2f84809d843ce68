import type { Statement } from '../database/database.ts';
import type { Run } from '../runs/run.types.ts';
import type { PreviewChangeDto } from './dto/preview.dto.ts';
import type { ChangeGroupsDto } from './dto/preview-groups.dto.ts';

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

/** Of a run that is undone. */
export const changesNotKept = (orgId: string, syncId: string): Statement => ({
  text: 'SELECT changes_not_kept FROM public.sync_runs WHERE org_id = $1 AND sync_id = $2',
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

/** Of a preview, so many changes are grouped. */
const MOST_GROUPED = 50_000;

export interface FoundGroups {
  readonly is_complete: boolean;
  readonly items: ChangeGroupsDto['items'];
}

/** How many items change by kind and field, with the first few of each. A place in a list is not a field of its own. */
export const changeGroups = (orgId: string, syncId: string): Statement => ({
  text: `
    WITH looked AS MATERIALIZED (
      SELECT kind, external_id, fields FROM public.sync_preview_changes
       WHERE org_id = $1 AND sync_id = $2 ORDER BY kind, external_id LIMIT ${MOST_GROUPED + 1}),
    parts AS MATERIALIZED (
      SELECT DISTINCT ON (l.kind, p.field, l.external_id) l.kind, p.field, l.external_id, p.old, p.new
        FROM looked l LEFT JOIN LATERAL (
          SELECT regexp_replace(f ->> 'field', '(^|[.])[0-9]+(?=[.]|$)', '\\1*', 'g') AS field, f -> 'old' AS old, f -> 'new' AS new
            FROM jsonb_array_elements(l.fields) AS f) AS p ON true
       ORDER BY l.kind, p.field, l.external_id),
    placed AS MATERIALIZED (
      SELECT x.*, row_number() OVER (PARTITION BY x.kind, x.field ORDER BY x.external_id) AS place FROM parts x)
    SELECT (SELECT count(*) <= ${MOST_GROUPED} FROM looked) AS is_complete,
           (SELECT coalesce(json_agg(g), '[]') FROM (
              SELECT kind, field, count(*)::integer AS count,
                     json_agg(json_build_object('external_id', external_id, 'old', old, 'new', new) ORDER BY place)
                       FILTER (WHERE place <= 3) AS samples
                FROM placed GROUP BY kind, field ORDER BY count(*) DESC, kind, field LIMIT 200) AS g) AS items`,
  values: [orgId, syncId],
});
