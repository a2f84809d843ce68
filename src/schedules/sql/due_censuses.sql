-- Why: what is gone in a system must be found within a day, whichever organization it belongs to, by the one clock that all processes share.
-- Promises: returns the ids of at most batch_size connections whose census is due by the database's clock, the longest due first. It
-- changes nothing. It runs as sync_maintenance, which of connections in use sees those of which something is due only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_censuses(batch_size integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT c.org_id, c.id FROM public.sync_connections c
 WHERE c.removed_at IS NULL AND c.census_due_at <= now()
 ORDER BY c.census_due_at, c.org_id, c.id LIMIT batch_size
$$;
ALTER FUNCTION app.due_censuses(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_censuses(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_censuses(integer) TO sync_app;
