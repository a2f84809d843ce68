import type { CanonicalData, EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Statement } from '../../database/database.ts';

/** Which two connections a binding joins, as one direction of it sees them. */
export interface Pair {
  readonly orgId: string;
  readonly entity: EntityType;
  readonly source: string;
  readonly destination: string;
}

/** The side with the smaller connection id is a; uuids in lower case order as text as they do in Postgres. */
export const sourceSide = ({ source, destination }: Pair): 'a' | 'b' => (source < destination ? 'a' : 'b');
const otherSide = (side: 'a' | 'b') => (side === 'a' ? 'b' : 'a');
const connections = (pair: Pair) => [pair.source, pair.destination].sort();

/** Bindings of source ids; see plan/item.plan.ts for the row. */
export const findBindings = (pair: Pair, sourceIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id, hash_${s} AS source_hash, hash_${d} AS destination_hash,
             data_${s} AS source_data, data_${d} AS destination_data
        FROM sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND connection_a = $3 AND connection_b = $4 AND id_${s} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...connections(pair), sourceIds],
  };
};

/** Which of the destination's ids are bound, and to what. */
export const findBoundDestinations = (pair: Pair, destinationIds: readonly string[]): Statement => {
  const [s, d] = [sourceSide(pair), otherSide(sourceSide(pair))];
  return {
    text: `
      SELECT id_${s} AS source_id, id_${d} AS destination_id FROM sync_bindings
       WHERE org_id = $1 AND entity_type = $2 AND connection_a = $3 AND connection_b = $4 AND id_${d} = ANY ($5)`,
    values: [pair.orgId, pair.entity, ...connections(pair), destinationIds],
  };
};

/** The records there are of these ids, deleted ones left out; one by one by the primary key, as migration 0016 says why. */
export const findRecords = (
  orgId: string,
  connectionId: string,
  entity: EntityType,
  externalIds: readonly string[],
): Statement => ({
  text: `
    SELECT r.external_id, r.content_hash, r.data FROM unnest($4::text[]) AS g (id) CROSS JOIN LATERAL (
      SELECT external_id, content_hash, data, deleted_at FROM sync_records
       WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND external_id >= g.id AND external_id <= g.id
       ORDER BY external_id LIMIT 1) AS r
     WHERE r.deleted_at IS NULL`,
  values: [orgId, connectionId, entity, externalIds],
});

export interface FoundRecord {
  readonly external_id: string;
  readonly content_hash: string;
  readonly data: CanonicalData;
}
