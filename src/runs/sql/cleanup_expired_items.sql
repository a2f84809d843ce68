-- Why: which items of a run failed, with what was read of them, is of use for some weeks.
-- Promises: deletes at most batch_size items of a run that started more than so many days ago (one at least), of the first organization
-- that has one. The result is above zero while there is more to delete. A run that is not over keeps its items. It looks at one run
-- an organization, however many there are. It runs as sync_maintenance, whose policy shows it
-- items of runs that ended a day after they started, or later.
-- Callers: sync_app, by the scheduled task expired-items.

CREATE OR REPLACE FUNCTION app.cleanup_expired_items(days integer, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
  deleted integer;
BEGIN
  WITH RECURSIVE orgs AS (
    (SELECT u.org_id FROM public.sync_runs u WHERE u.state = 'ended' AND u.item_bytes > 0 ORDER BY u.org_id LIMIT 1)
    UNION ALL
    SELECT (SELECT u.org_id FROM public.sync_runs u
             WHERE u.state = 'ended' AND u.item_bytes > 0 AND u.org_id > o.org_id ORDER BY u.org_id LIMIT 1)
      FROM orgs o WHERE o.org_id IS NOT NULL
  )
  SELECT e.org_id, e.sync_id INTO r FROM orgs o CROSS JOIN LATERAL (
    SELECT u.org_id, u.sync_id FROM public.sync_runs u
     WHERE u.org_id = o.org_id AND u.state = 'ended' AND u.item_bytes > 0 AND u.seen_cleared
       AND u.created_at < now() - make_interval(days => greatest(days, 1))
     ORDER BY u.created_at, u.sync_id LIMIT 1) AS e LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM public.sync_items i WHERE i.org_id = r.org_id AND i.sync_id = r.sync_id AND i.external_id = ANY (ARRAY(
    SELECT x.external_id FROM public.sync_items x WHERE x.org_id = r.org_id AND x.sync_id = r.sync_id LIMIT batch_size));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted < batch_size THEN
    UPDATE public.sync_runs u SET item_bytes = 0 WHERE u.org_id = r.org_id AND u.sync_id = r.sync_id AND u.state = 'ended';
  END IF;
  RETURN deleted + 1;
END
$$;
ALTER FUNCTION app.cleanup_expired_items(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_expired_items(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_expired_items(integer, integer) TO sync_app;
