-- Why: people who use SQL log in with roles of their own, each bound to one organization by its row in auth.sql_roles, whatever they set. A function tells
-- which, since a distributed Postgres refuses a sub-select in a policy.
-- Promises: the organization that the login is bound to, null for any other role. The policies open each table that such a role may use to the rows of
-- that organization alone. It counts as costly, so that rows are looked up by what it returns and not compared with it one by one.
-- Callers: the policies below, which are made here because they need it.

CREATE OR REPLACE FUNCTION app.bound_org() RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER COST 10000
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT r.org_id FROM auth.sql_roles r WHERE r.role_name = session_user);
END
$$;
ALTER FUNCTION app.bound_org() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.bound_org() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.bound_org() TO sync_sql;

DROP POLICY IF EXISTS bound ON auth.users_extended;
CREATE POLICY bound ON auth.users_extended TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_progress;
CREATE POLICY bound ON public.sync_progress TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_activity_log;
CREATE POLICY bound ON public.sync_activity_log TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_activity_seals;
CREATE POLICY bound ON public.sync_activity_seals TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_trail_persons;
CREATE POLICY bound ON public.sync_trail_persons TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_preview_cache;
CREATE POLICY bound ON public.sync_preview_cache TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_search;
CREATE POLICY bound ON public.sync_search TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
