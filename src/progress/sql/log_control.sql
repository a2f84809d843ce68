-- Why: the audit trail must show who requested a cancel, pause or resume, not only that the sync was cancelled.
-- Promises: each request writes one entry, whether it was made by REST or by plain SQL. A repeated or concurrent request writes no further
-- entry. A request changes `requested_at` and a report does not, so a report only costs the comparison.
-- Callers: a trigger of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.log_control() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asked text := CASE
    WHEN NEW.cancel_requested AND NOT OLD.cancel_requested THEN 'cancel_requested'
    WHEN NEW.pause_requested AND NOT OLD.pause_requested THEN 'pause_requested'
    WHEN OLD.pause_requested AND NOT NEW.pause_requested OR OLD.status = 'paused' AND NEW.status = 'running'
      THEN 'resume_requested' END;
  -- A request may end the sync in the same transaction, where now() is constant. The earlier time places its entry before the end.
  asked_at timestamptz := now() - interval '1 microsecond';
BEGIN
  IF asked IS NULL THEN
    RETURN NULL;
  END IF;
  IF NOT app.has_activity_partition(asked_at) THEN
    PERFORM app.ensure_activity_partition(asked_at);
  END IF;
  INSERT INTO public.sync_activity_log (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id)
  VALUES (NEW.org_id, asked_at, NEW.sync_id, NEW.entity_type, asked, NEW.status, NEW.source_system, NEW.requested_by);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_control() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_control() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER log_control AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.requested_at IS DISTINCT FROM NEW.requested_at) EXECUTE FUNCTION app.log_control();
