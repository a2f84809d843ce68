-- Why: a schedule must run at its time, whichever organization it belongs to, by the one clock that all processes share.
-- Promises: returns the ids of at most batch_size schedules whose next time has passed by the database's clock, the longest due first. It
-- changes nothing. It runs as sync_maintenance, which sees due schedules only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_schedules(batch_size integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT s.org_id, s.id FROM public.sync_schedules s
 WHERE s.next_run_at <= now()
 ORDER BY s.next_run_at, s.org_id, s.id LIMIT batch_size
$$;
ALTER FUNCTION app.due_schedules(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_schedules(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_schedules(integer) TO sync_app;
