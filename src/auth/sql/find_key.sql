-- Why: a key is looked up before any organization is known, so its policy is possession: a row shows itself only to a
-- transaction that presents its hash.
-- Promises: the live service key or session of that hash, or no row; never a sign-in link.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_key(hash bytea)
RETURNS TABLE (id uuid, org_id text, kind text, name text, user_id text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
  RETURN QUERY
    SELECT k.id, k.org_id, k.kind, k.name, k.user_id, k.scopes, k.expires_at FROM auth.api_keys k
     WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
       AND (k.expires_at IS NULL OR k.expires_at > now());
END
$$;
ALTER FUNCTION app.find_key(bytea) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_key(bytea) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_key(bytea) TO sync_app;
