-- Why: an operator sees by the number of runs that wait whether the workers keep up.
-- Promises: how many runs of all organizations are not over, by state. It names no organization, and reads the index of open runs alone.
-- Callers: sync_app, when metrics are asked for, every few seconds at most.

CREATE OR REPLACE FUNCTION app.open_runs() RETURNS TABLE (state text, runs integer)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp AS $$
SELECT r.state, count(*)::integer FROM public.sync_runs AS r WHERE r.state <> 'ended' GROUP BY r.state
$$;
ALTER FUNCTION app.open_runs() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.open_runs() FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_runs() TO sync_app;
