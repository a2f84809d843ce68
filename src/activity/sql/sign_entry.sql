-- Why: who did something is a fact of the trail, and no claim of the client that writes the entry.
-- Promises: an entry that a role of auth.sql_roles causes, by its own statement or by a trigger, names the user that the role is bound to.
-- Callers: a trigger of public.sync_activity_log only.

CREATE OR REPLACE FUNCTION app.sign_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.user_id := coalesce((SELECT r.user_id FROM auth.sql_roles r WHERE r.role_name = session_user), NEW.user_id);
  RETURN NEW;
END
$$;
ALTER FUNCTION app.sign_entry() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.sign_entry() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER sign_entry BEFORE INSERT ON public.sync_activity_log
  FOR EACH ROW WHEN (pg_has_role(current_user, 'sync_sql', 'USAGE')) EXECUTE FUNCTION app.sign_entry();
