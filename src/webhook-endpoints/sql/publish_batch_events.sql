-- Why: receivers learn which items of a run failed and which records changed. A run handles thousands of items a minute, so there is one event
-- a batch, not one an item.
-- Promises: item.failed names the failed items of a batch, record.changed the records that it changed, 100 at most, and counts all of them; what they
-- hold, and what a system said of them, which may name a person, is read from the API. An organization without endpoints pays for one look-up a
-- batch. A preview fails no item.
-- Callers: triggers of public.sync_items and public.sync_change_counters only, which sync_app alone writes to.

CREATE OR REPLACE FUNCTION app.publish_failed_items() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  batch record;
BEGIN
  FOR batch IN
    SELECT i.org_id, i.sync_id, count(*) AS failed,
           jsonb_path_query_array(jsonb_agg(jsonb_build_object('external_id', i.external_id, 'error_class', i.error_class)
             ORDER BY i.external_id), '$[0 to 99]') AS items
      FROM written AS i
     WHERE i.outcome = 'failed'
       AND EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = i.org_id AND e.enabled)
       AND NOT EXISTS (SELECT FROM public.sync_runs AS r
                        WHERE r.org_id = i.org_id AND r.sync_id = i.sync_id AND r.kind = 'preview')
     GROUP BY i.org_id, i.sync_id
  LOOP
    PERFORM app.publish_event(batch.org_id, 'item.failed',
      jsonb_build_object('sync_id', batch.sync_id, 'count', batch.failed, 'items', batch.items));
  END LOOP;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_failed_items() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_failed_items() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_failed AFTER INSERT ON public.sync_items
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION app.publish_failed_items();

CREATE OR REPLACE FUNCTION app.publish_changed_records() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change record;
BEGIN
  IF NOT EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = NEW.org_id AND e.enabled
                    AND e.events && ARRAY['record.changed', 'record.*', '*']) THEN
    RETURN NULL;
  END IF;
  -- All of one connection and entity type, because each batch takes its own numbers.
  SELECT min(r.connection_id::text) AS connection_id, min(r.entity_type) AS entity_type,
         jsonb_agg(jsonb_build_object('external_id', r.external_id, 'change_seq', r.change_seq,
           'deleted', r.deleted_at IS NOT NULL) ORDER BY r.change_seq) AS records
    INTO change
    FROM (SELECT * FROM public.sync_records AS s
           WHERE s.org_id = NEW.org_id AND s.change_seq > OLD.last_seq AND s.change_seq <= NEW.last_seq
           ORDER BY s.change_seq LIMIT 100) AS r;
  IF change.records IS NOT NULL THEN
    PERFORM app.publish_event(NEW.org_id, 'record.changed', jsonb_build_object('connection_id', change.connection_id,
      'entity_type', change.entity_type, 'count', NEW.last_seq - OLD.last_seq, 'records', change.records));
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_changed_records() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_changed_records() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_on_change AFTER UPDATE ON public.sync_change_counters
  FOR EACH ROW EXECUTE FUNCTION app.publish_changed_records();
