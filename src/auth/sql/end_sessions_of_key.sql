-- Why: a session is as good as the key it was opened with, and no better.
-- Promises: whatever changes a service key, a command or plain SQL, ends the sessions that were opened with it in the same
-- transaction. Deleting the key ends them by its foreign key.
-- Callers: a trigger of auth.api_keys, nobody else.

CREATE OR REPLACE FUNCTION app.end_sessions_of_key() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.api_keys k WHERE k.opened_by = OLD.id;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_sessions_of_key() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sessions_of_key() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- Not only revoked or shortened: a session must not keep scopes that its key has lost either.
CREATE OR REPLACE TRIGGER end_sessions_of_key AFTER UPDATE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION app.end_sessions_of_key();
