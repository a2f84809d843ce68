-- Why: which items of a run failed, with what was read of them, is of use for some weeks.
-- Promises: deletes at most batch_size items of a run that started more than so many days ago (one at least), of the first organization
-- that has one. The result is above zero while there is more to delete. A run that is not over keeps its items. It looks at one run
-- an organization, however many there are. cleanup_expired_items runs as sync_maintenance, which finds such a run in any organization and may touch
-- nothing of it; clear_expired_items runs as the owner, in that organization alone.
-- Callers: sync_app, by the scheduled task expired-items; clear_expired_items: cleanup_expired_items.

CREATE OR REPLACE FUNCTION app.clear_expired_items(org text, sync text, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  deleted integer := 0;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF EXISTS (SELECT FROM public.sync_runs u
              WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended' AND u.created_at < now() - interval '1 day') THEN
    DELETE FROM public.sync_items i WHERE i.org_id = org AND i.sync_id = sync AND i.external_id = ANY (ARRAY(
      SELECT x.external_id FROM public.sync_items x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted < batch_size THEN
      UPDATE public.sync_runs u SET item_bytes = 0 WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended';
    END IF;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.clear_expired_items(text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.clear_expired_items(text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.clear_expired_items(text, text, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.cleanup_expired_items(days integer, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := '';
  sync text;
BEGIN
  LOOP
    org := (SELECT u.org_id FROM public.sync_runs u
             WHERE u.state = 'ended' AND u.item_bytes > 0 AND u.org_id > org ORDER BY u.org_id LIMIT 1);
    IF org IS NULL THEN
      RETURN 0;
    END IF;
    sync := (SELECT u.sync_id FROM public.sync_runs u
              WHERE u.org_id = org AND u.state = 'ended' AND u.item_bytes > 0 AND u.seen_cleared
                AND u.created_at < now() - make_interval(days => greatest(days, 1))
              ORDER BY u.created_at, u.sync_id LIMIT 1);
    EXIT WHEN sync IS NOT NULL;
  END LOOP;
  RETURN app.clear_expired_items(org, sync, batch_size) + 1;
END
$$;
ALTER FUNCTION app.cleanup_expired_items(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_expired_items(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_expired_items(integer, integer) TO sync_app;
