import type { Statement } from '../../database/database.ts';
import type { Pair } from '../bindings.sql.ts';

/** Which of these items of the source people decided to be new at the destination. */
export const findDecisions = (pair: Pair, sourceIds: readonly string[]): Statement => ({
  text: `
    SELECT external_id FROM public.sync_match_decisions
     WHERE org_id = $1 AND entity_type = $2 AND source = $3 AND destination = $4 AND external_id = ANY ($5)`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, sourceIds],
});
