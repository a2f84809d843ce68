-- Why: links that nobody used and sessions that ended would pile up.
-- Promises: deletes at most batch_size expired ones and returns how many. It runs as sync_maintenance, whose policy shows it
-- expired links and sessions and no service key.
-- Callers: sync_app, by the scheduled task expired-sign-ins.

CREATE OR REPLACE FUNCTION app.cleanup_sign_ins(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() AND ctid = ANY (ARRAY(
    SELECT ctid FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() LIMIT batch_size));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_sign_ins(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_sign_ins(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_sign_ins(integer) TO sync_app;
