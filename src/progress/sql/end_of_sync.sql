-- Why: the end of a sync writes one audit entry, whether the service or a client with plain SQL ended it. Therefore these are triggers.
-- Promises: a sync ends when its counts reach the total, or when its status becomes final or its completed_at is set. Then status and
-- completed_at agree, and one entry is written in the same transaction. The WHEN clauses exclude ordinary reports, so these cost nothing.
-- The records of a run's entry are what it wrote, not what it looked at. A preview or reconcile wrote nothing and has entries of its own types.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.end_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status IN ('queued', 'running', 'paused', 'completed') THEN
    NEW.status := CASE WHEN NEW.failed_count > 0 THEN 'completed_with_errors' ELSE 'completed' END;
  END IF;
  NEW.completed_at := coalesce(NEW.completed_at, now());
  RETURN NEW;
END
$$;
ALTER FUNCTION app.end_sync() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sync() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER end_on_insert BEFORE INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL
    OR NEW.status NOT IN ('queued', 'running', 'paused')
    OR NEW.processed_count + NEW.failed_count >= NEW.total_items)
  EXECUTE FUNCTION app.end_sync();
CREATE OR REPLACE TRIGGER end_on_update BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND (NEW.completed_at IS NOT NULL
    OR NEW.status NOT IN ('queued', 'running', 'paused')
    OR NEW.processed_count + NEW.failed_count >= NEW.total_items))
  EXECUTE FUNCTION app.end_sync();

CREATE OR REPLACE FUNCTION app.log_sync_end() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind text;
  counts jsonb;
  is_preview boolean;
BEGIN
  -- Only the service ends its own runs. Roles that may not read them end what others report.
  IF has_column_privilege('public.sync_runs', 'counts', 'SELECT') THEN
    SELECT r.kind, r.counts INTO kind, counts FROM public.sync_runs AS r
     WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id;
  END IF;
  is_preview := coalesce(kind IN ('preview', 'reconcile'), false);
  -- Creates the partition of the current month if it is missing, so that the audit entry is never lost.
  IF NOT app.has_activity_partition(now()) THEN
    PERFORM app.ensure_activity_partition(now());
  END IF;
  INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status, source_system, user_id,
    record_count, duration_seconds, error_message, details)
  VALUES (NEW.org_id, NEW.sync_id, NEW.entity_type,
    CASE WHEN is_preview THEN kind || '_' ELSE 'sync_' END
      || CASE NEW.status WHEN 'completed_with_errors' THEN 'completed' ELSE NEW.status END,
    -- Nothing has failed yet that a preview says will.
    CASE WHEN is_preview AND NEW.status = 'completed_with_errors' THEN 'completed' ELSE NEW.status END,
    NEW.source_system, NEW.initiated_by,
    CASE WHEN kind IS NULL THEN NEW.processed_count WHEN is_preview THEN 0
      ELSE coalesce((counts ->> 'created')::double precision, 0) + coalesce((counts ->> 'updated')::double precision, 0)
        + coalesce((counts ->> 'deleted')::double precision, 0) END,
    -- Of a sync that was paused or queued until its end, nobody worked after the last update.
    greatest(extract(epoch FROM CASE WHEN OLD.status <> 'running' THEN NEW.updated_at ELSE NEW.completed_at END - NEW.started_at)
      - NEW.idle_seconds, 0),
    coalesce(NEW.error_message, CASE WHEN NEW.status = 'completed_with_errors' AND NOT is_preview
      THEN format('%s of %s items failed', NEW.failed_count, NEW.processed_count + NEW.failed_count) END),
    jsonb_build_object('total_items', NEW.total_items, 'processed_count', NEW.processed_count,
      'failed_count', NEW.failed_count)
      || CASE WHEN kind IS NULL THEN '{}' ELSE jsonb_build_object('kind', kind, 'counts', counts,
        -- Of a reconcile, what a person has to look at.
        'conflict_count', coalesce((counts ->> 'conflict')::double precision, 0)
          + coalesce((counts ->> 'not_compared')::double precision, 0)) END);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_sync_end() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_sync_end() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER log_end_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.log_sync_end();
CREATE OR REPLACE TRIGGER log_end_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION app.log_sync_end();
