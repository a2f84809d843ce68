-- Why: a person pastes a service key once and then uses a session, so that no page keeps the key.
-- Promises: the session has the key's organization, user and scopes, which a trigger copies, and ends no later than the key. The
-- function returns the time when the session ends, or null when no live key was presented.
-- Callers: sync_app, which may insert such a session and no other row; the trigger that fills it in locks its key.

-- Opening a session must not cross with a change of its key: until the end of the transaction nobody changes or deletes it. No advisory
-- lock, since any login of the database could hold that. Runs as the owner, because sync_app may not lock a key, and returns nothing.
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

-- Runs with the rights of the role that inserts: sync_app sees the key only when it presents the key's hash.
CREATE OR REPLACE FUNCTION app.copy_from_key() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  opener auth.api_keys;
BEGIN
  -- Serializes with a revocation of the key: either it waits and then also ends this session, or we wait and see the revoked key.
  PERFORM app.hold_key(NEW.opened_by);
  SELECT * INTO opener FROM auth.api_keys k
   WHERE k.id = NEW.opened_by AND k.kind = 'service' AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no live key was presented to open a session with' USING ERRCODE = 'SY002';
  END IF;
  NEW.org_id := opener.org_id;
  NEW.name := opener.name;
  NEW.user_id := opener.user_id;
  NEW.scopes := opener.scopes;
  NEW.expires_at := least(NEW.expires_at, opener.expires_at);
  RETURN NEW;
END
$$;
ALTER FUNCTION app.copy_from_key() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.copy_from_key() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER copy_from_key BEFORE INSERT ON auth.api_keys
  FOR EACH ROW WHEN (NEW.opened_by IS NOT NULL) EXECUTE FUNCTION app.copy_from_key();

CREATE OR REPLACE FUNCTION app.open_session(presented bytea, session_hash bytea, ends timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  opener uuid;
  ends_at timestamptz;
BEGIN
  -- The session's own hash too: Postgres holds the new row against the policy for SELECT when it is returned.
  PERFORM set_config('app.presented_key', encode(presented, 'hex') || ',' || encode(session_hash, 'hex'), true);
  SELECT k.id INTO opener FROM auth.api_keys k WHERE k.key_hash = presented;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO auth.api_keys (kind, key_hash, expires_at, opened_by)
  VALUES ('session', session_hash, ends, opener) RETURNING expires_at INTO ends_at;
  RETURN ends_at;
EXCEPTION WHEN SQLSTATE 'SY002' THEN
  RETURN NULL;
END
$$;
ALTER FUNCTION app.open_session(bytea, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_session(bytea, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_session(bytea, bytea, timestamptz) TO sync_app;
COMMENT ON FUNCTION app.open_session(bytea, bytea, timestamptz) IS 'when the session ends; null: no live key';
