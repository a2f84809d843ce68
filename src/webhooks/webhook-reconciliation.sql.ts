import type { Statement } from '../database/database.ts';
import type { Run } from '../runs/run.types.ts';

/** How many ids a report names. */
const NAMED = 20;

/**
 * The last walk of everything before this run, to wherever: records are the source's, so what it had read needed no webhook after.
 * No row also when that was so long ago that deliveries have been cleared, or when no webhook has come in that time.
 */
export const findEarlierRun = (run: Run): Statement => ({
  text: `
    SELECT p.started_at FROM sync_runs r JOIN sync_progress p USING (org_id, sync_id)
     WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = $3 AND r.created_at < $4 AND r.sync_id <> $5
       AND r.kind = 'sync' AND r.filters = '{}' AND p.status IN ('completed', 'completed_with_errors')
       AND p.started_at > now() - interval '30 days'
       AND EXISTS (SELECT FROM sync_hook_deliveries d WHERE d.org_id = $1 AND d.connection_id = $2 AND d.entity_type = $3
                      AND d.received_at > now() - interval '30 days')
     ORDER BY r.created_at DESC LIMIT 1`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.created_at, run.sync_id],
});

/**
 * The last change_seq of the connection and entity type before the run began; no row when there is none. One run at a time writes their
 * records, so what the run has changed is what comes after, and going back to it along the index of changes (migrations/0009-records.ts) passes
 * over just that. A statement of its own: the planner must know the number to use that index again.
 */
export const lastChangeBefore = (run: Run, startedAt: string): Statement => ({
  text: `
    SELECT change_seq FROM sync_records
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND updated_at < $4
     ORDER BY change_seq DESC LIMIT 1`,
  values: [run.org_id, run.source_connection_id, run.entity_type, startedAt],
});

export interface MissedChanges {
  readonly count: number;
  readonly first_ids: readonly string[];
  readonly source_system: string;
}

/** Records that changed after a change_seq and that no delivery since `since` named; LIMIT makes that a look-up for each. */
export const changesWithoutDelivery = (run: Run, afterSeq: number, since: string): Statement => ({
  text: `
    WITH missed AS (
      SELECT r.external_id, r.change_seq FROM sync_records r
       WHERE r.org_id = $1 AND r.connection_id = $2 AND r.entity_type = $3 AND r.change_seq > $5
         AND NOT coalesce((SELECT true FROM sync_hook_deliveries d WHERE d.org_id = $1 AND d.connection_id = $2
                              AND d.entity_type = $3 AND d.external_id = r.external_id AND d.received_at >= $6 LIMIT 1), false))
    SELECT count(*)::integer AS count, (SELECT p.source_system FROM sync_progress p WHERE p.org_id = $1 AND p.sync_id = $4),
           ARRAY(SELECT m.external_id FROM missed m ORDER BY m.change_seq LIMIT ${NAMED}) AS first_ids
      FROM missed`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.sync_id, afterSeq, since],
});
