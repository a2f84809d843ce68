-- Why: viewers of a live stream see every change within a second, including changes by plain SQL. Therefore the watched organizations are
-- polled twice a second, all in one round trip, each under its own policies.
-- Promises: returns one row per organization. The caller passes the digest of the state that it saw last. The digest covers the versions
-- of the rows (xmin, which every update changes) and whether a sync has been silent for 60 seconds, which ends its ETA, and rows are returned as JSON only when it differs. The window is the newest 1,000
-- active syncs and the newest 1,000 syncs that ended within the last minute, each read in order from its index. Sorting, bitmaps and
-- sequential scans are off, so that the function never reads an organization's whole history, whatever the planner knows about the
-- table; and each call plans anew, since a plan that a session made while the table was small would read all of it later. The checkpoint is omitted because it may be large.
-- It is called outside a transaction that sets what statements rely on, so it says that itself.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.watch_progress(orgs text[], digests text[])
  RETURNS TABLE (org_id text, digest text, at timestamptz, syncs text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET row_security = on
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  o record;
BEGIN
  FOR o IN SELECT w.org_id, w.digest FROM unnest(orgs, digests) AS w (org_id, digest) LOOP
    PERFORM app.set_org(o.org_id);
    org_id := o.org_id;
    at := clock_timestamp();
    syncs := NULL;
    -- The digest is computed before the rows are read. A change in between is returned again by the next poll and never missed.
    SELECT encode(sha256(convert_to(coalesce(string_agg(w.version, ','), ''), 'UTF8')), 'hex') INTO digest FROM (
      (SELECT s.xmin || ' ' || s.sync_id || CASE WHEN s.updated_at < now() - interval '60 seconds' THEN ' silent' ELSE '' END AS version
         FROM public.sync_progress AS s
        WHERE s.org_id = o.org_id AND s.completed_at IS NULL
        ORDER BY s.started_at DESC, s.sync_id DESC LIMIT 1000)
      UNION ALL
      (SELECT s.xmin || ' ' || s.sync_id FROM public.sync_progress AS s
        WHERE s.org_id = o.org_id AND s.completed_at > now() - interval '60 seconds'
        ORDER BY s.completed_at DESC LIMIT 1000)) AS w;
    IF digest IS DISTINCT FROM o.digest THEN
      SELECT coalesce(string_agg(row_to_json(shown)::text, E'\n'), '') INTO syncs FROM (
        SELECT w.id, w.org_id, w.sync_id, w.entity_type, w.source_system, w.total_items, w.processed_count, w.failed_count,
               w.current_item, w.initiated_by, w.status, w.started_at, w.updated_at, w.completed_at, w.error_message,
               w.cancel_requested, w.pause_requested, w.requested_at, w.requested_by, w.rate_limited_until,
               w.waiting_reason, w.next_try_at,
               w.workers, w.idle_seconds, w.recent_items, w.elapsed_seconds, w.speed_items_per_min,
               CASE WHEN w.updated_at >= now() - interval '60 seconds' THEN w.eta_seconds END AS eta_seconds
          FROM (
            (SELECT s.* FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at IS NULL
              ORDER BY s.started_at DESC, s.sync_id DESC LIMIT 1000)
            UNION ALL
            (SELECT s.* FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at > now() - interval '60 seconds'
              ORDER BY s.completed_at DESC LIMIT 1000)) AS w) AS shown;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;
ALTER FUNCTION app.watch_progress(text[], text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.watch_progress(text[], text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.watch_progress(text[], text[]) TO sync_app;
