-- Why: what a run writes to is nobody else's (dispatch_runs.sql), so it takes a slot of each connection that leads there.
-- Promises: slots_of returns the connections whose slots a run between two connections needs: both, and all that lead to the system of the
-- destination; of a connection that was never asked which system it leads to, the host tells. take_slots takes them all or none, and returns
-- whether it did; a slot is free when its run has ended, for whatever reason, or waits again. keep_slots is for a run that now knows
-- its system: it takes what is missing or, when another run writes there, lets the run wait again; false: the worker has nothing more to do.
-- take_slots is called by a holder of the organization's lock `dispatch_runs`, so that no two find the same slot free.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.slots_of(org text, source uuid, destination uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT array_remove(ARRAY[source, destination], NULL) || ARRAY(
  SELECT o.id FROM public.sync_connections c JOIN public.sync_connections o ON o.org_id = c.org_id AND o.system = c.system
     AND coalesce(o.system_id = c.system_id, lower(split_part(o.base_url, '/', 3)) = lower(split_part(c.base_url, '/', 3)))
   WHERE c.org_id = org AND c.id = destination AND o.id NOT IN (source, destination))
$$;
ALTER FUNCTION app.slots_of(text, uuid, uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.slots_of(text, uuid, uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.slots_of(text, uuid, uuid) TO sync_app;

CREATE OR REPLACE FUNCTION app.take_slots(org text, sync text, entity text, slots uuid[]) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slot uuid;
BEGIN
  IF EXISTS (
    SELECT FROM public.sync_slots s JOIN public.sync_progress p USING (org_id, sync_id)
     WHERE s.org_id = org AND s.connection_id = ANY (slots) AND s.entity_type = entity
       AND s.sync_id <> sync AND p.completed_at IS NULL AND NOT EXISTS (
         SELECT FROM public.sync_runs h WHERE h.org_id = org AND h.sync_id = s.sync_id AND h.state = 'waiting')) THEN
    RETURN false;
  END IF;
  FOREACH slot IN ARRAY slots LOOP
    INSERT INTO public.sync_slots (org_id, connection_id, entity_type, sync_id) VALUES (org, slot, entity, sync)
    ON CONFLICT (org_id, connection_id, entity_type) DO UPDATE SET sync_id = EXCLUDED.sync_id;
  END LOOP;
  RETURN true;
END
$$;
ALTER FUNCTION app.take_slots(text, text, text, uuid[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.take_slots(text, text, text, uuid[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.take_slots(text, text, text, uuid[]) TO sync_app;

CREATE OR REPLACE FUNCTION app.keep_slots(org text, sync text, epoch bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s' AS $$
DECLARE
  r record;
BEGIN
  SELECT w.entity_type, w.source_connection_id, w.destination_connection_id INTO r FROM public.sync_runs w
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- A request to cancel holds the row of its sync and then dispatches, so whoever may change that row takes it before the lock.
  PERFORM FROM public.sync_progress p WHERE p.org_id = org AND p.sync_id = sync FOR NO KEY UPDATE;
  PERFORM app.lock(org, 'dispatch_runs');
  IF app.take_slots(org, sync, r.entity_type, app.slots_of(org, r.source_connection_id, r.destination_connection_id)) THEN
    RETURN true;
  END IF;
  UPDATE public.sync_runs w SET state = 'waiting', leased_by = NULL, leased_until = NULL, leases_without_commit = 0
   WHERE w.org_id = org AND w.sync_id = sync;
  UPDATE public.sync_progress p
     SET status = 'queued', updated_at = now(), waiting_reason = 'Another run writes to the same system.',
         rate_limited_until = NULL, next_try_at = NULL
   WHERE p.org_id = org AND p.sync_id = sync AND p.completed_at IS NULL;
  RETURN false;
END
$$;
ALTER FUNCTION app.keep_slots(text, text, bigint) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.keep_slots(text, text, bigint) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.keep_slots(text, text, bigint) TO sync_app;
