-- Why: who may do what is the first question of an audit, so each change of a key, a role or a login of plain SQL is in the trail of its
-- organization, whether a request, a command or plain SQL made it.
-- Promises: one entry in the same transaction, with what was and what is; never a hash. Who did it is app.actor where the service has said so, or
-- else the login. A key of every organization belongs to no trail. Sessions are no rights of their own.
-- Callers: triggers of auth.api_keys, auth.users_extended and auth.sql_roles, which only the owner changes in this way.

CREATE OR REPLACE FUNCTION app.log_right() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  org text := coalesce(becomes, was) ->> 'org_id';
  what text := TG_ARGV[0];
  -- What of a row is a right, and what names it.
  members text[] := string_to_array(TG_ARGV[1], ' ');
  names text[] := string_to_array(TG_ARGV[2], ' ');
  before jsonb := (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(was) AS m WHERE m.key = ANY (members));
  after jsonb := (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(becomes) AS m WHERE m.key = ANY (members));
  set_before text := coalesce(current_setting('app.current_org_id', true), '');
BEGIN
  IF org IS NULL OR before IS NOT DISTINCT FROM after THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  PERFORM app.append_activity(org, jsonb_build_array(jsonb_build_object(
    'activity_type', what || CASE WHEN TG_OP = 'INSERT' THEN '_created' WHEN TG_OP = 'DELETE' THEN '_removed'
      WHEN was ->> 'revoked_at' IS NULL AND becomes ->> 'revoked_at' IS NOT NULL THEN '_revoked' ELSE '_changed' END,
    'status', 'completed',
    'user_id', coalesce(nullif(current_setting('app.actor', true), ''), session_user),
    'details', (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(coalesce(becomes, was)) AS m WHERE m.key = ANY (names))
      || jsonb_build_object('before', before, 'after', after))));
  EXECUTE format('SET LOCAL app.current_org_id = %L', set_before);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_right() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_right() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER log_new_key AFTER INSERT ON auth.api_keys
  FOR EACH ROW WHEN (NEW.kind <> 'session')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_changed_key AFTER UPDATE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_removed_key AFTER DELETE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_new_member AFTER INSERT ON auth.users_extended
  FOR EACH ROW WHEN (NEW.role IS NOT NULL) EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_changed_member AFTER UPDATE ON auth.users_extended
  FOR EACH ROW EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_removed_member AFTER DELETE ON auth.users_extended
  FOR EACH ROW WHEN (OLD.role IS NOT NULL) EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_sql_role AFTER INSERT OR UPDATE OR DELETE ON auth.sql_roles
  FOR EACH ROW EXECUTE FUNCTION app.log_right('sql_login', 'role_name user_id', 'role_name');
