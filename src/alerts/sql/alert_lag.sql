-- Why: alerts that are not evaluated look like a service in which nothing fails. How late the evaluations are tells the two apart.
-- Promises: the seconds by which the latest evaluation is overdue: its look, or its oldest signal. 0 when nothing is due. Two look-ups and one an
-- organization that has signals. It runs as sync_maintenance and names no organization.
-- Callers: sync_app, by the scheduled task alert-heartbeat.

CREATE OR REPLACE FUNCTION app.alert_lag() RETURNS double precision
LANGUAGE plpgsql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  oldest timestamptz := (SELECT t.due_at FROM public.sync_alert_turns AS t ORDER BY t.due_at LIMIT 1);
  signal record;
  org text := '';
BEGIN
  LOOP
    SELECT s.org_id, s.created_at INTO signal FROM public.sync_alert_signals AS s
     WHERE s.org_id > org ORDER BY s.org_id, s.created_at LIMIT 1;
    EXIT WHEN NOT FOUND;
    org := signal.org_id;
    IF EXISTS (SELECT FROM public.sync_alert_turns AS t WHERE t.org_id = org) THEN
      oldest := least(oldest, signal.created_at);
    END IF;
  END LOOP;
  RETURN greatest(0, extract(epoch FROM now() - oldest));
END
$$;
ALTER FUNCTION app.alert_lag() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.alert_lag() FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.alert_lag() TO sync_app;
