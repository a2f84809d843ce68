import type { Statement } from '../../database/database.ts';
import type { Run } from '../run.types.ts';

/** How many ids a report names. */
const NAMED = 20;

/**
 * The last walk of everything before this run, to wherever: records are the source's, so what it had read needed no webhook after.
 * No row also when that was so long ago that deliveries have been cleared, or when no webhook has come in that time.
 */
export const findEarlierWalk = (run: Run): Statement => ({
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

export interface MissedChanges {
  readonly count: number;
  readonly first_ids: readonly string[];
  readonly source_system: string;
}

/**
 * The records that the run changed and no delivery since `since` named. One run at a time writes the records of a connection and
 * entity type, so those changed since it began are its own, and they are the last by change_seq: the first one before them is found by
 * going back along the index of changes (migration 0015), over no more rows than the run has changed.
 */
export const changesWithoutDelivery = (run: Run, startedAt: string, since: string): Statement => ({
  text: `
    WITH missed AS (
      SELECT r.external_id, r.change_seq FROM sync_records r
       WHERE r.org_id = $1 AND r.connection_id = $2 AND r.entity_type = $3
         AND r.change_seq > coalesce((
           SELECT b.change_seq FROM sync_records b
            WHERE b.org_id = $1 AND b.connection_id = $2 AND b.entity_type = $3 AND b.updated_at < $5
            ORDER BY b.change_seq DESC LIMIT 1), 0)
         AND NOT EXISTS (SELECT FROM sync_hook_deliveries d WHERE d.org_id = $1 AND d.connection_id = $2 AND d.entity_type = $3
                            AND d.external_id = r.external_id AND d.received_at >= $6))
    SELECT count(*)::integer AS count, (SELECT p.source_system FROM sync_progress p WHERE p.org_id = $1 AND p.sync_id = $4),
           ARRAY(SELECT m.external_id FROM missed m ORDER BY m.change_seq LIMIT ${NAMED}) AS first_ids
      FROM missed`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.sync_id, startedAt, since],
});
