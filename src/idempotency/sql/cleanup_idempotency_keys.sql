-- Why: an idempotency key is kept for 24 hours; afterwards it only takes up space.
-- Promises: deletes at most batch_size expired ones and returns how many. It runs as sync_maintenance, whose policy shows it
-- expired rows only.
-- Callers: sync_app, by a scheduled task.

CREATE OR REPLACE FUNCTION app.cleanup_idempotency_keys(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.idempotency_keys d WHERE d.expires_at <= now() AND (d.org_id, d.key) IN (
    SELECT o.org_id, o.key FROM public.idempotency_keys o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_idempotency_keys(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_idempotency_keys(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_idempotency_keys(integer) TO sync_app;
