-- Why: receivers learn that a sync started, was paused or resumed, or ended, whether the service did it, a client with plain SQL, or maintenance.
-- Promises: one event a change of status that is no return to the queue, in the transaction of the change. The events of a preview are preview.ready and
-- preview.failed. The WHEN clauses exclude ordinary reports. It runs as sync_maintenance, because neither a login of plain SQL nor whoever
-- ends silent syncs may read endpoints; the row it is called for has passed the policies of its table, so its organization is right.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.publish_sync_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind text;
  event text;
BEGIN
  -- Most organizations have none: nothing else is looked at then.
  IF NOT EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = NEW.org_id AND e.enabled) THEN
    RETURN NULL;
  END IF;
  SELECT r.kind INTO kind FROM public.sync_runs AS r WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id;
  event := CASE
    WHEN kind = 'preview' THEN CASE WHEN NEW.completed_at IS NULL THEN NULL
                                    WHEN NEW.status LIKE 'completed%' THEN 'preview.ready' ELSE 'preview.failed' END
    WHEN NEW.completed_at IS NOT NULL THEN 'sync.' || NEW.status
    WHEN TG_OP = 'INSERT' THEN 'sync.started'
    WHEN NEW.status = 'paused' THEN 'sync.paused'
    ELSE 'sync.resumed' END;
  IF event IS NOT NULL THEN
    PERFORM app.publish_event(NEW.org_id, event, jsonb_strip_nulls(jsonb_build_object('sync_id', NEW.sync_id, 'kind', kind,
      'entity_type', NEW.entity_type, 'source_system', NEW.source_system, 'status', NEW.status,
      'total_items', NEW.total_items, 'processed_count', NEW.processed_count, 'failed_count', NEW.failed_count,
      'started_at', NEW.started_at, 'completed_at', NEW.completed_at, 'error_message', NEW.error_message)));
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_sync_event() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.publish_sync_event() FROM PUBLIC, sync_app, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW EXECUTE FUNCTION app.publish_sync_event();
CREATE OR REPLACE TRIGGER publish_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status
    AND (NEW.completed_at IS NOT NULL OR OLD.status = 'paused' OR NEW.status = 'paused'))
  EXECUTE FUNCTION app.publish_sync_event();
