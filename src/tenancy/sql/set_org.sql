-- Why: every policy reads the organization from one setting, and only this writes it.
-- Promises: the organization holds until the end of the transaction, never longer, and is never empty.
-- Callers: sync_app. Another function that serves several organizations calls it for each in turn.

CREATE OR REPLACE FUNCTION app.set_org(org_id text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF org_id IS NULL OR org_id = '' THEN
    RAISE EXCEPTION 'the organization must not be empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Until the end of the transaction, so that nothing leaks to the next user of a pooled connection. A command, since a distributed Postgres passes
  -- that on to its workers, and no call of set_config.
  EXECUTE format('SET LOCAL app.current_org_id = %L', org_id);
END
$$;
ALTER FUNCTION app.set_org(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.set_org(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.set_org(text) TO sync_app;
