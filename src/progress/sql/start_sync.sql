-- Why: a start is planned once a connection, as find_sync.sql tells; planning it for each request cost as much as the insert with its triggers.
-- Promises: the sync is inserted (`done`), or found, also when another transaction has inserted it meanwhile; `answer` is the sync as find_sync
-- returns it. Both are null only when it was deleted in between.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.start_sync(org text, sync text, entity text, source text, total double precision, starter text, state text,
  reached jsonb, OUT done boolean, OUT answer json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  started public.sync_progress;
BEGIN
  INSERT INTO public.sync_progress AS s
    (org_id, sync_id, entity_type, source_system, total_items, initiated_by, status, checkpoint)
  VALUES (org, sync, entity, source, total, starter, state, reached)
  ON CONFLICT (org_id, sync_id) DO NOTHING
  RETURNING s.* INTO started;
  done := FOUND;
  answer := CASE WHEN done THEN row_to_json(started) ELSE app.find_sync(org, sync) END;
END
$$;
ALTER FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb) TO sync_app;
