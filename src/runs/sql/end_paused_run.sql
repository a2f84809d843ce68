-- Why: a waiting or running run finds out from its dispatch or its next batch that its sync has ended. Nothing checks a paused run, and
-- while it is open, the ids it has seen and the data of a removed connection cannot be deleted.
-- Promises: a paused run ends in the same transaction as its sync, whoever ends the sync. Who ends it may have no right to runs, so the
-- function runs as the owner, for the organization of the row and for the length of one statement.
-- Callers: the trigger below only.

CREATE OR REPLACE FUNCTION app.end_paused_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before text := current_setting('app.current_org_id', true);
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', NEW.org_id);
  UPDATE public.sync_runs AS r SET state = 'ended'
   WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused';
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(before, ''));
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_paused_run() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_paused_run() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER end_paused_run
  AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION app.end_paused_run();
