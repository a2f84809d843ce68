-- Why: a preview is kept for its time to live; the integration guide names this function, so its name and schema are a contract.
-- Promises: deletes expired previews, at most batch_size of them unless null, and returns how many. It crosses organizations, so it
-- runs as sync_maintenance, whose policy shows it expired rows only.
-- Callers: sync_app and sync_sql, as the guide says.

CREATE OR REPLACE FUNCTION public.auto_cleanup_preview_cache(batch_size integer DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  -- Said again outside: an entry may be renewed between the two.
  DELETE FROM public.sync_preview_cache d WHERE d.expires_at <= now() AND (d.org_id, d.sync_type, d.entity_type) IN (
    SELECT o.org_id, o.sync_type, o.entity_type FROM public.sync_preview_cache o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION public.auto_cleanup_preview_cache(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION public.auto_cleanup_preview_cache(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION public.auto_cleanup_preview_cache(integer) TO sync_app, sync_sql;
