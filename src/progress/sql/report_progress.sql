-- Elapsed time, speed, ETA and the check of counts against the total are generated columns and constraints: migrations/0005-progress-counts-and-eta.ts.
-- Why: reporting progress is the hot path. One call carries reports of many syncs and organizations, so that they share a round trip and
-- a commit. The reports of one organization share one UPDATE, because starting an update (its constraints, generated columns, triggers
-- and policy) costs more than updating a row.
-- Promises: the caller sends at most one report per sync. The organization is set before its rows are touched, so the same policies apply
-- as to any other statement. An error of a caller is returned as an outcome (missing, ended, backwards, above_total) and not raised, so
-- that an invalid report does not affect the others. The row is returned as JSON text. Hash and merge joins are off, so that rows are
-- always found by their key and never by a scan of the organization's other syncs, whatever the planner estimates.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.report_progress(reports json, lock_timeout text DEFAULT NULL)
  RETURNS TABLE (org_id text, sync_id text, outcome text, progress text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  o record;
  taken text[];
BEGIN
  IF lock_timeout IS NOT NULL THEN
    PERFORM set_config('lock_timeout', lock_timeout, true);
  END IF;
  FOR o IN SELECT x ->> 'org_id' AS org_id, json_agg(x) AS reports, count(*) AS size
             FROM json_array_elements(reports) AS x GROUP BY 1 ORDER BY 1 LOOP
    PERFORM app.set_org(o.org_id);
    -- Every call locks rows in the same order, which prevents deadlocks.
    IF o.size > 1 THEN
      PERFORM FROM public.sync_progress AS s
        WHERE s.org_id = o.org_id
          AND s.sync_id IN (SELECT r.sync_id FROM json_to_recordset(o.reports) AS r (sync_id text))
        ORDER BY s.sync_id
          FOR NO KEY UPDATE;
    END IF;
    taken := '{}';
    FOR org_id, sync_id, outcome, progress IN
      UPDATE public.sync_progress AS s
         SET processed_count = coalesce(r.processed_count, s.processed_count),
             failed_count = coalesce(r.failed_count, s.failed_count),
             total_items = coalesce(r.total_items, s.total_items, CASE WHEN r.status = 'completed' THEN
               coalesce(r.processed_count, s.processed_count) + coalesce(r.failed_count, s.failed_count) END),
             current_item = coalesce(r.current_item, s.current_item),
             checkpoint = coalesce(r.checkpoint, s.checkpoint),
             error_message = coalesce(r.error_message, s.error_message),
             status = coalesce(r.status, CASE WHEN s.status = 'paused' AND s.pause_requested THEN 'paused'
                                              ELSE 'running' END),
             updated_at = now()
        FROM json_to_recordset(o.reports) AS r (sync_id text, processed_count integer, failed_count integer,
               total_items integer, current_item integer, status text, error_message text, checkpoint jsonb)
       WHERE s.org_id = o.org_id AND s.sync_id = r.sync_id AND s.completed_at IS NULL
         AND coalesce(r.processed_count, s.processed_count) >= s.processed_count
         AND coalesce(r.failed_count, s.failed_count) >= s.failed_count
         AND coalesce(r.processed_count, s.processed_count)::bigint + coalesce(r.failed_count, s.failed_count)
             <= coalesce(r.total_items, s.total_items, 2147483647)
      RETURNING s.org_id, s.sync_id, 'reported', row_to_json(s)::text
    LOOP
      taken := taken || sync_id;
      RETURN NEXT;
    END LOOP;
    CONTINUE WHEN cardinality(taken) = o.size;
    RETURN QUERY
    SELECT o.org_id, r.sync_id,
           CASE
             WHEN s.sync_id IS NULL THEN 'missing'
             -- The response to the last report may have been lost, so repeating that report is not an error.
             WHEN s.completed_at IS NOT NULL
               AND coalesce(r.processed_count, s.processed_count) = s.processed_count
               AND coalesce(r.failed_count, s.failed_count) = s.failed_count
               AND (CASE WHEN s.status LIKE 'completed%' THEN coalesce(r.status, 'completed') = 'completed'
                         ELSE r.status = s.status END) THEN 'reported'
             WHEN s.completed_at IS NOT NULL THEN 'ended'
             WHEN r.processed_count < s.processed_count OR r.failed_count < s.failed_count THEN 'backwards'
             ELSE 'above_total'
           END,
           CASE WHEN s.sync_id IS NOT NULL THEN row_to_json(s)::text END
      FROM json_to_recordset(o.reports) AS r (sync_id text, processed_count integer, failed_count integer, status text)
      LEFT JOIN public.sync_progress AS s ON s.org_id = o.org_id AND s.sync_id = r.sync_id
     WHERE r.sync_id <> ALL (taken);
  END LOOP;
END
$$;
ALTER FUNCTION app.report_progress(json, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.report_progress(json, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.report_progress(json, text) TO sync_app;
