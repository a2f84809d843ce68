-- Why: a worker that has lost its run must not write any more, so a worker holds a run under a lease with an epoch.
-- Promises: take_lease assigns a run that is ready to one worker under a new epoch, or returns no row. renew_lease extends the lease and
-- returns what was requested in the meantime (continue, cancel, pause, ended, fenced). release_lease makes the run available to other
-- workers, not before a time. Both store what the run waits for: `waiting` is {reason, next_try_at, limited_until, failures, page}, where a
-- member that is missing is none (release_lease takes approval_hours, too: the run waits for a second person so long at most, and without its
-- slots), and without page the checkpoint keeps the size of a page that it has. A call with an epoch that is not the current one changes nothing. runs_without_worker finds the runs whose worker died or whose
-- job was lost.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.take_lease(org text, sync text, worker text, lease interval)
  RETURNS TABLE (run json, progress json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  at CONSTANT timestamptz := now();
  r public.sync_runs;
  p public.sync_progress;
BEGIN
  UPDATE public.sync_runs AS w
     SET lease_epoch = w.lease_epoch + 1, leased_by = worker, leased_until = now() + lease,
         started_at = CASE WHEN w.lease_epoch = 0 THEN at ELSE w.started_at END,
         leases_without_commit = w.leases_without_commit + 1
   WHERE w.org_id = org AND w.sync_id = sync AND w.state = 'ready' AND (w.leased_by IS NULL OR w.leased_until < now())
  RETURNING w.* INTO r;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- started_at is the time when the first worker starts the run; the time in the queue does not count. Nor does the time since a worker
  -- that died was heard of last: nobody worked on the run.
  UPDATE public.sync_progress AS s
     SET status = 'running', updated_at = now(), rate_limited_until = NULL, next_try_at = NULL,
         started_at = CASE WHEN r.lease_epoch = 1 THEN at ELSE s.started_at END,
         idle_seconds = CASE WHEN r.lease_epoch = 1 THEN 0
                             ELSE s.idle_seconds + greatest(extract(epoch FROM at - s.updated_at), 0) END
   WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL
  RETURNING s.* INTO p;
  IF NOT FOUND THEN
    UPDATE public.sync_runs AS w SET state = 'ended', leased_by = NULL, leased_until = NULL
     WHERE w.org_id = org AND w.sync_id = sync;
    RETURN;
  END IF;
  RETURN QUERY SELECT row_to_json(r), row_to_json(p);
END
$$;
ALTER FUNCTION app.take_lease(text, text, text, interval) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.take_lease(text, text, text, interval) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.take_lease(text, text, text, interval) TO sync_app;

CREATE OR REPLACE FUNCTION app.renew_lease(org text, sync text, epoch bigint, lease interval, waiting jsonb)
  RETURNS text
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  page CONSTANT jsonb := jsonb_build_object('page', waiting -> 'page');
  p record;
BEGIN
  -- A worker that released the run no longer holds it, even if no other worker has taken it since.
  UPDATE public.sync_runs AS w
     SET leased_until = now() + lease, failures = coalesce(waiting -> 'failures', w.failures)
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL;
  IF NOT FOUND THEN
    RETURN 'fenced';
  END IF;
  SELECT s.completed_at, s.cancel_requested, s.pause_requested, s.updated_at,
         s.rate_limited_until IS DISTINCT FROM (waiting ->> 'limited_until')::timestamptz
           OR waiting ? 'reason' AND s.waiting_reason IS DISTINCT FROM waiting ->> 'reason'
           OR s.next_try_at IS DISTINCT FROM (waiting ->> 'next_try_at')::timestamptz
           OR waiting ? 'page' AND s.checkpoint -> 'page' IS DISTINCT FROM waiting -> 'page' AS differs INTO p
    FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync;
  -- A sync that waits shows why and how long, and updated_at stays recent so that the sync is not treated as silent.
  IF p.completed_at IS NULL
    AND (p.differs OR p.updated_at < now() - interval '15 seconds') THEN
    UPDATE public.sync_progress AS s
       SET rate_limited_until = (waiting ->> 'limited_until')::timestamptz, updated_at = now(),
           waiting_reason = coalesce(waiting ->> 'reason', s.waiting_reason),
           next_try_at = (waiting ->> 'next_try_at')::timestamptz,
           checkpoint = CASE WHEN waiting ? 'page' THEN coalesce(s.checkpoint, '{}') || page
                             ELSE s.checkpoint END
     WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
  END IF;
  RETURN CASE WHEN p.completed_at IS NOT NULL THEN 'ended' WHEN p.cancel_requested THEN 'cancel'
              WHEN p.pause_requested THEN 'pause' ELSE 'continue' END;
END
$$;
ALTER FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) TO sync_app;

CREATE OR REPLACE FUNCTION app.release_lease(org text, sync text, epoch bigint, until timestamptz, waiting jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asks CONSTANT boolean := waiting ? 'approval_hours' AND EXISTS (
    SELECT FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL);
  page CONSTANT jsonb := jsonb_build_object('page', waiting -> 'page');
  free_until CONSTANT timestamptz := coalesce(until, now()) + interval '1 minute';
  asks_until CONSTANT timestamptz := now() + make_interval(hours => (waiting ->> 'approval_hours')::integer);
BEGIN
  UPDATE public.sync_runs AS w
     SET leased_by = NULL, leased_until = CASE WHEN NOT asks THEN free_until END,
         state = CASE WHEN asks THEN 'waiting' ELSE w.state END, approval = CASE WHEN asks THEN 'wanted' ELSE w.approval END,
         approval_until = CASE WHEN asks THEN asks_until ELSE w.approval_until END,
         leases_without_commit = 0,
         postponements = w.postponements + CASE WHEN until IS NULL THEN 0 ELSE 1 END,
         failures = coalesce(waiting -> 'failures', w.failures)
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE public.sync_progress AS s
     SET status = 'queued', updated_at = now(), rate_limited_until = (waiting ->> 'limited_until')::timestamptz,
         waiting_reason = coalesce(waiting ->> 'reason', s.waiting_reason),
         next_try_at = (waiting ->> 'next_try_at')::timestamptz,
         checkpoint = CASE WHEN waiting ? 'page' THEN coalesce(s.checkpoint, '{}') || page
                           ELSE s.checkpoint END
   WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) TO sync_app;

-- Returns the ids of at most batch_size open runs, of whichever organization, that are waiting or whose lease has expired. It runs as
-- sync_maintenance, which sees the ids, states and times of runs and none of their data.
CREATE OR REPLACE FUNCTION app.runs_without_worker(batch_size integer) RETURNS TABLE (org_id text, sync_id text, state text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT r.org_id, r.sync_id, r.state FROM public.sync_runs r
 WHERE r.state IN ('waiting', 'ready') AND (r.leased_until < now() OR r.state = 'waiting')
   -- What waits for a person has no worker, and fills no batch.
   AND (r.approval IS DISTINCT FROM 'wanted' OR r.approval_until <= now())
 ORDER BY r.org_id, r.created_at, r.sync_id LIMIT batch_size
$$;
ALTER FUNCTION app.runs_without_worker(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.runs_without_worker(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.runs_without_worker(integer) TO sync_app;
