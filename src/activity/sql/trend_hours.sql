-- Why: trends of a month read each end of a sync in it, seconds for an organization with millions. So the ends are counted by hour and entity type.
-- Promises: what the hours of an organization hold is exactly the ends that its mark names, which are all that are visible in a snapshot; the reader
-- (src/activity/trends.sql.ts) adds those that it does not name, which an index by transaction finds. So an entry counts once, whenever its transaction
-- ends; nobody waits for anybody, writers pay for that index only, and what another organization leaves open holds nothing up. Sums are exact, so their
-- order does not matter. At most 50 entity types an hour are kept; an hour with more, or with one longer than 400 bytes, is read from its entries. The
-- entries of one transaction are counted together. On a distributed Postgres transactions have no common order: nothing is counted there.
-- Callers: sync_app (the task of src/activity/trends/trend.hours.ts; the reader).

-- The partitions that statements read, and what each holds. A bound without a time is MINVALUE or MAXVALUE.
CREATE OR REPLACE FUNCTION app.activity_months() RETURNS TABLE (id oid, begins timestamptz, ends timestamptz)
LANGUAGE plpgsql STABLE SECURITY INVOKER ROWS 20
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT c.oid, coalesce((regexp_match(b.bound, $p$FROM \('([^']+)'\)$p$))[1]::timestamptz, '-infinity'),
           coalesce((regexp_match(b.bound, $p$TO \('([^']+)'\)$p$))[1]::timestamptz, 'infinity')
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid)) AS b (bound)
     WHERE i.inhparent = 'public.sync_activity_log'::regclass AND NOT i.inhdetachpending;
END
$$;
ALTER FUNCTION app.activity_months() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_months() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_months() TO sync_app;

-- Counts the next ends of syncs of an organization, so many, and those of the last one's transaction. Returns whether more are left. Runs as the owner,
-- for the organization alone. A second one at the same time does nothing.
CREATE OR REPLACE FUNCTION app.roll_up_trends(org text, most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  this_cluster CONSTANT text := (SELECT c.system_identifier::text FROM pg_control_system() AS c);
  attached CONSTANT oid[] := ARRAY(SELECT m.id FROM app.activity_months() AS m ORDER BY m.id);
  oldest CONSTANT timestamptz := (SELECT min(m.begins) FROM app.activity_months() AS m);
  mark public.sync_trend_marks;
  seen pg_snapshot;
  reached xid8;
  next_horizon xid8;
  next_running xid8[];
  part record;
BEGIN
  IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
    RETURN false;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  SELECT * INTO mark FROM public.sync_trend_marks m WHERE m.org_id = org;
  IF NOT FOUND THEN
    INSERT INTO public.sync_trend_marks (org_id, cluster, partitions) VALUES (org, this_cluster, attached) ON CONFLICT DO NOTHING;
  ELSIF mark.cluster = this_cluster AND mark.partitions = attached AND NOT EXISTS (
          SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.written_in >= mark.horizon
             AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout'))
        AND NOT EXISTS (
          SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.written_in = ANY (mark.running)
             AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')) THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN false;
  END IF;
  SELECT * INTO mark FROM public.sync_trend_marks m WHERE m.org_id = org FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN false;
  END IF;

  -- A month that was attached with entries of its own has some that the mark names and no hour holds.
  IF mark.cluster <> this_cluster OR EXISTS (
       SELECT FROM app.activity_months() AS m CROSS JOIN LATERAL (
         SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.created_at >= m.begins AND l.created_at < m.ends
            AND l.written_in < mark.horizon AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout') LIMIT 1) AS found
        WHERE m.id <> ALL (mark.partitions)) THEN
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org;
    mark.horizon := '0';
    mark.running := '{}';
    mark.since := '2000-01-01T00:00:00Z';
  END IF;
  -- What was restored from another cluster may have numbers that are still to come here: it gets that of this transaction. No seal is over them.
  UPDATE public.sync_activity_log l SET written_in = pg_current_xact_id()
   WHERE l.org_id = org AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout') AND (l.created_at, l.id) IN (
     SELECT f.created_at, f.id FROM public.sync_activity_log f
      WHERE f.org_id = org AND f.written_in >= pg_snapshot_xmax(pg_current_snapshot()) AND f.written_in <> pg_current_xact_id()
        AND f.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
      LIMIT most);
  -- The hours of months that are gone go, too; should such a month come back, its entries are read.
  IF oldest > mark.since THEN
    mark.since := oldest;
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour < oldest;
  END IF;

  -- Both by one snapshot: an entry that is seen here is of a transaction before its end.
  SELECT pg_current_snapshot(), (
    SELECT l.written_in FROM public.sync_activity_log l
     WHERE l.org_id = org AND l.written_in >= mark.horizon AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
     ORDER BY l.written_in OFFSET most - 1 LIMIT 1) INTO seen, reached;
  next_horizon := least(((reached::text)::bigint + 1)::text::xid8, pg_snapshot_xmax(seen));
  -- A snapshot does not name its own transaction, which may write more.
  next_running := ARRAY(SELECT r.id FROM (SELECT pg_snapshot_xip(seen) UNION SELECT pg_current_xact_id()) AS r (id) WHERE r.id < next_horizon);
  FOR part IN
    SELECT date_bin('1 hour', e.created_at, '2000-01-01T00:00:00Z') AS hour, e.entity_type,
           count(*) FILTER (WHERE e.activity_type = 'sync_completed') AS sync_count,
           count(e.duration_seconds) FILTER (WHERE e.activity_type = 'sync_completed') AS timed_count,
           coalesce(sum(e.duration_seconds::text::numeric) FILTER (WHERE e.activity_type = 'sync_completed'), 0) AS duration_sum,
           max(e.duration_seconds) FILTER (WHERE e.activity_type = 'sync_completed') AS duration_max,
           coalesce(sum(e.record_count::bigint) FILTER (WHERE e.activity_type = 'sync_completed'), 0) AS record_sum,
           count(*) FILTER (WHERE e.activity_type <> 'sync_completed') AS failed_count,
           count(*) FILTER (WHERE e.activity_type = 'sync_completed' AND CASE WHEN jsonb_typeof(e.details -> 'conflict_count') = 'number'
             THEN (e.details ->> 'conflict_count')::numeric > 0 ELSE false END) AS conflict_count
      FROM (
        SELECT l.* FROM public.sync_activity_log l
         WHERE l.org_id = org AND l.written_in >= mark.horizon AND l.written_in < next_horizon
           AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
         UNION ALL
        SELECT l.* FROM public.sync_activity_log l
         WHERE l.org_id = org AND l.written_in = ANY (mark.running)
           AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')) AS e
     WHERE e.written_in <> ALL (next_running) AND e.created_at >= mark.since
     GROUP BY 1, 2 ORDER BY 1
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour AND h.is_raw);
    IF octet_length(part.entity_type) <= 400 OR part.entity_type IS NULL THEN
      INSERT INTO public.sync_trend_hours AS h (org_id, hour, entity_type, sync_count, timed_count, duration_sum, duration_max, record_sum,
        failed_count, conflict_count)
      VALUES (org, part.hour, part.entity_type, part.sync_count, part.timed_count, part.duration_sum, part.duration_max, part.record_sum,
        part.failed_count, part.conflict_count)
      ON CONFLICT (org_id, hour, entity_type) DO UPDATE SET sync_count = h.sync_count + EXCLUDED.sync_count,
        timed_count = h.timed_count + EXCLUDED.timed_count, duration_sum = h.duration_sum + EXCLUDED.duration_sum,
        duration_max = greatest(h.duration_max, EXCLUDED.duration_max), record_sum = h.record_sum + EXCLUDED.record_sum,
        failed_count = h.failed_count + EXCLUDED.failed_count, conflict_count = h.conflict_count + EXCLUDED.conflict_count;
      CONTINUE WHEN (SELECT count(*) FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour) <= 50;
    END IF;
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour;
    INSERT INTO public.sync_trend_hours (org_id, hour, is_raw) VALUES (org, part.hour, true);
  END LOOP;
  UPDATE public.sync_trend_marks m
     SET cluster = this_cluster, since = mark.since, partitions = attached, horizon = next_horizon, running = next_running
   WHERE m.org_id = org;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN reached IS NOT NULL;
END
$$;
ALTER FUNCTION app.roll_up_trends(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.roll_up_trends(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.roll_up_trends(text, integer) TO sync_app;
