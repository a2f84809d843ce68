-- Why: the log of deliveries is for finding out why a receiver missed something and for sending it again. After 7 days neither is done.
-- Promises: deletes at most batch_size deliveries older than 7 days, also such as an endpoint left behind that was removed, and returns their
-- number. It runs as sync_maintenance, whose policy lets it delete only these.
-- Callers: sync_app, by the scheduled task old-webhook-deliveries.

CREATE OR REPLACE FUNCTION app.cleanup_outbound_deliveries(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_webhook_deliveries d WHERE d.created_at < now() - interval '7 days' AND (d.org_id, d.id) IN (
    SELECT o.org_id, o.id FROM public.sync_webhook_deliveries o WHERE o.created_at < now() - interval '7 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_outbound_deliveries(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_outbound_deliveries(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_outbound_deliveries(integer) TO sync_app;
