-- Why: the viewers of live streams stay connected after their key was checked; a revoked key must end them.
-- Promises: those of the hashes that are still live, each found by possession as in app.find_key, in one round trip.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.live_keys(hashes bytea[]) RETURNS SETOF bytea
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hash bytea;
BEGIN
  FOREACH hash IN ARRAY hashes LOOP
    PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
    RETURN QUERY
      SELECT k.key_hash FROM auth.api_keys k
       WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
         AND (k.expires_at IS NULL OR k.expires_at > now());
  END LOOP;
END
$$;
ALTER FUNCTION app.live_keys(bytea[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.live_keys(bytea[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.live_keys(bytea[]) TO sync_app;
