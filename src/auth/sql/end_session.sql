-- Why: a session is as good as the key it was opened with, and no better; signing out deletes it, so that its cookie is worth nothing.
-- Promises: end_session is true when there was such a session; it never deletes keys or links. Whatever changes a service key, a command
-- or plain SQL, ends the sessions that were opened with it in the same transaction. Deleting the key ends them by its foreign key.
-- Callers: sync_app (end_session); a trigger of auth.api_keys.

CREATE OR REPLACE FUNCTION app.end_session(hash bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
  DELETE FROM auth.api_keys k WHERE k.key_hash = hash AND k.kind = 'session';
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.end_session(bytea) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_session(bytea) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.end_session(bytea) TO sync_app;

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
