-- Why: what rules remember of each subject is written for many subjects at once, and a reporter may make up names without end.
-- Promises: those that are known are overwritten, and of new ones as many are added as there is room for up to `most`. One INSERT a row, since a
-- distributed Postgres takes none from a SELECT of a function.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.save_subjects(org text, given jsonb, most integer) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
  known bigint := (SELECT count(*) FROM public.sync_alert_subjects k WHERE k.org_id = org);
BEGIN
  FOR r IN SELECT * FROM jsonb_to_recordset(given) AS g (subject text, connection_id uuid, destination_connection_id uuid,
             entity_type text, source_system text, first_seen_at timestamptz, last_ended_at timestamptz, last_success_at timestamptz,
             successes integer, speeds double precision[], arrivals jsonb)
  LOOP
    IF NOT EXISTS (SELECT FROM public.sync_alert_subjects k WHERE k.org_id = org AND k.subject = r.subject) THEN
      CONTINUE WHEN known >= most;
      known := known + 1;
    END IF;
    INSERT INTO public.sync_alert_subjects (org_id, subject, connection_id, destination_connection_id, entity_type, source_system,
      first_seen_at, last_ended_at, last_success_at, successes, speeds, arrivals)
    VALUES (org, r.subject, r.connection_id, r.destination_connection_id, r.entity_type, r.source_system, r.first_seen_at,
      r.last_ended_at, r.last_success_at, r.successes, r.speeds, r.arrivals)
    ON CONFLICT (org_id, subject) DO UPDATE
       SET first_seen_at = EXCLUDED.first_seen_at, last_ended_at = EXCLUDED.last_ended_at,
           last_success_at = EXCLUDED.last_success_at, successes = EXCLUDED.successes, speeds = EXCLUDED.speeds,
           arrivals = EXCLUDED.arrivals;
  END LOOP;
END
$$;
ALTER FUNCTION app.save_subjects(text, jsonb, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.save_subjects(text, jsonb, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.save_subjects(text, jsonb, integer) TO sync_app;
