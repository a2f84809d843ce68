import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Statement } from '../../database/database.ts';
import type { HistoryEntryDto, ItemIdentityDto } from './dto/history.dto.ts';

/** Of this many records with one name the history is shown: an email or a SKU is seldom in more systems. */
const MOST_NAMED = 20;

/**
 * The column `item` of sync_changes of each id, in their order. It is computed before the rows are looked at, since row-level security lets an
 * index be searched by a column, and by no function.
 */
export const itemsOf = (ids: string, entity: string): string =>
  `ARRAY(SELECT hashtextextended(a.id, hashtextextended(${entity}, 0)) FROM unnest(${ids}) WITH ORDINALITY AS a (id, n) ORDER BY a.n)`;

/** The run of a row of the organization $1, looked up for that row alone, so that the rows before it keep the order of their index. */
export const runOf = (row: string) =>
  `(SELECT * FROM public.sync_runs r WHERE r.org_id = $1 AND r.sync_id = ${row}.sync_id LIMIT 1) AS r`;

/** What is asked for: an id, in one system or in any, or what people call it, in any case. */
export type Asked = { readonly external_id: string; readonly connection_id: string | null } | { readonly name: string };

/** How many of the last changes of an item tell what it was bound to. */
const MOST_CHANGES = 50;

/**
 * The records that are meant, and what each is bound to, or was when it was changed. System by system, from the keys of the bindings, by a
 * range of one id for the reason in src/records/sql/save_records.sql.
 */
export const identitiesOf = (orgId: string, entity: EntityType, asked: Asked): Statement => {
  const byName = 'name' in asked;
  const named = byName
    ? `SELECT connection_id, external_id FROM (
        SELECT connection_id, external_id FROM public.sync_records
         WHERE org_id = $1 AND entity_type = $2 AND known_as = lower($3) AND $4::uuid IS NULL OFFSET 0) AS same
        ORDER BY connection_id LIMIT ${MOST_NAMED}`
    : `SELECT c.id AS connection_id, $3::text AS external_id FROM public.sync_connections c
        WHERE c.org_id = $1 AND c.removed_at IS NULL AND (c.id = $4 OR $4 IS NULL AND EXISTS (
          SELECT FROM (SELECT r.external_id FROM public.sync_records r WHERE r.org_id = $1 AND r.connection_id = c.id
             AND r.entity_type = $2 AND r.external_id >= $3 AND r.external_id <= $3 ORDER BY r.external_id LIMIT 1) AS record))`;
  return {
    text: `
      WITH named AS MATERIALIZED (
        SELECT f.*, hashtextextended(f.external_id, hashtextextended($2, 0)) AS item FROM (${named}) AS f),
      pairs AS MATERIALIZED (
        SELECT n.external_id, c.system_id AS here, o.system_id AS there, o.id AS other
          FROM named n JOIN public.sync_connections c ON c.org_id = $1 AND c.id = n.connection_id
          JOIN public.sync_connections o ON o.org_id = $1 AND o.removed_at IS NULL AND o.system_id <> c.system_id)
      SELECT i.connection_id, i.external_id, bool_or(i.is_bound) AS is_bound FROM (
      SELECT connection_id, external_id, false AS is_bound FROM named
      UNION ALL
      SELECT p.other, b.id, true FROM pairs p CROSS JOIN LATERAL (
        (SELECT x.id_b AS id FROM public.sync_bindings x
          WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = p.here AND x.system_b = p.there
            AND x.id_a >= p.external_id AND x.id_a <= p.external_id ORDER BY x.id_a LIMIT 1)
        UNION ALL
        (SELECT x.id_a FROM public.sync_bindings x
          WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = p.there AND x.system_b = p.here
            AND x.id_b >= p.external_id AND x.id_b <= p.external_id ORDER BY x.id_b LIMIT 1)) AS b
      UNION ALL
      SELECT w.connection, w.id, false FROM named n CROSS JOIN LATERAL (
        (SELECT r.source_connection_id AS connection, c.external_id AS id
           FROM public.sync_changes c CROSS JOIN LATERAL ${runOf('c')}
          WHERE c.org_id = $1 AND c.entity_type = $2 AND c.destination_id = n.external_id
            AND r.destination_connection_id = n.connection_id ORDER BY c.at DESC, c.sync_id DESC LIMIT ${MOST_CHANGES})
        UNION ALL
        (SELECT r.destination_connection_id, c.destination_id
           FROM public.sync_changes c CROSS JOIN LATERAL ${runOf('c')}
          WHERE c.org_id = $1 AND c.item = n.item AND c.entity_type = $2 AND c.external_id = n.external_id AND c.destination_id IS NOT NULL
            AND r.source_connection_id = n.connection_id ORDER BY c.at DESC, c.sync_id DESC LIMIT ${MOST_CHANGES})) AS w) AS i
      GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 100`,
    values: [orgId, entity, byName ? asked.name : asked.external_id, byName ? null : asked.connection_id],
  };
};

/** An entry as it is stored: what was and became for a change, the fields for a conflict. */
export type StoredEntry = Omit<HistoryEntryDto, 'fields'> & {
  readonly fields: HistoryEntryDto['fields'] | null;
  readonly was: object | null;
  readonly became: object | null;
};

/** The key of an entry: when, by which sync, of which item of the source. */
export type EntryKey = readonly [at: string, sync_id: string, external_id: string, event: string];

const RUN = `r.kind, r.trigger, r.requested_by, r.undoes_sync_id, r.source_connection_id,
          coalesce(r.destination_connection_id::text, 'records') AS destination`;
const EVENT = `CASE c.kind WHEN 'create' THEN 'created' WHEN 'unbind' THEN 'unbound'
          WHEN 'update' THEN CASE WHEN c.via_archive THEN 'restored' ELSE 'updated' END
          ELSE CASE WHEN c.via_archive THEN 'archived' ELSE 'deleted' END END`;

/** The changes of one id, the newest first, in the order of the index of that side. */
const changes = (id: 'external_id' | 'destination_id', connection: string) => `
    (SELECT c.at, ${EVENT} AS event, c.sync_id, ${RUN}, c.external_id, c.destination_id, NULL::jsonb AS fields,
            CASE WHEN c.kind = 'update' THEN c.was END AS was, CASE WHEN c.kind = 'update' THEN c.became END AS became,
            NULL::text AS error_class, c.reason AS message, NULL::integer AS attempts
       FROM public.sync_changes c CROSS JOIN LATERAL ${runOf('c')}
      WHERE c.org_id = $1 AND c.entity_type = $2 AND c.${id} = i.id ${id === 'external_id' ? 'AND c.item = i.item ' : ''}AND (i.connection IS NULL OR r.${connection} = i.connection)
        AND ($5::timestamptz IS NULL OR (c.at, c.sync_id) <= ($5, $6::text))
      ORDER BY c.at DESC, c.sync_id DESC LIMIT $9)`;

/** What became of the items of these identities, the newest first. Each side of each identity is read from an index, a page at most. */
export const historyPage = (
  orgId: string,
  entity: EntityType,
  identities: readonly Pick<ItemIdentityDto, 'connection_id' | 'external_id'>[],
  after: EntryKey | null,
  limit: number,
): Statement => ({
  text: `
    SELECT to_json(e.at) #>> '{}' AS at, e.event, e.sync_id, e.kind, e.trigger, e.requested_by, e.undoes_sync_id,
           e.source_connection_id, e.destination, e.external_id, e.destination_id, e.fields, e.was, e.became, e.error_class,
           e.message, e.attempts
      FROM (SELECT DISTINCT ON (x.at, x.sync_id, x.external_id, x.event) x.* FROM
        unnest($3::uuid[], $4::text[], ${itemsOf('$4::text[]', '$2')}) AS i (connection, id, item) CROSS JOIN LATERAL (
          ${changes('external_id', 'source_connection_id')}
          UNION ALL ${changes('destination_id', 'destination_connection_id')}
          UNION ALL
          (SELECT f.updated_at, CASE WHEN f.outcome = 'skipped' AND f.error_class <> 'stale_preview' THEN 'conflict' ELSE f.outcome END,
                  f.sync_id, ${RUN}, f.external_id, CASE WHEN f.outcome = 'skipped' THEN f.payload ->> 'destination_id' END,
                  CASE WHEN f.outcome = 'skipped' THEN f.payload -> 'fields' END, NULL, NULL, f.error_class, f.message, f.attempts
             FROM public.sync_items f CROSS JOIN LATERAL ${runOf('f')}
            WHERE f.org_id = $1 AND f.external_id = i.id AND r.entity_type = $2 AND r.kind NOT IN ('preview', 'reconcile')
              AND (i.connection IS NULL OR r.source_connection_id = i.connection)
              AND ($5::timestamptz IS NULL OR (f.updated_at, f.sync_id) <= ($5, $6::text))
            ORDER BY f.updated_at DESC, f.sync_id DESC LIMIT $9)) AS x
        ORDER BY x.at DESC, x.sync_id DESC, x.external_id DESC, x.event DESC) AS e
     WHERE $5::timestamptz IS NULL OR (e.at, e.sync_id, e.external_id, e.event) < ($5, $6, $7::text, $8::text)
     ORDER BY e.at DESC, e.sync_id DESC, e.external_id DESC, e.event DESC LIMIT $10`,
  values: [
    ...[
      orgId,
      entity,
      identities.map(({ connection_id }) => connection_id),
      identities.map(({ external_id }) => external_id),
    ],
    ...(after ?? [null, null, null, null]),
    // One sync may have done several things with an item at once: those on the page before are read again.
    ...[limit + 5, limit],
  ],
});
