-- Why: a run that waits or is at work learns from its dispatch or its next batch that its sync has ended. Nobody looks at a paused one,
-- and as long as it is open, the items it has seen and the data of a removed connection are kept.
-- Promises: a paused run ends with its sync, whoever ends it, in the same transaction. It reads before it writes: maintenance, which
-- ends silent syncs, may see runs and may not change them.
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
