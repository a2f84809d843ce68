-- Why: erasures look through all that is stored, so an organization may not ask for any number of them at once.
-- Promises: stores the erasure and returns it; no row when `most` of the organization are at work already.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.store_erasure(org text, named text, address text, subjects jsonb, reference text, requested_by text, most integer)
RETURNS SETOF public.sync_erasures
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM public.sync_erasures e WHERE e.org_id = org AND e.state = 'running') >= most THEN
    RETURN;
  END IF;
  RETURN QUERY
    INSERT INTO public.sync_erasures (org_id, named_by, email, subjects, reference, requested_by)
    VALUES (org, named, address, store_erasure.subjects, store_erasure.reference, store_erasure.requested_by) RETURNING *;
END
$$;
ALTER FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer) TO sync_app;
