-- Why: the most frequent question is about one sync. A statement is planned again for each request, which costs more than the one row; what a
-- function holds is planned once a connection.
-- Promises: the sync as a reader gets it, without an ETA once the reporter has been silent for 60 seconds by the clock of the database; null when
-- there is none. Read by its key, whatever the planner knew of the table when it planned.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_sync(org text, sync text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  answer json;
BEGIN
  -- As `shown` in progress.sql.ts says it for lists.
  SELECT CASE WHEN s.eta_seconds IS NULL OR s.updated_at >= now() - interval '60 seconds' THEN row_to_json(s)
              ELSE (to_jsonb(s) || '{"eta_seconds": null}')::json END
    INTO answer
    FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync;
  RETURN answer;
END
$$;
ALTER FUNCTION app.find_sync(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_sync(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_sync(text, text) TO sync_app;
