-- Why: without this function, the sync of a reporter that died would stay active forever.
-- Promises: ends at most batch_size syncs that have been silent for the interval `silent_for` and returns their number. A sync with a
-- requested cancel ends as cancelled, and a running sync as timeout. A run of the service is not ended, because it may be waiting for a
-- worker. The function covers all organizations, so it runs as sync_maintenance, which sees no sync that reported within the last 30
-- seconds.
-- Callers: sync_app, by a scheduled task.

CREATE OR REPLACE FUNCTION app.end_silent_syncs(silent_for interval, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reason CONSTANT text := format('no report for %s minutes', round(extract(epoch FROM silent_for) / 60));
  ended integer;
BEGIN
  UPDATE public.sync_progress AS s
     SET status = CASE WHEN s.cancel_requested THEN 'cancelled' ELSE 'timeout' END,
         error_message = CASE WHEN s.cancel_requested THEN s.error_message ELSE reason END
    FROM (SELECT c.org_id, c.sync_id FROM public.sync_progress c
           WHERE c.completed_at IS NULL AND greatest(c.updated_at, c.requested_at) < now() - silent_for
             -- A queued sync waits for a worker and a paused sync for a person, so their silence is no fault of the reporter.
             AND (c.status = 'running' OR c.cancel_requested)
             AND NOT EXISTS (SELECT FROM public.sync_runs r
                              WHERE r.org_id = c.org_id AND r.sync_id = c.sync_id AND r.state <> 'ended')
           ORDER BY c.org_id, c.sync_id LIMIT batch_size) AS silent
   WHERE s.org_id = silent.org_id AND s.sync_id = silent.sync_id
     -- The conditions are checked again on the locked row, because the reporter may have sent a report in between.
     AND s.completed_at IS NULL AND greatest(s.updated_at, s.requested_at) < now() - silent_for
     AND (s.status = 'running' OR s.cancel_requested);
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END
$$;
ALTER FUNCTION app.end_silent_syncs(interval, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.end_silent_syncs(interval, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.end_silent_syncs(interval, integer) TO sync_app;
