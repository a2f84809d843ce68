import type { Statement } from '../../database/database.ts';

/** No text that begins as another does is above that text with this behind it, byte by byte. */
const LAST_CHARACTER = '\u{10FFFD}';

/** What people call a record, as its system writes it; `known_as` is the same in lower case, for look-ups. */
const NAME = `r.data ->> CASE r.entity_type WHEN 'customer' THEN 'email' WHEN 'product' THEN 'sku' ELSE 'number' END`;

/** Of each entity type the first whose name begins so, in any case, and those of each connection whose id it is: all from keys. */
export const findRecords = (orgId: string, q: string, limit: number): Statement => ({
  text: `
    WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
    found AS (
      (SELECT r.entity_type, r.external_id, r.connection_id, r.known_as, ${NAME} AS name FROM kinds k CROSS JOIN LATERAL (
         SELECT x.* FROM public.sync_records x
          WHERE x.org_id = $1 AND x.entity_type = k.entity AND x.known_as >= lower($2) AND x.known_as < lower($2) || '${LAST_CHARACTER}'
            AND x.deleted_at IS NULL
          ORDER BY x.known_as LIMIT $3) AS r)
      UNION
      (SELECT r.entity_type, r.external_id, r.connection_id, r.known_as, ${NAME} FROM public.sync_connections c CROSS JOIN kinds k CROSS JOIN LATERAL (
         SELECT x.* FROM public.sync_records x
          WHERE x.org_id = $1 AND x.connection_id = c.id AND x.entity_type = k.entity
            AND x.external_id >= $2 AND x.external_id <= $2
          ORDER BY x.external_id LIMIT 1) AS r
        WHERE c.org_id = $1 AND c.removed_at IS NULL))
    SELECT f.entity_type, f.external_id, f.connection_id, c.name AS connection_name, f.name AS known_as
      FROM found f JOIN public.sync_connections c ON c.org_id = $1 AND c.id = f.connection_id
     WHERE c.removed_at IS NULL
     ORDER BY f.external_id = $2 DESC, f.known_as, f.entity_type, f.external_id, f.connection_id LIMIT $3`,
  values: [orgId, q, limit],
});
