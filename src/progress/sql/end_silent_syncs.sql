-- Why: a reporter that has died would leave its sync running for ever.
-- Promises: ends at most batch_size syncs that were running, or asked to cancel, and silent for that long, as timeout or cancelled,
-- and returns how many. A run of the service that has no worker is not silent by its own fault: it waits. It crosses
-- organizations, so it runs as sync_maintenance, which sees no sync that reported within the last 30 seconds.
-- Callers: sync_app, by a scheduled task.

CREATE OR REPLACE FUNCTION app.end_silent_syncs(silent_for interval, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ended integer;
BEGIN
  UPDATE public.sync_progress AS s
     SET status = CASE WHEN s.cancel_requested THEN 'cancelled' ELSE 'timeout' END,
         error_message = CASE WHEN s.cancel_requested THEN s.error_message
           ELSE format('no report for %s minutes', round(extract(epoch FROM silent_for) / 60)) END
    FROM (SELECT c.org_id, c.sync_id FROM public.sync_progress c
           WHERE c.completed_at IS NULL AND greatest(c.updated_at, c.requested_at) < now() - silent_for
             -- A queued sync waits for a worker and a paused one for a person; neither is silent by its own fault.
             AND (c.status = 'running' OR c.cancel_requested)
             AND NOT EXISTS (SELECT FROM public.sync_runs r
                              WHERE r.org_id = c.org_id AND r.sync_id = c.sync_id AND r.state <> 'ended')
           ORDER BY c.org_id, c.sync_id LIMIT batch_size) AS silent
   WHERE s.org_id = silent.org_id AND s.sync_id = silent.sync_id
     -- Said again on the locked row: the reporter may have spoken in between.
     AND s.completed_at IS NULL AND greatest(s.updated_at, s.requested_at) < now() - silent_for
     AND (s.status = 'running' OR s.cancel_requested);
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END
$$;
ALTER FUNCTION app.end_silent_syncs(interval, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.end_silent_syncs(interval, integer) FROM PUBLIC, sync_app, sync_directory;
GRANT EXECUTE ON FUNCTION app.end_silent_syncs(interval, integer) TO sync_app;
