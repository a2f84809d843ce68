-- Why: signing out deletes the session, so that its cookie is worth nothing any more.
-- Promises: true when there was such a session; keys and links are never deleted.
-- Callers: sync_app.

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
