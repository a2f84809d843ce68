-- Why: a one-time sign-in link becomes a session, in place, so that it can be used once.
-- Promises: true to one caller only, also when two present the same link at once. Neither organization nor scopes change:
-- the role may update three columns.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.exchange_link(link_hash bytea, session_hash bytea, session_ends timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  link uuid;
BEGIN
  PERFORM set_config('app.presented_key', encode(link_hash, 'hex') || ',' || encode(session_hash, 'hex'), true);
  SELECT k.id INTO link FROM auth.api_keys k
   WHERE k.key_hash = link_hash AND k.kind = 'link' AND k.revoked_at IS NULL AND k.expires_at > now();
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Of two browsers with the same link, the second waits here and then finds no such link.
  UPDATE auth.api_keys k SET key_hash = session_hash, kind = 'session', expires_at = session_ends
   WHERE k.id = link AND k.key_hash = link_hash AND k.kind = 'link';
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.exchange_link(bytea, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.exchange_link(bytea, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.exchange_link(bytea, bytea, timestamptz) TO sync_app;
