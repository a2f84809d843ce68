import type { Statement } from '../../database/database.ts';

/** No text that begins as another does is above that text with this behind it, byte by byte. */
const LAST_CHARACTER = '\u{10FFFD}';

/** Of each entity type the first whose name begins so, and those of each connection whose id it is: all from keys. */
export const findRecords = (orgId: string, q: string, limit: number): Statement => ({
  text: `
    WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
    found AS (
      (SELECT r.* FROM kinds k CROSS JOIN unnest(ARRAY[$2, lower($2), upper($2)]) AS n (name) CROSS JOIN LATERAL (
         SELECT x.entity_type, x.external_id, x.connection_id, x.known_as FROM public.sync_records x
          WHERE x.org_id = $1 AND x.entity_type = k.entity AND x.known_as >= n.name AND x.known_as < n.name || '${LAST_CHARACTER}'
            AND x.deleted_at IS NULL
          ORDER BY x.known_as LIMIT $3) AS r)
      UNION
      (SELECT r.* FROM public.sync_connections c CROSS JOIN kinds k CROSS JOIN LATERAL (
         SELECT x.entity_type, x.external_id, x.connection_id, x.known_as FROM public.sync_records x
          WHERE x.org_id = $1 AND x.connection_id = c.id AND x.entity_type = k.entity
            AND x.external_id >= $2 AND x.external_id <= $2
          ORDER BY x.external_id LIMIT 1) AS r
        WHERE c.org_id = $1 AND c.removed_at IS NULL))
    SELECT f.entity_type, f.external_id, f.connection_id, c.name AS connection_name, f.known_as
      FROM found f JOIN public.sync_connections c ON c.org_id = $1 AND c.id = f.connection_id
     WHERE c.removed_at IS NULL
     ORDER BY f.external_id = $2 DESC, f.known_as, f.entity_type, f.external_id, f.connection_id LIMIT $3`,
  values: [orgId, q, limit],
});
