-- Why: a run whose worker died, or whose job was lost, must be queued again, whichever organization it belongs to.
-- Promises: returns the ids of at most batch_size open runs that are waiting or whose lease has expired. It changes nothing. It runs
-- as sync_maintenance, which sees the ids, states and times of runs and none of their data.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.runs_without_worker(batch_size integer) RETURNS TABLE (org_id text, sync_id text, state text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT r.org_id, r.sync_id, r.state FROM public.sync_runs r
 WHERE r.state IN ('waiting', 'ready') AND (r.leased_until < now() OR r.state = 'waiting')
 ORDER BY r.org_id, r.created_at, r.sync_id LIMIT batch_size
$$;
ALTER FUNCTION app.runs_without_worker(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.runs_without_worker(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.runs_without_worker(integer) TO sync_app;
