-- Why: a waiting or running run finds out from its dispatch or its next batch that its sync has ended. Nothing checks a paused run, and
-- while it is open, the ids it has seen and the data of a removed connection cannot be deleted.
-- Promises: a paused run ends in the same transaction as its sync, whoever ends the sync. The trigger reads before it writes, because
-- sync_maintenance, which ends silent syncs, may read runs but not change them.
-- Callers: the trigger below only.

CREATE OR REPLACE FUNCTION app.end_paused_run() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.sync_runs AS r
              WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused') THEN
    UPDATE public.sync_runs AS r SET state = 'ended'
     WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused';
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_paused_run() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_paused_run() FROM PUBLIC, sync_app, sync_maintenance, sync_directory;

CREATE OR REPLACE TRIGGER end_paused_run
  AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION app.end_paused_run();
