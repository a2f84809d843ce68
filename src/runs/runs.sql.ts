import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { OpenWrite } from '../planning/planned.outcome.ts';
import type { Run } from './run.types.ts';

/** The columns of a new run. */
export type NewRun = Pick<
  Run,
  | 'sync_id'
  | 'kind'
  | 'source_connection_id'
  | 'destination_connection_id'
  | 'entity_type'
  | 'mode'
  | 'filters'
  | 'of_sync_id'
  | 'override_reason'
  | 'trigger'
  | 'requested_by'
> &
  Partial<Pick<Run, 'undoes_sync_id'>> & {
    readonly source_system: string;
    /** What it waits for; null: for nobody. */
    readonly approval?: { readonly hours: number; readonly reason: string } | null;
    readonly traceparent?: string | null;
  };

/** Inserts both rows of a run: its progress, which is queued, and its parameters. */
export const insertRun = (orgId: string, run: NewRun): Statement => ({
  text: `
    WITH progress AS (
      INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, initiated_by, status, waiting_reason)
      VALUES ($1, $2, $3, $4, $5, 'queued', $16))
    INSERT INTO public.sync_runs (org_id, sync_id, entity_type, requested_by, kind, source_connection_id, destination_connection_id,
      mode, filters, of_sync_id, undoes_sync_id, override_reason, trigger, approval, approval_until, traceparent)
    VALUES ($1, $2, $3, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
      CASE WHEN $15::integer IS NOT NULL THEN 'wanted' END, now() + make_interval(hours => $15::integer), $17)`,
  values: [
    orgId,
    run.sync_id,
    run.entity_type,
    run.source_system,
    run.requested_by,
    run.kind,
    run.source_connection_id,
    run.destination_connection_id,
    run.mode,
    JSON.stringify(run.filters),
    run.of_sync_id,
    run.undoes_sync_id ?? null,
    run.override_reason,
    run.trigger,
    run.approval?.hours ?? null,
    run.approval?.reason ?? null,
    run.traceparent ?? null,
  ],
});

const counted = (name: string) => `coalesce((r.counts ->> '${name}')::integer, 0)`;

/** Null while a reconcile goes on, and when it ended before its end. */
const RECONCILED = `
  CASE WHEN r.kind = 'reconcile' AND p.status LIKE 'completed%' THEN json_build_object(
    'equal', ${counted('equal')}, 'different', ${counted('different')}, 'missing_at_source', ${counted('missing_at_source')},
    'missing_at_destination', ${counted('missing_at_destination')},
    'not_compared', ${counted('not_compared')} + ${counted('failed')}, 'fields_not_compared', r.fields_not_compared,
    'is_sample', r.of_sync_id IS NOT NULL) END`;

const SHOWN = `
  r.sync_id, r.kind, r.source_connection_id, coalesce(r.destination_connection_id::text, 'records') AS destination, r.entity_type,
  r.mode, r.filters, r.of_sync_id, r.undoes_sync_id, r.trigger, r.requested_by, r.state, r.approval, r.approval_until, r.approval_by, r.counts, r.changes_not_kept, r.created_at, row_to_json(p) AS progress,
  ${RECONCILED} AS reconcile
  FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id)`;

export const findRun = (orgId: string, syncId: string): Statement => ({
  text: `SELECT ${SHOWN} WHERE r.org_id = $1 AND r.sync_id = $2`,
  values: [orgId, syncId],
});

export interface RunsFilter {
  readonly connection_id?: string;
  readonly destination_id?: string;
  readonly entity_type?: string;
  readonly active?: boolean;
}

export const runsPage = (
  orgId: string,
  { connection_id, destination_id, entity_type, active }: RunsFilter,
  after: Keyset | undefined,
  limit: number,
): Statement => ({
  text: `
    SELECT ${SHOWN}
     WHERE r.org_id = $1 AND ($2::uuid IS NULL OR r.source_connection_id = $2) AND ($3::text IS NULL OR r.entity_type = $3)
       AND ($7::uuid IS NULL OR r.destination_connection_id = $7)
       AND ($8::boolean IS NULL OR (r.state <> 'ended') = $8)
       AND ($4::timestamptz IS NULL OR (r.created_at, r.sync_id) < ($4, $5))
     ORDER BY r.created_at DESC, r.sync_id DESC LIMIT $6`,
  values: [
    orgId,
    connection_id ?? null,
    entity_type ?? null,
    after?.at ?? null,
    after?.id ?? null,
    limit,
    destination_id ?? null,
    active ?? null,
  ],
});

/** The runs between any connections to the same systems, also those that were removed since. */
const BETWEEN = `r.org_id = $1 AND r.entity_type = $2 AND r.kind NOT IN ('preview', 'reconcile') AND r.created_at <= $3
       AND r.source_connection_id = ANY (ARRAY(SELECT c.id FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $4))
       AND r.destination_connection_id = ANY (ARRAY(SELECT c.id FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $5))`;

/**
 * The time since when the destination may hold entries that were created for this source but have no binding yet, because an earlier run
 * stopped in the middle of a batch. A completed run leaves no such entries.
 */
export const openSince = (
  run: Pick<Run, 'org_id' | 'entity_type' | 'created_at'>,
  systems: { readonly source: string; readonly destination: string },
): Statement => ({
  text: `
    SELECT coalesce(min(r.created_at), $3) AS since FROM public.sync_runs r
     WHERE ${BETWEEN} AND r.created_at > coalesce((
       SELECT d.created_at FROM public.sync_runs d JOIN public.sync_progress p USING (org_id, sync_id)
        WHERE ${BETWEEN.replaceAll('r.', 'd.')} AND p.status LIKE 'completed%'
        ORDER BY d.created_at DESC LIMIT 1), '-infinity')`,
  values: [run.org_id, run.entity_type, run.created_at, systems.source, systems.destination],
});

/**
 * Called before writes are sent, so that whoever goes on after this worker knows what it may have written. `harmfulTwice`: and that it may
 * still be under way. No row when another worker has taken the run over.
 */
export const noteOpenWrites = (
  { org_id, sync_id, lease_epoch }: Run,
  writes: readonly OpenWrite[],
  harmfulTwice: boolean,
): Statement => ({
  text: `
    UPDATE public.sync_runs SET open_writes = $3, write_open_since = ${harmfulTwice ? 'now()' : 'write_open_since'}
     WHERE org_id = $1 AND sync_id = $2 AND lease_epoch = $4 AND state = 'ready' AND leased_by IS NOT NULL
    RETURNING true AS noted`,
  values: [org_id, sync_id, JSON.stringify(writes), lease_epoch],
});

/** What this run, and those before it that did not come to their end since that time, were about to write. */
export const findOpenWrites = (
  run: Run,
  systems: { readonly source: string; readonly destination: string },
  since: string,
): Statement => ({
  text: `
    SELECT w.value || jsonb_build_object('isOwn', o.sync_id = $7) AS write
      FROM (SELECT r.sync_id, r.open_writes, r.created_at FROM public.sync_runs r
             WHERE ${BETWEEN} AND r.created_at >= $6 AND r.open_writes IS NOT NULL
             ORDER BY r.created_at DESC LIMIT 3) AS o
      CROSS JOIN LATERAL jsonb_array_elements(o.open_writes) AS w
     ORDER BY o.created_at`,
  values: [run.org_id, run.entity_type, run.created_at, systems.source, systems.destination, since, run.sync_id],
});

/**
 * How long, in milliseconds, a create of any run may still be under way at the system, whichever source it was for: two sources may have the
 * same thing; null: none is.
 */
export const openWriteEnds = (run: Run, destination: string, longestSeconds: number): Statement => ({
  text: `
    SELECT extract(epoch FROM max(r.write_open_since) + make_interval(secs => $4) - now())::float8 * 1000 AS left_ms
      FROM public.sync_runs r
     WHERE r.org_id = $1 AND r.entity_type = $2 AND r.write_open_since IS NOT NULL
       AND r.destination_connection_id = ANY (ARRAY(SELECT c.id FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $3))`,
  values: [run.org_id, run.entity_type, destination, longestSeconds],
});

/** What a reconcile did not compare. */
export const noteFieldsNotCompared = ({ org_id, sync_id }: Run, fields: readonly string[]): Statement => ({
  text: 'UPDATE public.sync_runs SET fields_not_compared = $3 WHERE org_id = $1 AND sync_id = $2',
  values: [org_id, sync_id, fields],
});

/** The row of sync_runs alone, without the progress. */
export const findRunRow = (orgId: string, syncId: string): Statement => ({
  text: 'SELECT row_to_json(r) AS run FROM public.sync_runs r WHERE r.org_id = $1 AND r.sync_id = $2',
  values: [orgId, syncId],
});

/** `only` one of them. */
export const countItems = (orgId: string, syncId: string, only: string | null): Statement => ({
  text: `
    SELECT count(*)::integer AS count FROM public.sync_items
     WHERE org_id = $1 AND sync_id = $2 AND ($3::text IS NULL OR external_id = $3)`,
  values: [orgId, syncId, only],
});

/** Makes a paused run available to workers again. Returns a row if the run was paused. */
export const unpauseRun = (orgId: string, syncId: string): Statement => ({
  text: `
    UPDATE public.sync_runs SET state = 'ready', leased_by = NULL, leased_until = now() + interval '1 minute'
     WHERE org_id = $1 AND sync_id = $2 AND state = 'paused'
    RETURNING sync_id`,
  values: [orgId, syncId],
});

/** Ends a paused run, or one that waits for approval, as cancelled, because it has no worker to confirm the cancel. Returns a row if the run was paused. */
export const cancelPausedRun = (orgId: string, syncId: string): Statement => ({
  text: `
    WITH paused AS (
      UPDATE public.sync_runs SET state = 'ended' WHERE org_id = $1 AND sync_id = $2
         AND (state = 'paused' OR state = 'waiting' AND approval = 'wanted') RETURNING sync_id)
    UPDATE public.sync_progress p SET status = 'cancelled' FROM paused
     WHERE p.org_id = $1 AND p.sync_id = paused.sync_id AND p.completed_at IS NULL
    RETURNING p.sync_id`,
  values: [orgId, syncId],
});

/**
 * Requests a cancel of every open run from or to the connection. `is_over`: the run had no worker, so its sync has ended. The runs are locked
 * before their syncs, as a worker locks them that takes one: the other way round both would wait for each other.
 */
export const cancelRunsOf = (orgId: string, connectionId: string, user: string): Statement => ({
  text: `
    WITH held AS MATERIALIZED (
      SELECT r.sync_id FROM public.sync_runs r
       WHERE r.org_id = $1 AND r.state <> 'ended' AND $2 IN (r.source_connection_id, r.destination_connection_id)
       ORDER BY r.sync_id FOR NO KEY UPDATE)
    UPDATE public.sync_progress p
       SET cancel_requested = true, requested_at = now(), requested_by = $3,
           status = CASE WHEN p.status IN ('queued', 'paused') THEN 'cancelled' ELSE p.status END
     WHERE p.org_id = $1 AND p.completed_at IS NULL AND p.sync_id = ANY (ARRAY(SELECT h.sync_id FROM held h))
    RETURNING p.sync_id, p.completed_at IS NOT NULL AS is_over`,
  values: [orgId, connectionId, user],
});

/** Returns a row when a run from or to the connection is open. */
export const findOpenRun = (orgId: string, connectionId: string): Statement => ({
  text: `
    SELECT sync_id FROM public.sync_runs
     WHERE org_id = $1 AND state <> 'ended' AND $2 IN (source_connection_id, destination_connection_id) LIMIT 1`,
  values: [orgId, connectionId],
});

/** A run of the entity type between the two connections, in either direction, that is not over. */
export const findRunBetween = (orgId: string, connectionIds: readonly string[], entity: string): Statement => ({
  text: `
    SELECT sync_id FROM public.sync_runs
     WHERE org_id = $1 AND state <> 'ended' AND entity_type = $3
       AND source_connection_id = ANY ($2::uuid[]) AND destination_connection_id = ANY ($2::uuid[]) LIMIT 1`,
  values: [orgId, connectionIds, entity],
});

export const endCancelledRuns = (orgId: string, syncIds: readonly string[]): Statement => ({
  text: `UPDATE public.sync_runs SET state = 'ended' WHERE org_id = $1 AND sync_id = ANY ($2)`,
  values: [orgId, syncIds],
});

/** Which fields of which entries the batches of a preview that are committed would change, of these source items. */
export const plannedUpdates = (orgId: string, syncId: string, sourceIds: readonly string[]): Statement => ({
  text: `
    SELECT c.destination_id, f.value ->> 'field' AS field
      FROM public.sync_preview_changes c CROSS JOIN LATERAL jsonb_array_elements(c.fields) AS f (value)
     WHERE c.org_id = $1 AND c.sync_id = $2 AND c.external_id = ANY ($3) AND c.kind = 'update'`,
  values: [orgId, syncId, sourceIds],
});
