-- Why: a connection and entity type has one active run at a time, and what a run writes to is nobody else's, over whichever connection; other
-- runs wait for the slot. Two that write to one system at once would each make what neither finds yet.
-- Promises: assigns free slots to the organization's waiting runs, oldest first. A run never overtakes an older run that waits for
-- the same slot, unless that waits for a paused connection: while one of its connections is paused, no run starts. Nor does one start that a
-- second person has not approved; when nobody does in time, it ends as cancelled. Returns the runs that are ready to be queued.
-- Waits 3 s for another dispatch of the organization, longer than a request waits for a row: nobody but dispatches holds this lock.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.dispatch_runs(org text) RETURNS TABLE (sync_id text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s' AS $$
#variable_conflict use_column
DECLARE
  r record;
  slots uuid[];
  taken text[] := '{}';
  wanted text[];
BEGIN
  -- Prevents two concurrent requests of one organization from both finding the same slot free.
  PERFORM app.lock(org, 'dispatch_runs');
  FOR r IN SELECT w.sync_id, w.entity_type, w.source_connection_id, w.destination_connection_id, p.completed_at,
                  w.approval = 'wanted' AS unapproved, w.approval_until
             FROM public.sync_runs w JOIN public.sync_progress p USING (org_id, sync_id)
            WHERE w.org_id = org AND w.state = 'waiting' ORDER BY w.created_at, w.sync_id LOOP
    -- Whoever holds one of its rows may wait for this lock, as a request to cancel does, and dispatches then. So it is left to them.
    IF r.completed_at IS NOT NULL OR r.unapproved THEN
      PERFORM FROM public.sync_runs w JOIN public.sync_progress p USING (org_id, sync_id)
        WHERE w.org_id = org AND w.sync_id = r.sync_id FOR NO KEY UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
    END IF;
    IF r.completed_at IS NOT NULL THEN
      UPDATE public.sync_runs w SET state = 'ended' WHERE w.org_id = org AND w.sync_id = r.sync_id;
      CONTINUE;
    END IF;
    -- Nobody holds it up, and it holds up nobody.
    IF r.unapproved AND r.approval_until > now() THEN
      CONTINUE;
    END IF;
    IF r.unapproved THEN
      UPDATE public.sync_runs w SET state = 'ended', approval = 'expired' WHERE w.org_id = org AND w.sync_id = r.sync_id;
      UPDATE public.sync_progress p SET status = 'cancelled', error_message = 'nobody approved it in time'
       WHERE p.org_id = org AND p.sync_id = r.sync_id AND p.completed_at IS NULL;
      CONTINUE;
    END IF;
    slots := app.slots_of(org, r.source_connection_id, r.destination_connection_id);
    SELECT array_agg(s || r.entity_type) INTO wanted FROM unnest(slots) AS s;
    -- A run that waits for a paused connection holds up nobody at its other end.
    IF EXISTS (SELECT FROM public.sync_connections c WHERE c.org_id = org AND c.paused_at IS NOT NULL
         AND c.id IN (r.source_connection_id, r.destination_connection_id)) THEN
      CONTINUE;
    END IF;
    -- A run does not overtake an older run that waits for the same slot.
    IF wanted && taken OR NOT app.take_slots(org, r.sync_id, r.entity_type, slots) THEN
      taken := taken || wanted;
      CONTINUE;
    END IF;
    UPDATE public.sync_runs w SET state = 'ready', leased_until = now() + interval '1 minute'
     WHERE w.org_id = org AND w.sync_id = r.sync_id;
    taken := taken || wanted;
    sync_id := r.sync_id;
    RETURN NEXT;
  END LOOP;
END
$$;
ALTER FUNCTION app.dispatch_runs(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.dispatch_runs(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.dispatch_runs(text) TO sync_app;
