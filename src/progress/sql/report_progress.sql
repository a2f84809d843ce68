-- Elapsed time, speed, ETA and the check of counts against the total are generated columns and constraints: migrations/0005-progress-counts-and-eta.ts.
-- What they are computed from is measured by triggers: measure_progress.sql.
-- Why: reporting progress is the hot path. One call carries reports of many syncs and organizations, so that they share a round trip and
-- a commit. The reports of one organization share one UPDATE, because starting an update (its constraints, generated columns, triggers
-- and policy) costs more than updating a row.
-- Several workers may share a sync: a report that names one holds the counts of that worker's own part, and what they rose by is added
-- to the sync's. So their reports add up in whatever order they come, and one that comes twice counts once.
-- Promises: the caller sends at most one report per sync. The organization is set before its rows are touched, so the same policies apply
-- as to any other statement. An error of a caller is returned as an outcome (missing, ended, backwards, above_total,
-- too_many_workers) and not raised, so
-- that an invalid report does not affect the others. The row is returned as JSON text; of a brief report that is accepted only what its
-- sender acts upon.
-- Nobody waits for a row that another transaction has locked: its report has the outcome locked and no effect, and the caller sends it
-- again. Locks that cannot be skipped (a trigger's, a table's) are waited for 250 ms at most, then the call fails as a whole.
-- A call reads the rows it was asked for and no others, whatever the planner knows about the table: nested loops, merge joins and
-- sequential scans are off, the plan is the generic one, and the ids are an index condition. No partial index may fit, because the one of
-- active syncs would be read for the whole organization; therefore completed_at is compared inside an expression.
-- It is called outside a transaction that sets what statements rely on, so it says that itself.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.report_progress(reports json)
  RETURNS TABLE (org_id text, sync_id text, outcome text, progress text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET row_security = on
SET enable_seqscan = off
SET enable_nestloop = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET lock_timeout = '250ms' AS $$
#variable_conflict use_column
DECLARE
  org text;
  given app.report[];
  ids text[];
  -- Those of which only what a reporter acts upon is told.
  briefs text[];
  taken text[];
  -- No count may be above this where no total is known.
  most CONSTANT double precision := 9007199254740991;
  -- A sync's workers are part of its row, which each report writes anew: 100 of them are some kilobytes. MAX_WORKERS in dto/requests.dto.ts.
  most_workers CONSTANT integer := 100;
BEGIN
  FOR org, given, ids, briefs IN
    SELECT r.org_id, array_agg(r ORDER BY r.sync_id), array_agg(r.sync_id ORDER BY r.sync_id), array_agg(r.sync_id) FILTER (WHERE r.brief)
      FROM json_populate_recordset(NULL::app.report, reports) AS r GROUP BY r.org_id ORDER BY r.org_id
  LOOP
    PERFORM app.set_org(org);
    taken := '{}';
    FOR org_id, sync_id, outcome, progress IN
      WITH held AS MATERIALIZED (
        SELECT s.sync_id, s.processed_count, s.failed_count, s.workers FROM public.sync_progress AS s
         WHERE s.org_id = org AND s.sync_id = ANY (ids)
         ORDER BY s.sync_id
           FOR NO KEY UPDATE SKIP LOCKED), done AS (
      UPDATE public.sync_progress AS s
         SET processed_count = t.processed,
             failed_count = t.failed,
             total_items = coalesce(r.total_items, s.total_items,
               CASE WHEN r.status = 'completed' THEN t.processed + t.failed END),
             current_item = coalesce(r.current_item, t.processed + t.failed),
             workers = CASE WHEN r.worker IS NULL THEN s.workers ELSE jsonb_set(coalesce(s.workers, '{}'), ARRAY[r.worker],
               ('{"processed_count":' || coalesce(r.processed_count, t.part_processed)::text
                 || ',"failed_count":' || coalesce(r.failed_count, t.part_failed)::text || '}')::jsonb) END,
             checkpoint = coalesce(r.checkpoint, s.checkpoint),
             error_message = coalesce(r.error_message, s.error_message),
             status = coalesce(r.status, CASE WHEN s.status = 'paused' AND s.pause_requested THEN 'paused'
                                              ELSE 'running' END),
             updated_at = now()
        FROM held AS h JOIN unnest(given) AS r ON r.sync_id = h.sync_id
        CROSS JOIN LATERAL (
          SELECT coalesce((h.workers #>> ARRAY[r.worker, 'processed_count'])::double precision, 0) AS part_processed,
                 coalesce((h.workers #>> ARRAY[r.worker, 'failed_count'])::double precision, 0) AS part_failed) AS part
        CROSS JOIN LATERAL (
          SELECT part.part_processed, part.part_failed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.processed_count, h.processed_count)
                      ELSE h.processed_count + coalesce(r.processed_count - part.part_processed, 0) END AS processed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.failed_count, h.failed_count)
                      ELSE h.failed_count + coalesce(r.failed_count - part.part_failed, 0) END AS failed,
                 CASE WHEN r.worker IS NULL OR h.workers IS NULL OR h.workers ? r.worker THEN true
                      ELSE (SELECT count(*) FROM jsonb_object_keys(h.workers)) < most_workers END AS has_place) AS t
       WHERE s.org_id = org AND s.sync_id = ANY (ids) AND s.sync_id = h.sync_id
         AND coalesce(s.completed_at, 'infinity') = 'infinity'
         AND t.processed >= s.processed_count
         AND t.failed >= s.failed_count
         AND t.processed + t.failed <= coalesce(r.total_items, s.total_items, most)
         AND t.has_place
      RETURNING s.*)
      -- The text of a row depends on settings, and a distributed Postgres returns from a change only what does not.
      SELECT s.org_id, s.sync_id, 'reported', CASE WHEN s.sync_id = ANY (briefs)
        THEN '{"status":"' || s.status || '","cancel_requested":' || s.cancel_requested || ',"pause_requested":' || s.pause_requested || '}'
        ELSE row_to_json(s)::text END FROM done AS s
    LOOP
      taken := taken || sync_id;
      RETURN NEXT;
    END LOOP;
    CONTINUE WHEN cardinality(taken) = cardinality(ids);
    RETURN QUERY
    SELECT org, r.sync_id, told.outcome,
           CASE WHEN s.sync_id IS NULL THEN NULL
                WHEN r.brief AND told.outcome = 'reported'
                  THEN '{"status":"' || s.status || '","cancel_requested":' || s.cancel_requested || ',"pause_requested":' || s.pause_requested || '}'
                ELSE row_to_json(s)::text END
      FROM unnest(given) AS r
      LEFT JOIN public.sync_progress AS s ON s.org_id = org AND s.sync_id = ANY (ids) AND s.sync_id = r.sync_id
      CROSS JOIN LATERAL (
          SELECT coalesce((s.workers #>> ARRAY[r.worker, 'processed_count'])::double precision, 0) AS part_processed,
                 coalesce((s.workers #>> ARRAY[r.worker, 'failed_count'])::double precision, 0) AS part_failed) AS part
      CROSS JOIN LATERAL (
          SELECT part.part_processed, part.part_failed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.processed_count, s.processed_count)
                      ELSE s.processed_count + coalesce(r.processed_count - part.part_processed, 0) END AS processed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.failed_count, s.failed_count)
                      ELSE s.failed_count + coalesce(r.failed_count - part.part_failed, 0) END AS failed,
                 CASE WHEN r.worker IS NULL OR s.workers IS NULL OR s.workers ? r.worker THEN true
                      ELSE (SELECT count(*) FROM jsonb_object_keys(s.workers)) < most_workers END AS has_place) AS t
      CROSS JOIN LATERAL (
          SELECT CASE
             WHEN s.sync_id IS NULL THEN 'missing'
             -- The response to the last report may have been lost, so repeating that report is not an error.
             WHEN s.completed_at IS NOT NULL
               AND t.processed = s.processed_count AND t.failed = s.failed_count
               AND (CASE WHEN s.status LIKE 'completed%' THEN coalesce(r.status, 'completed') = 'completed'
                         ELSE r.status = s.status END) THEN 'reported'
             WHEN s.completed_at IS NOT NULL THEN 'ended'
             WHEN t.processed < s.processed_count OR t.failed < s.failed_count THEN 'backwards'
             WHEN t.processed + t.failed > coalesce(r.total_items, s.total_items, most) THEN 'above_total'
             WHEN NOT t.has_place THEN 'too_many_workers'
             -- Locked at the look, or changed between the two looks: sending it again is never wrong.
             ELSE 'locked'
           END AS outcome) AS told
     WHERE r.sync_id <> ALL (taken);
  END LOOP;
END
$$;
ALTER FUNCTION app.report_progress(json) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.report_progress(json) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.report_progress(json) TO sync_app;
