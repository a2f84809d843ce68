-- Why: the list of active syncs must cost what it shows, not what the organization has ever run. The primary key and the index of active
-- syncs both begin with the organization, and with statistics from when it was small the planner takes the first and reads all history.
-- Promises: the organization's newest active syncs, at most `most`, read in order from the index of active syncs: sorting, bitmaps and
-- sequential scans are off, so no other plan is left.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.active_syncs(org text, most integer) RETURNS SETOF public.sync_progress
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off AS $$
BEGIN
  RETURN QUERY
  SELECT s.* FROM public.sync_progress AS s
   WHERE s.org_id = org AND s.completed_at IS NULL
   ORDER BY s.started_at DESC, s.sync_id DESC LIMIT most;
END
$$;
ALTER FUNCTION app.active_syncs(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.active_syncs(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.active_syncs(text, integer) TO sync_app;
