-- Why: elapsed time, speed and ETA must not count time in which nothing could be done, and the ETA must follow the speed of the last
-- minutes, for reports by REST, by plain SQL and by the service's own runs alike. Therefore these are triggers.
-- Promises:
-- 1. The time between two updates is idle when the sync was queued or paused at the first of them, as far as a rate limit lasted, and from
--    a request to pause to the resume when nothing was reported in between. A change of state is an update and sets updated_at, unless it
--    is the end: updated_at stays the time of the last report then.
-- 2. recent_items is a sum in which an item that was handled a worked time t ago counts exp(-t / 3 minutes). Divided by the worked time that
--    is weighted in the same way it is the recent speed. Items are taken as handled evenly since the update before. Idle time makes
--    nothing older.
-- 3. A sync whose start is moved, or that begins with counts, is taken to have worked evenly since its start. One that is moved as a whole
--    keeps what was measured.
-- 4. current_item that an update leaves out is processed + failed once these change; one that is given stays as given. A
--    trigger cannot see which columns a statement sets, but one for a column fires only when that is set: the first takes out a value that is
--    the same as before, the second puts it back when it was given, and the last fills what is missing.
-- Callers: triggers of public.sync_progress only. They fire in the order of their names, after end_on_update.

CREATE OR REPLACE FUNCTION app.mark_current_item() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.current_item := CASE TG_ARGV[0] WHEN 'given' THEN OLD.current_item END;
  RETURN NEW;
END
$$;
ALTER FUNCTION app.mark_current_item() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.mark_current_item() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE FUNCTION app.measure_progress() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- The same as in the generated eta_seconds. Long enough that batches of a minute do not make the ETA jump, short enough that a change of speed shows within minutes.
  tau CONSTANT double precision := 180;
  handled double precision := NEW.processed_count + NEW.failed_count;
  idle double precision := 0;
  worked double precision;
  decay double precision;
BEGIN
  IF NEW.current_item IS NULL AND handled > 0 THEN
    NEW.current_item := handled;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.started_at <> OLD.started_at AND NEW.started_at - OLD.started_at = NEW.updated_at - OLD.updated_at THEN
      RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND NEW.updated_at = OLD.updated_at AND NEW.completed_at IS NULL THEN
      NEW.updated_at := now();
    END IF;
    worked := extract(epoch FROM NEW.updated_at - OLD.updated_at);
    IF worked > 0 THEN
      IF OLD.status <> 'running' THEN
        idle := worked;
      ELSIF OLD.pause_requested AND NOT NEW.pause_requested THEN
        idle := extract(epoch FROM NEW.updated_at - greatest(OLD.updated_at, OLD.requested_at));
      ELSIF OLD.rate_limited_until > OLD.updated_at THEN
        idle := extract(epoch FROM least(NEW.updated_at, OLD.rate_limited_until) - OLD.updated_at);
      END IF;
      worked := worked - idle;
    ELSE
      worked := 0;
    END IF;
    NEW.idle_seconds := OLD.idle_seconds + idle;
    IF NEW.started_at = OLD.started_at THEN
      -- Postgres refuses numbers that are too small to be told from zero, so neither factor may become one.
      decay := exp(-least(worked / tau, 100));
      handled := handled - OLD.processed_count - OLD.failed_count;
      NEW.recent_items := OLD.recent_items * decay
        + handled * CASE WHEN worked > 0 THEN tau * (1 - decay) / worked ELSE 1 END;
      IF NEW.recent_items < 0.000001 THEN
        NEW.recent_items := 0;
      END IF;
      RETURN NEW;
    END IF;
  END IF;
  worked := greatest(extract(epoch FROM NEW.updated_at - NEW.started_at), 0);
  NEW.idle_seconds := least(NEW.idle_seconds, worked);
  worked := worked - NEW.idle_seconds;
  NEW.recent_items := CASE WHEN worked > 0 THEN handled * tau * (1 - exp(-least(worked / tau, 100))) / worked ELSE handled END;
  RETURN NEW;
END
$$;
ALTER FUNCTION app.measure_progress() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.measure_progress() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER item_1_left_out BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (NEW.current_item = OLD.current_item
    AND (NEW.processed_count <> OLD.processed_count OR NEW.failed_count <> OLD.failed_count))
  EXECUTE FUNCTION app.mark_current_item('left out');
CREATE OR REPLACE TRIGGER item_2_given BEFORE UPDATE OF current_item ON public.sync_progress
  FOR EACH ROW WHEN (NEW.current_item IS NULL AND OLD.current_item IS NOT NULL)
  EXECUTE FUNCTION app.mark_current_item('given');
-- Who sets idle_seconds has measured the time itself: a worker that takes over a run that nobody worked on.
CREATE OR REPLACE TRIGGER measure_on_update BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (NEW.idle_seconds = OLD.idle_seconds AND (
    NEW.updated_at <> OLD.updated_at OR NEW.processed_count <> OLD.processed_count OR NEW.failed_count <> OLD.failed_count
    OR NEW.status <> OLD.status OR NEW.started_at <> OLD.started_at))
  EXECUTE FUNCTION app.measure_progress();
CREATE OR REPLACE TRIGGER measure_on_insert BEFORE INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.processed_count + NEW.failed_count > 0) EXECUTE FUNCTION app.measure_progress();
