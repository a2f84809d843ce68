import type { Statement } from '../database/database.ts';
import type { Pair } from './bindings.sql.ts';

/** What a destination refused for good, and of what exactly. */
export interface Refusal {
  readonly external_id: string;
  /** Of the write, the entry it was for and the settings of the connection. The same write is refused again. */
  readonly fingerprint: string;
  readonly error_class: string;
  readonly message: string;
  /** RFC 3339. */
  readonly refused_at: string;
}

/** A refusal to remember, or one that no longer holds. */
export type RefusalChange = Omit<Refusal, 'refused_at'> | { readonly external_id: string; readonly removed: true };

export const findRefusals = (pair: Pair, externalIds: readonly string[]): Statement => ({
  text: `
    SELECT external_id, fingerprint, error_class, message, to_json(refused_at) #>> '{}' AS refused_at
      FROM public.sync_refusals
     WHERE org_id = $1 AND entity_type = $2 AND source_connection_id = $3 AND destination_connection_id = $4
       AND external_id = ANY ($5)`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, externalIds],
});
