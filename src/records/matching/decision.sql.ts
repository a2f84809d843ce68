import type { Statement } from '../../database/database.ts';
import { type Pair, sourceSide, systemsOf } from '../bindings.sql.ts';

/** Which of these items of the source people decided to be new at the destination. */
export const findDecisions = (pair: Pair, sourceIds: readonly string[]): Statement => ({
  text: `
    SELECT external_id FROM public.sync_match_decisions
     WHERE org_id = $1 AND entity_type = $2 AND source = $3 AND destination = $4 AND external_id = ANY ($5)`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, sourceIds],
});

/** How many items wait with such a decision for a sync that creates them: an item that is bound needs none. */
export const countDecisions = (pair: Pair): Statement => ({
  text: `
    SELECT count(*)::integer AS count FROM public.sync_match_decisions d
     WHERE d.org_id = $1 AND d.entity_type = $2 AND d.source = $3 AND d.destination = $4`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination],
});

/** Decisions for items that were created by now. */
export const forgetDecisions = (pair: Pair): Statement => ({
  text: `
    DELETE FROM public.sync_match_decisions d
     WHERE d.org_id = $1 AND d.entity_type = $2 AND d.source = $3 AND d.destination = $4 AND EXISTS (
       SELECT FROM public.sync_bindings b
        WHERE b.org_id = $1 AND b.entity_type = $2 AND b.system_a = $5 AND b.system_b = $6
          AND b.id_${sourceSide(pair)} = d.external_id OFFSET 0)`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, ...systemsOf(pair)],
});

/** Returns no row when that was decided before. */
export const decideNew = (pair: Pair, sourceId: string): Statement => ({
  text: `
    INSERT INTO public.sync_match_decisions (org_id, entity_type, source, destination, external_id)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING external_id`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, sourceId],
});

/** Returns no row when nothing was decided. */
export const withdrawDecision = (pair: Pair, sourceId: string): Statement => ({
  text: `
    DELETE FROM public.sync_match_decisions
     WHERE org_id = $1 AND entity_type = $2 AND source = $3 AND destination = $4 AND external_id = $5
    RETURNING external_id`,
  values: [pair.orgId, pair.entity, pair.source, pair.destination, sourceId],
});
