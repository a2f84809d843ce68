-- Why: the ids that a run has read, and what its items took, are needed only until the run ends.
-- Promises: deletes at most batch_size of each of one ended run. The result is above zero while there is more to delete. cleanup_seen runs as
-- sync_maintenance, which finds such a run in any organization and may touch nothing of it; clear_seen runs as the owner, in that organization alone.
-- Callers: sync_app, by the scheduled task seen-items; clear_seen: cleanup_seen.

CREATE OR REPLACE FUNCTION app.clear_seen(org text, sync text, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  deleted integer := 0;
  released integer;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF EXISTS (SELECT FROM public.sync_runs u WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended') THEN
    DELETE FROM public.sync_seen s WHERE s.org_id = org AND s.sync_id = sync AND s.external_id = ANY (ARRAY(
      SELECT x.external_id FROM public.sync_seen x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    DELETE FROM public.sync_claims d WHERE d.org_id = org AND d.sync_id = sync AND d.claim = ANY (ARRAY(
      SELECT x.claim FROM public.sync_claims x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS released = ROW_COUNT;
    deleted := greatest(deleted, released);
    IF deleted < batch_size THEN
      UPDATE public.sync_runs u SET seen_cleared = true WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended';
    END IF;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.clear_seen(text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.clear_seen(text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.clear_seen(text, text, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.cleanup_seen(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
BEGIN
  SELECT u.org_id, u.sync_id INTO r FROM public.sync_runs u WHERE u.state = 'ended' AND NOT u.seen_cleared
   ORDER BY u.org_id, u.sync_id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  RETURN app.clear_seen(r.org_id, r.sync_id, batch_size) + 1;
END
$$;
ALTER FUNCTION app.cleanup_seen(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_seen(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_seen(integer) TO sync_app;
