-- Why: a delivery is kept so that a repeated delivery is recognized and reconciliation can find changes without a webhook. After 30 days
-- neither needs it.
-- Promises: deletes at most batch_size deliveries older than 30 days and returns their number. It runs as sync_maintenance, whose policy
-- shows it only these deliveries.
-- Callers: sync_app, by the scheduled task old-webhooks.

CREATE OR REPLACE FUNCTION app.cleanup_webhook_deliveries(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_hook_deliveries d WHERE d.received_at < now() - interval '30 days' AND (d.org_id, d.connection_id, d.delivery_key) IN (
    SELECT o.org_id, o.connection_id, o.delivery_key FROM public.sync_hook_deliveries o WHERE o.received_at < now() - interval '30 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_webhook_deliveries(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_webhook_deliveries(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_webhook_deliveries(integer) TO sync_app;
