-- Why: who has signed in with the identity provider gets a session of what their role gives, and becomes a member by that.
-- Promises: the session has no more than the role that the provider gives, or else the one that the organization has given; without a role there is
-- none, and the member waits in the list to be given one. A member has 20 sessions at most, the oldest end. With `most` members no other
-- becomes one. A change of a role ends the sessions that were opened with it, in the same transaction.
-- Callers: sync_app (open_member_session), outside any organization: the identity provider names it; a trigger of auth.users_extended.

CREATE OR REPLACE FUNCTION app.open_member_session(org text, member text, member_name text, member_email text, claimed_role text,
  claimed_payloads boolean, most integer, session_hash bytea, ends timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known auth.users_extended;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  PERFORM set_config('app.actor', member, true);
  IF NOT EXISTS (SELECT FROM auth.users_extended u WHERE u.org_id = org AND u.id = member)
     AND (SELECT count(*) FROM (SELECT FROM auth.users_extended u WHERE u.org_id = org LIMIT most) AS counted) >= most THEN
    RETURN 'too-many';
  END IF;
  INSERT INTO auth.users_extended AS u (org_id, id, email, display_name, role, sees_payloads, role_from, last_sign_in_at)
  VALUES (org, member, member_email, member_name, claimed_role, coalesce(claimed_payloads, false),
    CASE WHEN claimed_role IS NULL THEN 'organization' ELSE 'provider' END, now())
  ON CONFLICT (org_id, id) DO UPDATE SET
    email = coalesce(EXCLUDED.email, u.email), display_name = coalesce(EXCLUDED.display_name, u.display_name), last_sign_in_at = now(),
    -- A role that the provider gave is gone when it gives none any more.
    role = CASE WHEN EXCLUDED.role IS NOT NULL OR u.role_from = 'provider' THEN EXCLUDED.role ELSE u.role END,
    sees_payloads = CASE WHEN EXCLUDED.role IS NOT NULL OR u.role_from = 'provider' THEN EXCLUDED.sees_payloads ELSE u.sees_payloads END,
    role_from = EXCLUDED.role_from
  RETURNING * INTO known;
  IF known.role IS NULL THEN
    RETURN 'no-role';
  END IF;
  DELETE FROM auth.api_keys k WHERE k.id IN (
    SELECT o.id FROM auth.api_keys o WHERE o.org_id = org AND o.user_id = member AND o.by_provider
     ORDER BY o.created_at DESC OFFSET 19);
  INSERT INTO auth.api_keys (kind, by_provider, org_id, name, user_id, scopes, key_hash, expires_at)
  VALUES ('session', true, org, coalesce(nullif(known.display_name, ''), member), member,
    ARRAY['sync:' || known.role] || CASE WHEN known.sees_payloads AND known.role <> 'admin' THEN ARRAY['sync:payloads'] ELSE '{}' END,
    session_hash, ends);
  RETURN known.role;
END
$$;
ALTER FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) TO sync_app;

CREATE OR REPLACE FUNCTION app.end_sessions_of_member() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.api_keys k WHERE k.org_id = OLD.org_id AND k.user_id = OLD.id AND k.by_provider;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_sessions_of_member() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sessions_of_member() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER end_sessions_of_member AFTER UPDATE ON auth.users_extended
  FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.sees_payloads <> NEW.sees_payloads)
  EXECUTE FUNCTION app.end_sessions_of_member();
CREATE OR REPLACE TRIGGER end_sessions_of_removed AFTER DELETE ON auth.users_extended
  FOR EACH ROW EXECUTE FUNCTION app.end_sessions_of_member();
