-- Why: alerts are decided after a sync has ended, by an evaluation that may wait for locks and look at the past. The sync must not wait for it, and
-- no end may be missed, so its transaction leaves a signal.
-- Promises: one row for each end of a sync whose organization has alert rules; of others one look-up. It takes no lock that another transaction
-- wants. It runs as sync_maintenance, because neither a login of plain SQL nor whoever ends silent syncs may write signals; the row it
-- is called for has passed the policies of its table, so its organization is right.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.signal_ended_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.sync_alert_turns AS t WHERE t.org_id = NEW.org_id) THEN
    INSERT INTO public.sync_alert_signals (org_id, sync_id) VALUES (NEW.org_id, NEW.sync_id);
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.signal_ended_sync() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.signal_ended_sync() FROM PUBLIC, sync_app, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER signal_end_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.signal_ended_sync();
CREATE OR REPLACE TRIGGER signal_end_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.signal_ended_sync();
