-- Why: the ids that a run has read, and what its items took, are needed only until the run ends.
-- Promises: deletes at most batch_size of each of one ended run. The result is above zero while there is more to delete. It runs as
-- sync_maintenance, whose policy shows it ids of ended runs only.
-- Callers: sync_app, by the scheduled task seen-items.

CREATE OR REPLACE FUNCTION app.cleanup_seen(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
  deleted integer;
  released integer;
BEGIN
  SELECT u.org_id, u.sync_id INTO r FROM public.sync_runs u WHERE u.state = 'ended' AND NOT u.seen_cleared
   ORDER BY u.org_id, u.sync_id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM public.sync_seen s WHERE s.org_id = r.org_id AND s.sync_id = r.sync_id AND s.external_id = ANY (ARRAY(
    SELECT x.external_id FROM public.sync_seen x WHERE x.org_id = r.org_id AND x.sync_id = r.sync_id LIMIT batch_size));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM public.sync_claims d WHERE d.org_id = r.org_id AND d.sync_id = r.sync_id AND d.claim = ANY (ARRAY(
    SELECT x.claim FROM public.sync_claims x WHERE x.org_id = r.org_id AND x.sync_id = r.sync_id LIMIT batch_size));
  GET DIAGNOSTICS released = ROW_COUNT;
  deleted := greatest(deleted, released);
  IF deleted < batch_size THEN
    UPDATE public.sync_runs u SET seen_cleared = true WHERE u.org_id = r.org_id AND u.sync_id = r.sync_id AND u.state = 'ended';
  END IF;
  RETURN deleted + 1;
END
$$;
ALTER FUNCTION app.cleanup_seen(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_seen(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_seen(integer) TO sync_app;
