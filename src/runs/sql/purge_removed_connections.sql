-- Why: data that was read from a system is deleted when its connection is removed. The runs are kept as history; they hold no data.
-- Bindings keep their ids, so that a connection to the same system, added later, creates nothing twice.
-- Promises: clears away at most batch_size rows per table of one removed connection that has no open run, and marks the connection as
-- purged when no row is left; then its runs count for no quota any more. When no other connection leads to the system, bindings are emptied
-- and what people decided about its items is forgotten. The result is above zero while there is more to do. It runs as sync_maintenance, whose policies show it rows of removed connections and of left systems only.
-- Callers: sync_app, by the scheduled task removed-connections.

CREATE OR REPLACE FUNCTION app.purge_removed_connections(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c record;
  done record;
  changed integer;
  deleted integer := 0;
BEGIN
  SELECT u.org_id, u.id, u.system_id INTO c FROM public.sync_connections u
   WHERE u.removed_at IS NOT NULL AND u.purged_at IS NULL
     -- An open run may still write a batch for this connection.
     AND NOT EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = u.org_id AND r.state <> 'ended'
                        AND u.id IN (r.source_connection_id, r.destination_connection_id))
   ORDER BY u.org_id, u.id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM public.sync_records d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_records x
     WHERE x.org_id = c.org_id AND x.connection_id = c.id LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  UPDATE public.sync_bindings d SET data_a = NULL, data_b = NULL
   WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_bindings x
     WHERE x.org_id = c.org_id AND c.system_id IN (x.system_a, x.system_b) AND x.data_a IS NOT NULL LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_match_decisions d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_match_decisions x
     WHERE x.org_id = c.org_id AND c.system_id IN (x.source, x.destination) LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Whatever the preview is of, its name has the ids of both ends.
  DELETE FROM public.sync_preview_cache d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_preview_cache x
     WHERE x.org_id = c.org_id AND position(c.id::text IN x.sync_type) > 0 LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_refusals d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_refusals x
     WHERE x.org_id = c.org_id AND c.id IN (x.source_connection_id, x.destination_connection_id) LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_cursors d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_cursors x
     WHERE x.org_id = c.org_id AND (x.connection_id = c.id OR x.destination = c.id::text) LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_items d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_items x
     WHERE x.org_id = c.org_id AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND c.id IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_preview_changes d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_preview_changes x
     WHERE x.org_id = c.org_id AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND c.id IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Run by run, since an organization may have many changes of other connections.
  FOR done IN SELECT r.sync_id, r.created_at FROM public.sync_runs r
               WHERE r.org_id = c.org_id AND c.id IN (r.source_connection_id, r.destination_connection_id) LOOP
    DELETE FROM public.sync_changes d WHERE d.org_id = c.org_id AND d.sync_id = done.sync_id
       AND d.week = app.week_of_changes(done.created_at);
    GET DIAGNOSTICS changed = ROW_COUNT;
    deleted := deleted + changed;
    EXIT WHEN deleted > batch_size;
  END LOOP;
  DELETE FROM public.sync_schedules d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_schedules x
     WHERE x.org_id = c.org_id AND x.connection_id = c.id LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_hook_deliveries d WHERE d.org_id = c.org_id AND d.ctid = ANY (ARRAY(
    SELECT x.ctid FROM public.sync_hook_deliveries x
     WHERE x.org_id = c.org_id AND x.connection_id = c.id LIMIT batch_size));
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  IF deleted = 0 THEN
    UPDATE public.sync_runs d SET kept_bytes = 0, found_bytes = 0, item_bytes = 0
     WHERE d.org_id = c.org_id AND d.sync_id = ANY (ARRAY(
      SELECT x.sync_id FROM public.sync_runs x
       WHERE x.org_id = c.org_id AND c.id IN (x.source_connection_id, x.destination_connection_id)
         AND x.kept_bytes + x.found_bytes + x.item_bytes > 0 LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
  END IF;
  IF deleted = 0 THEN
    UPDATE public.sync_connections u SET purged_at = now() WHERE u.org_id = c.org_id AND u.id = c.id;
  END IF;
  RETURN deleted + 1;
END
$$;
ALTER FUNCTION app.purge_removed_connections(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.purge_removed_connections(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.purge_removed_connections(integer) TO sync_app;
