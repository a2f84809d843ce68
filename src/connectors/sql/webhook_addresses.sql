-- Why: a shop's webhook names a connection and nothing else, so its organization is found as a key's is: by possession.
-- Promises: find_webhook returns the organization of that connection's address, or null; remove_webhook removes it, if it belongs to
-- the organization that is set.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_webhook(connection uuid) RETURNS text
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_webhook', connection::text, true);
  RETURN (SELECT h.org_id FROM auth.hook_addresses h WHERE h.connection_id = connection);
END
$$;
ALTER FUNCTION app.find_webhook(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_webhook(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_webhook(uuid) TO sync_app;

CREATE OR REPLACE FUNCTION app.remove_webhook(connection uuid) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_webhook', connection::text, true);
  DELETE FROM auth.hook_addresses h WHERE h.connection_id = connection;
END
$$;
ALTER FUNCTION app.remove_webhook(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.remove_webhook(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.remove_webhook(uuid) TO sync_app;
