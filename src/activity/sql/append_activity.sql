-- Why: appending must not fail because a month has no partition yet, and must stay one round trip.
-- Promises: all entries or none, returned in the order given. The partition is looked for (a look-up in the catalogue) and made before
-- the insert, not after a failed one.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.append_activity(org text, entries jsonb) RETURNS SETOF public.sync_activity_log
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  e record;
BEGIN
  IF NOT app.has_activity_partition(now()) THEN
    PERFORM app.ensure_activity_partition(now());
  END IF;
  -- One by one: a distributed Postgres takes no INSERT from a SELECT of a function.
  FOR e IN
    SELECT r.* FROM jsonb_array_elements(entries) WITH ORDINALITY AS element (entry, position),
           jsonb_to_record(element.entry) AS r (sync_id text, entity_type text, activity_type text, status text,
             source_system text, user_id text, record_count double precision, duration_seconds double precision,
             error_message text, details jsonb)
     ORDER BY element.position
  LOOP
    RETURN QUERY
      INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status, source_system, user_id,
        record_count, duration_seconds, error_message, details)
      VALUES (org, e.sync_id, e.entity_type, e.activity_type, e.status, e.source_system, e.user_id, e.record_count,
        e.duration_seconds, e.error_message, e.details)
      RETURNING *;
  END LOOP;
END
$$;
ALTER FUNCTION app.append_activity(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.append_activity(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.append_activity(text, jsonb) TO sync_app;
