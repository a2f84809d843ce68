import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Statement } from '../database/database.ts';

/** The two connections of a binding, for one direction of sync. */
export interface Pair {
  readonly orgId: string;
  readonly entity: EntityType;
  readonly source: string;
  readonly destination: string;
}

/** Side a is the connection with the smaller id. Lower-case UUIDs sort as text in the same order as in Postgres. */
export const sourceSide = ({ source, destination }: Pair): 'a' | 'b' => (source < destination ? 'a' : 'b');
const otherSide = (side: 'a' | 'b') => (side === 'a' ? 'b' : 'a');
const connections = (pair: Pair) => [pair.source, pair.destination].sort();

/** The bindings of these source ids. planning/item.plan.ts describes the row. */
export const findBindings = (pair: Pair, sourceIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id, hash_${s} AS source_hash, hash_${d} AS destination_hash,
             data_${s} AS source_data, data_${d} AS destination_data
        FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND connection_a = $3 AND connection_b = $4 AND id_${s} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...connections(pair), sourceIds],
  };
};

/** Finds which of these destination ids are bound, and to which source ids. */
export const findBoundDestinations = (pair: Pair, destinationIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND connection_a = $3 AND connection_b = $4 AND id_${d} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...connections(pair), destinationIds],
  };
};

/** Which of these destination ids are bound to items of other connections, pair by pair from the key. */
export const findOtherBindings = (
  { orgId, entity, source, destination }: Pair,
  destinationIds: readonly string[],
): Statement => ({
  text: `
    SELECT g.id AS destination_id
      FROM public.sync_connections c CROSS JOIN unnest($5::text[]) AS g (id) CROSS JOIN LATERAL (
        SELECT 1 FROM public.sync_bindings x
         WHERE x.org_id = $1 AND x.entity_type = $2 AND x.connection_a = c.id AND x.connection_b = $4 AND x.id_b = g.id
        UNION ALL
        SELECT 1 FROM public.sync_bindings x
         WHERE x.org_id = $1 AND x.entity_type = $2 AND x.connection_a = $4 AND x.connection_b = c.id AND x.id_a = g.id) AS b
     WHERE c.org_id = $1 AND c.id NOT IN ($3, $4) AND c.removed_at IS NULL`,
  values: [orgId, entity, source, destination, destinationIds],
});
