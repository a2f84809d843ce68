-- Why: the changes that a preview found or a run made are kept for a limited time.
-- Promises: deletes at most batch_size expired changes and returns their number. There is no index on the expiry, because it would start
-- with the time instead of the organization, and this function runs only every few minutes. It runs as sync_maintenance, whose policy
-- shows it expired rows only.
-- Callers: sync_app, by the scheduled task expired-preview-changes.

CREATE OR REPLACE FUNCTION app.cleanup_preview_changes(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_preview_changes d WHERE d.expires_at <= now() AND (d.org_id, d.sync_id, d.external_id) IN (
    SELECT o.org_id, o.sync_id, o.external_id FROM public.sync_preview_changes o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_preview_changes(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_preview_changes(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_preview_changes(integer) TO sync_app;
