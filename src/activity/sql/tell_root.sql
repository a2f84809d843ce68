-- Why: a seal that was noted elsewhere vouches for all before it, so endpoints are told one a day.
-- Promises: tells the newest seal of the days before this one as the root of its day, once, to the endpoints that want it, in the transaction
-- that notes that it was told.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.tell_root(org text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last record;
BEGIN
  SELECT s.sequence, s.sealed_at, s.hash INTO last FROM public.sync_activity_seals s
   WHERE s.org_id = org AND s.sealed_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
   ORDER BY s.sequence DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO public.sync_trail_places AS p (org_id, root) VALUES (org, last.sequence)
  ON CONFLICT (org_id) DO UPDATE SET root = EXCLUDED.root WHERE p.root < EXCLUDED.root;
  IF FOUND THEN
    PERFORM app.publish_event(org, 'trail.root', jsonb_build_object('day', to_char(last.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
      'sequence', last.sequence, 'sealed_at', last.sealed_at, 'hash', encode(last.hash, 'hex')));
  END IF;
END
$$;
ALTER FUNCTION app.tell_root(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.tell_root(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.tell_root(text) TO sync_app;
