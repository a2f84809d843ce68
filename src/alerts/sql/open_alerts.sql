-- Why: an evaluation opens several alerts at once, and each may be muted from before.
-- Promises: opens the alerts that it is given and returns them in this order. A mute of the same rule and subject that is not over holds for the
-- new one, too: it is not told, and reminded of when the mute ends. One INSERT a row, since a distributed Postgres takes none from a SELECT of a function.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.open_alerts(org text, given jsonb) RETURNS SETOF public.sync_alerts
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n record;
  mute record;
BEGIN
  FOR n IN SELECT * FROM jsonb_to_recordset(given) AS g (rule_id uuid, rule_name text, kind text, subject text, connection_id uuid,
             entity_type text, source_system text, sync_id text, run_kind text, summary text, still_open_seconds double precision)
  LOOP
    SELECT a.muted_at, a.muted_by, a.muted_reason, a.muted_until INTO mute FROM public.sync_alerts a
     WHERE a.org_id = org AND a.rule_id = n.rule_id AND a.subject = n.subject AND a.muted_until > now()
     ORDER BY a.muted_until DESC LIMIT 1;
    RETURN QUERY
      INSERT INTO public.sync_alerts (org_id, rule_id, rule_name, kind, subject, connection_id, entity_type, source_system, sync_id,
        run_kind, summary, told, remind_at, muted_at, muted_by, muted_reason, muted_until)
      VALUES (org, n.rule_id, n.rule_name, n.kind, n.subject, n.connection_id, n.entity_type, n.source_system, n.sync_id, n.run_kind,
        n.summary, mute.muted_until IS NULL, coalesce(mute.muted_until, now() + make_interval(secs => n.still_open_seconds)),
        mute.muted_at, mute.muted_by, mute.muted_reason, mute.muted_until)
      RETURNING *;
  END LOOP;
END
$$;
ALTER FUNCTION app.open_alerts(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_alerts(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_alerts(text, jsonb) TO sync_app;
