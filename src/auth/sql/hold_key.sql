-- Why: opening a session must not cross with a change of its key. No advisory lock, since any login of the database could hold that.
-- Promises: until the end of the transaction nobody changes or deletes the key; waits for who does so now. It runs as the owner, because
-- sync_app may not lock a key, and returns nothing.
-- Callers: sync_app, by the trigger that fills in a session.

CREATE OR REPLACE FUNCTION app.hold_key(key uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM auth.api_keys AS k WHERE k.id = key FOR SHARE;
END
$$;
ALTER FUNCTION app.hold_key(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.hold_key(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.hold_key(uuid) TO sync_app;
