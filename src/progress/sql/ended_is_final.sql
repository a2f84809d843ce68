-- Why: the audit entry of an ended sync must stay correct.
-- Promises: status, counts and times of an ended sync cannot be changed, not even by plain SQL. An attempt raises SQLSTATE SY001.
-- Callers: a trigger of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.refuse_change_of_ended_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'sync % has ended as % and cannot be changed', OLD.sync_id, OLD.status
    USING ERRCODE = 'SY001', HINT = 'Start a new sync.';
END
$$;
ALTER FUNCTION app.refuse_change_of_ended_sync() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.refuse_change_of_ended_sync() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER ended_is_final BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL AND
    (OLD.status, OLD.total_items, OLD.processed_count, OLD.failed_count, OLD.started_at, OLD.completed_at)
      IS DISTINCT FROM
    (NEW.status, NEW.total_items, NEW.processed_count, NEW.failed_count, NEW.started_at, NEW.completed_at))
  EXECUTE FUNCTION app.refuse_change_of_ended_sync();
