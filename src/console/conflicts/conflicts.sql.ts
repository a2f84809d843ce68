import type { Statement } from '../../database/database.ts';
import type { ConflictDto } from './dto/conflict.dto.ts';
import type { ConflictFilterQuery } from './dto/requests.dto.ts';

/** The place of a conflict in the list. */
export type ConflictKey = readonly [
  found_at: string,
  external_id: string,
  entity_type: string,
  source_connection_id: string,
  destination_connection_id: string,
];

/** A row of the list; `looked_to` is set on one without a conflict: where a filtered page stopped to look. */
export interface FoundConflict {
  readonly conflict: ConflictDto | null;
  readonly looked_to: ConflictKey | null;
}

/** With a filter, a page looks at so many conflicts. */
const LOOKED_AT = 5_000;
/** Of an item, so many outcomes are looked at for the one that found the conflict. */
const OUTCOMES = 50;

const KEY = 'f.refused_at, f.external_id, f.entity_type, f.source_connection_id, f.destination_connection_id';
const NEWEST_FIRST = KEY.split(', ')
  .map((column) => `${column} DESC`)
  .join(', ');

/** The newest first. What both sides had comes from the item of the last sync that left it alone, or failed with it. */
export const conflictsPage = (
  orgId: string,
  filter: ConflictFilterQuery,
  after: ConflictKey | null,
  limit: number,
): Statement => {
  const { kind = 'conflict', entity_type = null, connection_id = null, error_class = null, q = null } = filter;
  const isFiltered = [entity_type, connection_id, error_class, q].some((value) => value !== null);
  return {
    text: `
    WITH looked AS MATERIALIZED (
      SELECT f.* FROM public.sync_refusals f
       WHERE f.org_id = $1 AND f.is_conflict = $13::boolean
         AND ($2::timestamptz IS NULL OR (${KEY}) < ($2, $3::text, $4::text, $5::uuid, $6::uuid))
       ORDER BY ${NEWEST_FIRST} LIMIT $11),
    page AS MATERIALIZED (
      SELECT * FROM looked f
       WHERE ($7::text IS NULL OR f.entity_type = $7) AND ($8::uuid IS NULL OR $8 IN (f.source_connection_id, f.destination_connection_id))
         AND ($9::text IS NULL OR f.error_class = $9)
         AND ($10::text IS NULL OR strpos(lower(f.external_id || E'\\n' || f.message), lower($10)) > 0)
       ORDER BY ${NEWEST_FIRST} LIMIT $12)
    (SELECT json_build_object('entity_type', f.entity_type, 'external_id', f.external_id, 'source_connection_id', f.source_connection_id,
            'source_name', s.name, 'destination_connection_id', f.destination_connection_id, 'destination_name', d.name,
            'destination_id', i.payload ->> 'destination_id', 'error_class', f.error_class, 'message', f.message,
            'fields', coalesce((SELECT json_agg(json_build_object('field', x -> 'field', 'source', x -> 'new', 'destination', x -> 'old'))
               FROM jsonb_array_elements(CASE jsonb_typeof(i.payload -> 'fields') WHEN 'array' THEN i.payload -> 'fields' END) x), '[]'),
            'sync_id', i.sync_id, 'found_at', f.refused_at) AS conflict, NULL::json AS looked_to
       FROM page f
       JOIN public.sync_connections s ON s.org_id = $1 AND s.id = f.source_connection_id
       JOIN public.sync_connections d ON d.org_id = $1 AND d.id = f.destination_connection_id
       LEFT JOIN LATERAL (
         SELECT o.sync_id, o.payload FROM (
           SELECT o.* FROM public.sync_items o WHERE o.org_id = $1 AND o.external_id = f.external_id
            ORDER BY o.updated_at DESC, o.sync_id DESC LIMIT ${OUTCOMES}) AS o
           JOIN public.sync_runs r ON r.org_id = $1 AND r.sync_id = o.sync_id
          WHERE o.outcome = CASE WHEN $13::boolean THEN 'skipped' ELSE 'failed' END AND r.entity_type = f.entity_type AND r.source_connection_id = f.source_connection_id
            AND r.destination_connection_id = f.destination_connection_id
          ORDER BY o.updated_at DESC, o.sync_id DESC LIMIT 1) AS i ON true
      ORDER BY ${NEWEST_FIRST})
    UNION ALL
    (SELECT NULL, json_build_array(${KEY}) FROM (
       SELECT * FROM looked f ORDER BY ${KEY} LIMIT 1) AS f
      WHERE (SELECT count(*) FROM looked) = $11 AND (SELECT count(*) FROM page) < $12)`,
    values: [
      ...[orgId, ...(after ?? [null, null, null, null, null])],
      ...[entity_type, connection_id, error_class, q, isFiltered ? LOOKED_AT : limit, limit, kind === 'conflict'],
    ],
  };
};
