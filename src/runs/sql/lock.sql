-- Why: work that must happen once an organization, such as assigning free slots, waits for its turn. No advisory lock, since any login of
-- the database could hold that; these rows are the service's alone.
-- Promises: until the end of the transaction nobody else holds the organization's lock of this name.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.lock(org text, lock_name text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.sync_locks AS l WHERE l.org_id = org AND l.name = lock_name FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO public.sync_locks (org_id, name) VALUES (org, lock_name) ON CONFLICT (org_id, name) DO NOTHING;
    PERFORM FROM public.sync_locks AS l WHERE l.org_id = org AND l.name = lock_name FOR UPDATE;
  END IF;
END
$$;
ALTER FUNCTION app.lock(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.lock(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.lock(text, text) TO sync_app;
