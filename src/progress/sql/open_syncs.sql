-- Why: an operator sees how many syncs go on, also those that other services report and that no run of the service stands for.
-- Promises: how many syncs of all organizations are not over, by status. It names no organization, and reads the rows of open syncs alone, whatever
-- the planner knows: its cost does not grow with history.
-- Callers: sync_app, when metrics are asked for, every few seconds at most.

CREATE OR REPLACE FUNCTION app.open_syncs() RETURNS TABLE (status text, syncs integer)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
SELECT s.status, count(*)::integer FROM public.sync_progress AS s WHERE s.completed_at IS NULL GROUP BY s.status
$$;
ALTER FUNCTION app.open_syncs() OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.open_syncs() FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_syncs() TO sync_app;
