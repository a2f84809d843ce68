import type { Statement } from '../database/database.ts';
import type { Pair } from './bindings.sql.ts';

/** What failed, or was left alone, when it was tried last. */
export interface Refusal {
  readonly external_id: string;
  /** Of the write, the entry it was for and the settings of the connection; null when what refused it may depend on anything else. */
  readonly fingerprint: string | null;
  readonly error_class: string;
  readonly message: string;
  /** RFC 3339. */
  readonly refused_at: string;
}

/** A refusal to remember, or one that was remembered, so that nothing was tried. */
export type RefusalChange =
  | (Omit<Refusal, 'refused_at'> & { readonly is_conflict?: true; readonly leaves?: true })
  | { readonly external_id: string; readonly remembered: true };

/** What the value of a write is refused for may still depend on something that no fingerprint has, so it is tried again after a day. */
const REMEMBERED_HOURS = 24;

/** Since when something of items may be in the destination that was refused but stayed there, to be found by its mark. */
export const findLeavings = (pair: Pair, externalIds: readonly string[]): Statement => ({
  text: `
    SELECT f.external_id, to_json(min(f.left_since)) #>> '{}' AS since FROM public.sync_refusals f
     WHERE f.org_id = $1 AND f.entity_type = $2 AND f.external_id = ANY ($5) AND f.left_since IS NOT NULL
       AND f.source_connection_id = ANY (ARRAY(SELECT c.id FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $3))
       AND f.destination_connection_id = ANY (ARRAY(
         SELECT c.id FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $4))
     GROUP BY f.external_id`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, externalIds],
});

export const findRefusals = (pair: Pair, externalIds: readonly string[]): Statement => ({
  text: `
    SELECT external_id, fingerprint, error_class, message, to_json(refused_at) #>> '{}' AS refused_at
      FROM public.sync_refusals
     WHERE org_id = $1 AND entity_type = $2 AND source_connection_id = $3 AND destination_connection_id = $4
       AND external_id = ANY ($5) AND refused_at > now() - make_interval(hours => ${REMEMBERED_HOURS})`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, externalIds],
});
