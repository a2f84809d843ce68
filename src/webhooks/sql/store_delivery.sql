-- Why: a shop sends a webhook again when it saw no answer, and a run that has not started yet takes what comes until it does.
-- Promises: stores the delivery for the waiting run that its item belongs to, null: none waits, and returns that. The row of that run is locked,
-- and a worker must update the row to start the run. Either the run starts after this transaction and reads the delivery, or it has already started
-- and is not selected. A repeated delivery returns no row. Where the system does not name its deliveries, one that looks the same counts as a
-- new event when another event of the item came after it, or after an hour, when its run has ended.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.store_delivery(org text, connection uuid, key text, entity text, external text, is_deleted boolean,
  destination uuid, names_delivery boolean) RETURNS TABLE (sync_id text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  run text;
  earlier record;
BEGIN
  SELECT r.sync_id INTO run FROM public.sync_runs r
   WHERE r.org_id = org AND r.source_connection_id = connection AND r.entity_type = entity AND r.kind = 'webhook'
     AND r.destination_connection_id IS NOT DISTINCT FROM destination AND r.state IN ('waiting', 'ready') AND r.lease_epoch = 0
     AND EXISTS (SELECT FROM public.sync_progress p WHERE p.org_id = org AND p.sync_id = r.sync_id
                    AND p.completed_at IS NULL AND NOT p.cancel_requested)
   ORDER BY r.created_at DESC LIMIT 1 FOR UPDATE OF r;
  INSERT INTO public.sync_hook_deliveries (org_id, connection_id, delivery_key, entity_type, external_id, deleted, sync_id)
  VALUES (org, connection, key, entity, external, is_deleted, run)
  ON CONFLICT (org_id, connection_id, delivery_key) DO NOTHING;
  IF FOUND THEN
    RETURN QUERY SELECT run;
    RETURN;
  END IF;
  IF names_delivery THEN
    RETURN;
  END IF;
  SELECT d.received_at, d.sync_id INTO earlier FROM public.sync_hook_deliveries d
   WHERE d.org_id = org AND d.connection_id = connection AND d.delivery_key = key FOR UPDATE;
  IF EXISTS (SELECT FROM public.sync_hook_deliveries l
              WHERE l.org_id = org AND l.connection_id = connection AND l.entity_type = entity AND l.external_id = external
                AND l.received_at >= earlier.received_at AND l.delivery_key <> key)
     OR earlier.received_at < now() - interval '1 hour'
        AND NOT EXISTS (SELECT FROM public.sync_progress p
                         WHERE p.org_id = org AND p.sync_id = earlier.sync_id AND p.completed_at IS NULL) THEN
    UPDATE public.sync_hook_deliveries d SET received_at = now(), sync_id = run
     WHERE d.org_id = org AND d.connection_id = connection AND d.delivery_key = key;
    RETURN QUERY SELECT run;
  END IF;
END
$$;
ALTER FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean) TO sync_app;
