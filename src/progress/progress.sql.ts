import type { Statement } from '../database/database.ts';
import type { ActiveSyncsQuery, StartSyncDto } from './dto/requests.dto.ts';

// Elapsed time, speed, ETA and the check of the counts against the total are columns and constraints:
// migrations/0005-progress-counts-and-eta.ts. The effects of a report, an end or a control request are in sql/: report_progress.sql,
// request_control.sql, measure_progress.sql, end_of_sync.sql, ended_is_final.sql, log_control.sql.

/**
 * A row of a list as a reader gets it, and as sql/find_sync.sql returns one: without an ETA once the reporter has been silent for 60 seconds by the clock of the database. As long as a
 * dashboard waits before it calls a sync silent: SILENT_AFTER_SECONDS in clients/react/src/sync.text.ts.
 */
const shown = (s: string): string =>
  `CASE WHEN ${s}.eta_seconds IS NULL OR ${s}.updated_at >= now() - interval '60 seconds' THEN row_to_json(${s})
        ELSE (to_jsonb(${s}) || '{"eta_seconds": null}')::json END`;

/** A row is returned as JSON, so that every statement returns the same text for it. */
export interface FoundRow<Row> {
  /** True if this statement inserted or changed the row, false if it only found the row. */
  readonly done: boolean;
  /** Null when there is none. */
  readonly row: Row | null;
}

/** Inserts the sync, or finds the sync with this id. */
export const startSync = (orgId: string, syncId: string, start: StartSyncDto, initiatedBy: string): Statement => ({
  text: 'SELECT done, answer AS row FROM app.start_sync($1, $2, $3, $4, $5, $6, $7, $8)',
  values: [
    orgId,
    syncId,
    start.entity_type,
    start.source_system,
    start.total_items ?? null,
    initiatedBy,
    start.status ?? 'running',
    start.checkpoint ? JSON.stringify(start.checkpoint) : null,
  ],
});

export const findSync = (orgId: string, syncId: string): Statement => ({
  text: 'SELECT app.find_sync($1, $2) AS row',
  values: [orgId, syncId],
});

/** A list shows at most 1,000 syncs, newest first. With a filter, or when the slowest are asked for, they are of the newest 10,000. */
const SHOWN = 1_000;
const SEARCHED = 10_000;

export const activeSyncs = (orgId: string, filter: ActiveSyncsQuery): Statement => {
  const wanted = [filter.status, filter.entity_type, filter.source_system, filter.slow];
  const isFiltered = wanted.some((value) => value !== undefined);
  return {
    text: `
    SELECT ${shown('s')} AS row FROM app.active_syncs($1, $6) s
     WHERE ($2::text IS NULL OR s.status = $2) AND ($3::text IS NULL OR s.entity_type = $3)
       AND ($4::text IS NULL OR s.source_system = $4)
       AND ($5::double precision IS NULL OR s.speed_items_per_min < $5)
     ORDER BY s.started_at DESC, s.sync_id DESC
     LIMIT ${SHOWN}`,
    values: [orgId, ...wanted.map((value) => value ?? null), isFiltered ? SEARCHED : SHOWN],
  };
};

export const slowSyncs = (orgId: string, below: number): Statement => ({
  text: `
    SELECT (${shown('s')})::jsonb || jsonb_build_object('seconds_per_item', s.elapsed_seconds / s.processed_count) AS row
      FROM app.active_syncs($1, ${SEARCHED}) s
     WHERE s.processed_count > 0
       AND s.speed_items_per_min > 0 AND s.speed_items_per_min < $2
     ORDER BY s.speed_items_per_min, s.sync_id
     LIMIT ${SHOWN}`,
  values: [orgId, below],
});

/** What an operator may ask of an active sync. */
export type ControlRequest = 'cancel' | 'pause' | 'resume';

export const requestControl = (orgId: string, syncId: string, request: ControlRequest, user: string): Statement => ({
  text: 'SELECT done, answer AS row FROM app.request_control($1, $2, $3, $4)',
  values: [orgId, syncId, request, user],
});

/** One report in the form that app.report_progress expects. */
export interface ReportElement {
  readonly org_id: string;
  readonly sync_id: string;
  /** Whose part of the sync the counts are; without it they are the counts of the whole sync. */
  readonly worker?: string;
  readonly processed_count?: number;
  readonly failed_count?: number;
  readonly total_items?: number;
  readonly current_item?: number;
  readonly status?: 'running' | 'paused' | 'cancelled' | 'completed' | 'failed';
  readonly error_message?: string;
  readonly checkpoint?: Record<string, unknown>;
  /** The result of an accepted report is its SyncState in place of the row, which is most of the response. */
  readonly brief?: boolean;
}

/**
 * The result of a report. `progress` is the row (or state) as JSON text, null only when the sync is missing. `locked`: another transaction holds
 * the row, the report had no effect and should be sent again.
 */
export interface ReportResult {
  readonly org_id: string;
  readonly sync_id: string;
  readonly outcome: 'reported' | 'missing' | 'ended' | 'backwards' | 'above_total' | 'too_many_workers' | 'locked';
  readonly progress: string | null;
}

/** At most one report per sync. The results have no order. */
export const reportProgress = (reports: readonly ReportElement[]): Statement => ({
  text: 'SELECT org_id, sync_id, outcome, progress FROM app.report_progress($1)',
  values: [JSON.stringify(reports)],
});

/**
 * One report that waits for its row, as long as any statement of a request waits for a lock. The count of the held rows is passed to the
 * function, so that it runs after them.
 */
export const reportWhenUnlocked = (report: ReportElement): Statement => ({
  text: `
    WITH held AS MATERIALIZED (
      SELECT FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2 FOR NO KEY UPDATE)
    SELECT r.org_id, r.sync_id, r.outcome, r.progress
      FROM (SELECT count(*) AS rows FROM held) AS h
     CROSS JOIN LATERAL app.report_progress(CASE WHEN h.rows >= 0 THEN $3::json END) AS r`,
  values: [report.org_id, report.sync_id, JSON.stringify([report])],
});

/** The current state of a watched organization. */
export interface WatchedRow {
  readonly org_id: string;
  /** Identifies this state. When the next call passes it, rows are returned only if the state has changed. */
  readonly digest: string;
  /** RFC 3339, from the clock of the database. */
  readonly at: string;
  /** The syncs of the window as JSON, one per line. Null when the state still has the digest that was passed. */
  readonly syncs: string | null;
}

/** Returns one row per organization. `digest` is the one of the last call, or null. sql/watch_progress.sql describes window and digest. */
export const watchProgress = (watched: readonly { orgId: string; digest: string | null }[]): Statement => ({
  // Outside a transaction of its own, so it does not lean on the session's DateStyle.
  text: `SELECT org_id, digest, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS at, syncs
           FROM app.watch_progress($1, $2)`,
  values: [watched.map(({ orgId }) => orgId), watched.map(({ digest }) => digest)],
});
