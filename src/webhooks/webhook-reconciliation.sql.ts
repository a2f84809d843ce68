import type { Statement } from '../database/database.ts';
import type { Run } from '../runs/run.types.ts';

/** The maximum number of ids in a report. */
const NAMED = 20;

/**
 * The last unfiltered sync of the source before this run, to any destination, because records belong to the source. Changes that it read
 * needed no later webhook. Returns no row when that sync is older than 30 days, after which deliveries are deleted, or when no webhook
 * was received within 30 days.
 */
export const findEarlierRun = (run: Run): Statement => ({
  text: `
    SELECT p.started_at FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id)
     WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = $3 AND r.created_at < $4 AND r.sync_id <> $5
       AND r.kind = 'sync' AND r.mode <> 'census' AND r.filters = '{}' AND p.status IN ('completed', 'completed_with_errors')
       AND p.started_at > now() - interval '30 days'
       AND EXISTS (SELECT FROM public.sync_hook_deliveries d WHERE d.org_id = $1 AND d.connection_id = $2 AND d.entity_type = $3
                      AND d.received_at > now() - interval '30 days')
     ORDER BY r.created_at DESC LIMIT 1`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.created_at, run.sync_id],
});

/**
 * The last change_seq of the connection and entity type before the run began, or no row when there is none. Only one run at a time
 * changes these records, so all later changes are changes of this run, and the backward scan of the index of changes
 * (migrations/0009-records.ts) reads only these. This is a separate statement, because the planner uses that index for the next one only
 * when it knows the number.
 */
export const lastChangeBefore = (run: Run, startedAt: string): Statement => ({
  text: `
    SELECT change_seq FROM public.sync_records
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND updated_at < $4
     ORDER BY change_seq DESC LIMIT 1`,
  values: [run.org_id, run.source_connection_id, run.entity_type, startedAt],
});

export interface MissedChanges {
  readonly count: number;
  readonly first_ids: readonly string[];
  readonly source_system: string;
}

/** Records that changed after a change_seq and that no delivery since `since` names. LIMIT makes the planner look up each record. */
export const changesWithoutDelivery = (run: Run, afterSeq: number, since: string): Statement => ({
  text: `
    WITH missed AS (
      SELECT r.external_id, r.change_seq FROM public.sync_records r
       WHERE r.org_id = $1 AND r.connection_id = $2 AND r.entity_type = $3 AND r.change_seq > $5
         AND NOT coalesce((SELECT true FROM public.sync_hook_deliveries d WHERE d.org_id = $1 AND d.connection_id = $2
                              AND d.entity_type = $3 AND d.external_id = r.external_id AND d.received_at >= $6 LIMIT 1), false))
    SELECT count(*)::integer AS count, (SELECT p.source_system FROM public.sync_progress p WHERE p.org_id = $1 AND p.sync_id = $4),
           ARRAY(SELECT m.external_id FROM missed m ORDER BY m.change_seq LIMIT ${NAMED}) AS first_ids
      FROM missed`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.sync_id, afterSeq, since],
});
