-- Why: a request to cancel, pause or resume is planned once a connection, as find_sync.sql tells.
-- Promises: an active sync gets the request (`done`); `answer` is the sync as find_sync returns it, null when there is none. A queued sync has no
-- reporter that could confirm the cancel, so it ends at once. A resume sets updated_at, so that the silence of the reporter is measured
-- from then. What follows is done by triggers: log_control.sql, end_of_sync.sql.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.request_control(org text, sync text, request text, requester text, OUT done boolean, OUT answer json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  at CONSTANT timestamptz := now();
BEGIN
  UPDATE public.sync_progress
     SET cancel_requested = cancel_requested OR request = 'cancel',
         pause_requested = CASE request WHEN 'pause' THEN true WHEN 'resume' THEN false ELSE pause_requested END,
         requested_at = at,
         requested_by = requester,
         updated_at = CASE WHEN request = 'resume' THEN at ELSE updated_at END,
         status = CASE WHEN request = 'cancel' AND status = 'queued' THEN 'cancelled'
                       WHEN request = 'resume' AND status = 'paused' THEN 'running' ELSE status END
   -- Inside an expression, or the partial index of active syncs would fit, and be read for the whole organization.
   WHERE org_id = org AND sync_id = sync AND coalesce(completed_at, 'infinity') = 'infinity';
  done := FOUND;
  answer := app.find_sync(org, sync);
END
$$;
ALTER FUNCTION app.request_control(text, text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.request_control(text, text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.request_control(text, text, text, text) TO sync_app;
