-- Why: past alerts are for looking back at an incident, and a rule whose state changes often makes many.
-- Promises: deletes at most batch_size alerts that were resolved more than 90 days ago and returns their number. It runs as sync_maintenance, whose
-- policy lets it delete only these.
-- Callers: sync_app, by the scheduled task old-alerts.

CREATE OR REPLACE FUNCTION app.cleanup_alerts(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_alerts d WHERE d.resolved_at < now() - interval '90 days' AND (d.org_id, d.id) IN (
    SELECT o.org_id, o.id FROM public.sync_alerts o WHERE o.resolved_at < now() - interval '90 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_alerts(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_alerts(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_alerts(integer) TO sync_app;
