-- Why: an organization makes, lists and revokes its own keys, and its own members have roles. The service's role can do neither by itself: a key shows
-- itself to whoever presents it, and to nobody else.
-- Promises: only keys and members of the organization that is set; never a hash, a link or a session. Whoever acts is named, for the
-- entry that a trigger writes. All run as the owner, whose policy shows every row, so each names the organization.
-- Callers: sync_app, inside a transaction of the organization.

CREATE OR REPLACE FUNCTION app.create_key(actor text, key_name text, key_user text, key_scopes text[], hash bytea, ends timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := nullif(current_setting('app.current_org_id', true), '');
  made uuid;
BEGIN
  IF org IS NULL THEN
    RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('app.actor', actor, true);
  -- What is over for long makes room.
  DELETE FROM auth.api_keys k WHERE k.org_id = org AND k.kind = 'service' AND least(k.revoked_at, k.expires_at) < now() - interval '90 days';
  INSERT INTO auth.api_keys (kind, org_id, name, user_id, scopes, key_hash, expires_at, created_by)
  VALUES ('service', org, key_name, key_user, key_scopes, hash, ends, actor) RETURNING id INTO made;
  RETURN made;
END
$$;
ALTER FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) TO sync_app;

CREATE OR REPLACE FUNCTION app.organization_keys(after uuid, lim integer)
RETURNS TABLE (id uuid, name text, user_id text, scopes text[], created_by text, created_at timestamptz, expires_at timestamptz,
  revoked_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT k.id, k.name, k.user_id, k.scopes, k.created_by, k.created_at, k.expires_at, k.revoked_at FROM auth.api_keys k
     WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.kind = 'service'
       AND (after IS NULL OR k.id > after)
     ORDER BY k.id LIMIT lim;
END
$$;
ALTER FUNCTION app.organization_keys(uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.organization_keys(uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.organization_keys(uuid, integer) TO sync_app;

-- Also of those that are over, for 90 days; whoever has more has too many.
CREATE OR REPLACE FUNCTION app.count_keys(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT count(*)::integer FROM (SELECT FROM auth.api_keys k
     WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.kind = 'service' LIMIT most) AS counted);
END
$$;
ALTER FUNCTION app.count_keys(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.count_keys(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.count_keys(integer) TO sync_app;

-- False when there is no such key, or it was revoked before.
CREATE OR REPLACE FUNCTION app.revoke_key(actor text, key uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.actor', actor, true);
  UPDATE auth.api_keys k SET revoked_at = now()
   WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.id = key AND k.kind = 'service'
     AND k.revoked_at IS NULL;
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.revoke_key(text, uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.revoke_key(text, uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.revoke_key(text, uuid) TO sync_app;

-- What is null stays as it is, decided under the lock; the role 'none' takes it away. Null when there is no such member. A role that the identity provider gives is not changed here.
CREATE OR REPLACE FUNCTION app.change_member(actor text, member text, new_role text, payloads boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source text;
BEGIN
  PERFORM set_config('app.actor', actor, true);
  SELECT u.role_from INTO source FROM auth.users_extended u
   WHERE u.org_id = nullif(current_setting('app.current_org_id', true), '') AND u.id = member FOR UPDATE;
  IF source = 'organization' THEN
    UPDATE auth.users_extended u SET
      role = CASE WHEN new_role IS NULL THEN u.role ELSE nullif(new_role, 'none') END,
      sees_payloads = coalesce(payloads, u.sees_payloads)
     WHERE u.org_id = nullif(current_setting('app.current_org_id', true), '') AND u.id = member;
  END IF;
  RETURN source;
END
$$;
ALTER FUNCTION app.change_member(text, text, text, boolean) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.change_member(text, text, text, boolean) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.change_member(text, text, text, boolean) TO sync_app;
