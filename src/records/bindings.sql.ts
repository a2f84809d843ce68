import type { CanonicalData, EntityType } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import type { Statement } from '../database/database.ts';
import type { Binding, Link } from '../planning/plan.types.ts';

/** The two systems of a binding, by their ids in sync_systems, for one direction of sync. */
export interface Pair {
  readonly orgId: string;
  readonly entity: EntityType;
  readonly source: string;
  readonly destination: string;
}

/** Side a is the system with the smaller id. Lower-case UUIDs sort as text in the same order as in Postgres. */
export const sourceSide = ({ source, destination }: Pair): 'a' | 'b' => (source < destination ? 'a' : 'b');
const otherSide = (side: 'a' | 'b') => (side === 'a' ? 'b' : 'a');
/** The values of `system_a` and `system_b`. */
export const systemsOf = (pair: Pair) => [pair.source, pair.destination].sort();

/** A binding or, without data, a link. */
export type BindingRow = Binding | (Link & { readonly source_data: null; readonly destination_data: null });

export const isBinding = (row: BindingRow): row is Binding => row.source_data !== null;

/**
 * Ends a look-up of one binding `x` by the id of a side: a range of one id, in the order that only the key of that side has. Each side has a
 * key, and for an equality Postgres may choose the other one, without statistics, and go through all bindings of the pair.
 */
const isOf = (side: 'a' | 'b', id: string) =>
  `x.id_${side} >= ${id} AND x.id_${side} <= ${id} ORDER BY x.id_${side} LIMIT 1`;

/** The bindings and links of these ids. planning/plan.types.ts describes the row. */
const bindingsBy = (by: 'a' | 'b', pair: Pair, ids: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT b.id_${s} AS source_id, b.id_${d} AS destination_id, b.hash_${s} AS source_hash, b.hash_${d} AS destination_hash,
             b.data_${s} AS source_data, b.data_${d} AS destination_data, b.born_${s} AS source_born, b.born_${d} AS destination_born,
             b.put_away
        FROM unnest($5::text[]) AS g (id) CROSS JOIN LATERAL (
          SELECT x.* FROM public.sync_bindings x
           WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = $3 AND x.system_b = $4 AND ${isOf(by, 'g.id')}) AS b`,
    values: [pair.orgId, pair.entity, ...systemsOf(pair), [...new Set(ids)]],
  };
};

export const findBindings = (pair: Pair, sourceIds: readonly string[]): Statement =>
  bindingsBy(sourceSide(pair), pair, sourceIds);

export const findBoundDestinations = (pair: Pair, destinationIds: readonly string[]): Statement =>
  bindingsBy(otherSide(sourceSide(pair)), pair, destinationIds);

/** What an item of another system is bound to. */
export interface OtherBinding {
  readonly destination_id: string;
  readonly put_away: boolean;
  /** Null for a link. */
  readonly destination_data: CanonicalData | null;
}

/**
 * Finds the bindings of these destination ids to items of other systems, whether or not a connection leads to them now, pair by pair from
 * the key. Systems that were never synced with the destination are told by one look each.
 */
export const findOtherBindings = (
  { orgId, entity, source, destination }: Pair,
  destinationIds: readonly string[],
): Statement => ({
  text: `
    SELECT g.id AS destination_id, b.put_away, b.data AS destination_data
      FROM (SELECT s.id FROM public.sync_systems s
             WHERE s.org_id = $1 AND s.id NOT IN ($3, $4) AND (
               EXISTS (SELECT FROM (SELECT FROM public.sync_bindings x WHERE x.org_id = $1 AND x.entity_type = $2
                                       AND x.system_a = s.id AND x.system_b = $4 LIMIT 1) AS b)
               OR EXISTS (SELECT FROM (SELECT FROM public.sync_bindings x WHERE x.org_id = $1 AND x.entity_type = $2
                                          AND x.system_a = $4 AND x.system_b = s.id LIMIT 1) AS b)) OFFSET 0) AS o
      CROSS JOIN unnest($5::text[]) AS g (id) CROSS JOIN LATERAL (
        (SELECT x.put_away, x.data_b AS data FROM public.sync_bindings x
          WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = o.id AND x.system_b = $4 AND ${isOf('b', 'g.id')})
        UNION ALL
        (SELECT x.put_away, x.data_a FROM public.sync_bindings x
          WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = $4 AND x.system_b = o.id AND ${isOf('a', 'g.id')})) AS b`,
  values: [orgId, entity, source, destination, destinationIds],
});

/** How many systems that nobody uses any more are asked about. */
const LEFT_SYSTEMS = 100;

/** The systems of the source's kind that no connection leads to any more, the last one first. */
export const findLeftSystems = ({ orgId, source }: Pair): Statement => ({
  text: `
    SELECT l.id FROM public.sync_systems s
      JOIN public.sync_systems l ON l.org_id = s.org_id AND l.system = s.system AND l.left_at IS NOT NULL AND l.id <> s.id
     WHERE s.org_id = $1 AND s.id = $2 ORDER BY l.left_at DESC, l.id LIMIT ${LEFT_SYSTEMS}`,
  values: [orgId, source],
});

/** Of these destination ids, those that an item of one of the left systems is bound to, and none of the source. */
export const findLeftBehind = (
  { orgId, entity, source, destination }: Pair,
  left: readonly string[],
  destinationIds: readonly string[],
): Statement => {
  const bound = (system: string) => `EXISTS (SELECT FROM (
      SELECT x.id_b FROM public.sync_bindings x
       WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = ${system} AND x.system_b = $4 AND ${isOf('b', 'g.id')}) AS b)
    OR EXISTS (SELECT FROM (
      SELECT x.id_a FROM public.sync_bindings x
       WHERE x.org_id = $1 AND x.entity_type = $2 AND x.system_a = $4 AND x.system_b = ${system} AND ${isOf('a', 'g.id')}) AS b)`;
  return {
    text: `
      SELECT g.id AS destination_id FROM unnest($5::text[]) AS g (id)
       WHERE NOT (${bound('$3')}) AND EXISTS (SELECT FROM unnest($6::uuid[]) AS l (id) WHERE ${bound('l.id')})`,
    values: [orgId, entity, source, destination, destinationIds, left],
  };
};

/** How many entries of the destination are there for items of the source. */
export const countBindings = (pair: Pair): Statement => ({
  text: `
    SELECT count(*)::integer AS count FROM public.sync_bindings
     WHERE org_id = $1 AND entity_type = $2 AND system_a = $3 AND system_b = $4 AND NOT put_away`,
  values: [pair.orgId, pair.entity, ...systemsOf(pair)],
});

/** For a statement of which parameter 1 is the organization and 3 the entity type: the binding of a source id to an entry that is there. */
export const boundSource = (pair: Pair, sourceId: string, firstParameter: number): string => `
  SELECT FROM (
    SELECT x.put_away FROM public.sync_bindings x
     WHERE x.org_id = $1 AND x.entity_type = $3 AND x.system_a = $${firstParameter} AND x.system_b = $${firstParameter + 1}
       AND ${isOf(sourceSide(pair), sourceId)}) AS b
   WHERE NOT b.put_away`;

export interface ShownBinding {
  readonly external_id: string;
  readonly with_external_id: string;
  readonly synced_at: string | null;
}

/** Either id of a binding; `external_id` is the source's. */
export interface BindingFilter {
  readonly external_id?: string | undefined;
  readonly with_external_id?: string | undefined;
}

const shownColumns = (s: 'a' | 'b', d: 'a' | 'b') =>
  `id_${s} AS external_id, id_${d} AS with_external_id, CASE WHEN data_a IS NOT NULL THEN synced_at END AS synced_at`;

/** A keyset page of a pair's bindings and links, ordered by the source's id, from the primary key or the unique index. */
export const bindingsPage = (pair: Pair, filter: BindingFilter, after: string | null, limit: number): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))] as const;
  return {
    text: `
      SELECT ${shownColumns(s, d)} FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND system_a = $3 AND system_b = $4
         AND ($5::text IS NULL OR id_${s} = $5) AND ($6::text IS NULL OR id_${d} = $6) AND ($7::text IS NULL OR id_${s} > $7)
       ORDER BY id_${s} LIMIT $8`,
    values: [
      ...[pair.orgId, pair.entity, ...systemsOf(pair)],
      ...[filter.external_id ?? null, filter.with_external_id ?? null, after, limit],
    ],
  };
};

/** Links two entries that are known to belong together, although no sync has compared them yet. */
export const insertLink = (pair: Pair, source: ExternalItem, destination: ExternalItem): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))] as const;
  return {
    text: `
      INSERT INTO public.sync_bindings (org_id, entity_type, system_a, system_b, id_${s}, id_${d}, born_${s}, born_${d})
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      ...[pair.orgId, pair.entity, ...systemsOf(pair), source.external_id, destination.external_id],
      ...[source.born ?? null, destination.born ?? null],
    ],
  };
};

/** Removes the binding of either id, or of both, and returns it. At least one must be given. */
export const removeBinding = (pair: Pair, { external_id, with_external_id }: BindingFilter): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))] as const;
  return {
    text: `
      DELETE FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND system_a = $3 AND system_b = $4
         AND ($5::text IS NULL OR id_${s} = $5) AND ($6::text IS NULL OR id_${d} = $6)
         AND num_nonnulls($5::text, $6::text) > 0
      RETURNING ${shownColumns(s, d)}`,
    values: [pair.orgId, pair.entity, ...systemsOf(pair), external_id ?? null, with_external_id ?? null],
  };
};
