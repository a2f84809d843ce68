-- Why: data that was read from a system is deleted when its connection is removed. The runs are kept as history; they hold no data.
-- Bindings keep their ids, so that a connection to the same system, added later, creates nothing twice.
-- Promises: clears away at most batch_size rows per table of one removed connection that has no open run, and marks the connection as
-- purged when no row is left; then its runs count for no quota any more. When no other connection leads to the system, bindings are emptied
-- and what people decided about its items is forgotten. The result is above zero while there is more to do. purge_removed_connections runs as
-- sync_maintenance, which finds such a connection in any organization and may touch nothing of it; purge_connection runs as the owner, in that
-- organization alone, and looks once more whether the connection was removed.
-- Callers: sync_app, by the scheduled task removed-connections; purge_connection: purge_removed_connections.

CREATE OR REPLACE FUNCTION app.purge_connection(org text, connection uuid, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- Rows are found by their keys, whatever the planner knows of the tables.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  left_system uuid;
  done record;
  changed integer;
  deleted integer := 0;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF NOT EXISTS (SELECT FROM public.sync_connections c WHERE c.org_id = org AND c.id = connection AND c.removed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the connection was not removed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- None: another connection leads there, too.
  left_system := (SELECT s.id FROM public.sync_connections c JOIN public.sync_systems s ON s.org_id = c.org_id AND s.id = c.system_id
                   WHERE c.org_id = org AND c.id = connection AND s.left_at IS NOT NULL);
  DELETE FROM public.sync_records d WHERE d.org_id = org AND (d.connection_id, d.entity_type, d.external_id) IN (
    SELECT x.connection_id, x.entity_type, x.external_id FROM public.sync_records x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  UPDATE public.sync_bindings d SET data_a = NULL, data_b = NULL
   WHERE d.org_id = org AND (d.entity_type, d.system_a, d.system_b, d.id_a) IN (
    SELECT x.entity_type, x.system_a, x.system_b, x.id_a FROM public.sync_bindings x
     WHERE x.org_id = org AND left_system IN (x.system_a, x.system_b) AND x.data_a IS NOT NULL LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_match_decisions d WHERE d.org_id = org AND (d.entity_type, d.source, d.destination, d.external_id) IN (
    SELECT x.entity_type, x.source, x.destination, x.external_id FROM public.sync_match_decisions x
     WHERE x.org_id = org AND left_system IN (x.source, x.destination) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Whatever the preview is of, its name has the ids of both ends.
  DELETE FROM public.sync_preview_cache d WHERE d.org_id = org AND (d.sync_type, d.entity_type) IN (
    SELECT x.sync_type, x.entity_type FROM public.sync_preview_cache x
     WHERE x.org_id = org AND position(connection::text IN x.sync_type) > 0 LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_refusals d WHERE d.org_id = org AND (d.entity_type, d.source_connection_id, d.destination_connection_id, d.external_id) IN (
    SELECT x.entity_type, x.source_connection_id, x.destination_connection_id, x.external_id FROM public.sync_refusals x
     WHERE x.org_id = org AND connection IN (x.source_connection_id, x.destination_connection_id) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_cursors d WHERE d.org_id = org AND (d.connection_id, d.entity_type, d.destination) IN (
    SELECT x.connection_id, x.entity_type, x.destination FROM public.sync_cursors x
     WHERE x.org_id = org AND (x.connection_id = connection OR x.destination = connection::text) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_items d WHERE d.org_id = org AND (d.sync_id, d.external_id) IN (
    SELECT x.sync_id, x.external_id FROM public.sync_items x
     WHERE x.org_id = org AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND connection IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_preview_changes d WHERE d.org_id = org AND (d.sync_id, d.external_id) IN (
    SELECT x.sync_id, x.external_id FROM public.sync_preview_changes x
     WHERE x.org_id = org AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND connection IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Run by run, since an organization may have many changes of other connections.
  FOR done IN SELECT r.sync_id, r.created_at FROM public.sync_runs r
               WHERE r.org_id = org AND connection IN (r.source_connection_id, r.destination_connection_id) LOOP
    DELETE FROM public.sync_changes d WHERE d.org_id = org AND d.sync_id = done.sync_id
       AND d.week = app.week_of_changes(done.created_at);
    GET DIAGNOSTICS changed = ROW_COUNT;
    deleted := deleted + changed;
    EXIT WHEN deleted > batch_size;
  END LOOP;
  DELETE FROM public.sync_schedules d WHERE d.org_id = org AND d.id IN (
    SELECT x.id FROM public.sync_schedules x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_hook_deliveries d WHERE d.org_id = org AND (d.connection_id, d.delivery_key) IN (
    SELECT x.connection_id, x.delivery_key FROM public.sync_hook_deliveries x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  IF deleted = 0 THEN
    UPDATE public.sync_runs d SET kept_bytes = 0, found_bytes = 0, item_bytes = 0
     WHERE d.org_id = org AND d.state = 'ended' AND d.sync_id = ANY (ARRAY(
      SELECT x.sync_id FROM public.sync_runs x
       WHERE x.org_id = org AND connection IN (x.source_connection_id, x.destination_connection_id)
         AND x.kept_bytes + x.found_bytes + x.item_bytes > 0 LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
  END IF;
  IF deleted = 0 THEN
    UPDATE public.sync_connections u SET purged_at = now() WHERE u.org_id = org AND u.id = connection;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.purge_connection(text, uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.purge_connection(text, uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.purge_connection(text, uuid, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.purge_removed_connections(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c record;
BEGIN
  SELECT u.org_id, u.id INTO c FROM public.sync_connections u
   WHERE u.removed_at IS NOT NULL AND u.purged_at IS NULL
     -- An open run may still write a batch for this connection.
     AND NOT EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = u.org_id AND r.state <> 'ended'
                        AND u.id IN (r.source_connection_id, r.destination_connection_id))
   ORDER BY u.org_id, u.id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  RETURN app.purge_connection(c.org_id, c.id, batch_size) + 1;
END
$$;
ALTER FUNCTION app.purge_removed_connections(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.purge_removed_connections(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.purge_removed_connections(integer) TO sync_app;
