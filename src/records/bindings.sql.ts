import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Statement } from '../database/database.ts';
import type { Binding } from '../planning/item.plan.ts';

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
const systems = (pair: Pair) => [pair.source, pair.destination].sort();

/** A row without hashes and data: which two belong together is known, and not what they held at the last sync. */
export type Link = Pick<Binding, 'source_id' | 'destination_id' | 'source_born' | 'destination_born'>;

/** Rows are bindings or, with null in the other columns, links. */
export const isBinding = (row: Binding | (Link & { readonly source_data: null })): row is Binding =>
  row.source_data !== null;

/** The bindings and links of these source ids. planning/item.plan.ts describes the row. */
export const findBindings = (pair: Pair, sourceIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id, hash_${s} AS source_hash, hash_${d} AS destination_hash,
             data_${s} AS source_data, data_${d} AS destination_data, born_${s} AS source_born, born_${d} AS destination_born
        FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND system_a = $3 AND system_b = $4 AND id_${s} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...systems(pair), sourceIds],
  };
};

/** Finds which of these destination ids are bound, and to which source ids. */
export const findBoundDestinations = (pair: Pair, destinationIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id FROM public.sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND system_a = $3 AND system_b = $4 AND id_${d} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...systems(pair), destinationIds],
  };
};
