-- Why: what an operator sees first must come in one round trip, and cost the same after ten years as on the first day.
-- Promises: one JSON object of the organization. Of each connection and entity type the newest runs are read, 50 in each direction, to say
-- how it stands; of the last 24 hours the runs of each connection, 2,000 in each direction, and 20,000 syncs that others report; of what needs a
-- person 1,000 of a kind at most, so a count of 1,000 means 1,000 or more. Rows are read in order from their indexes: sorting of tables, bitmaps
-- and sequential scans are off, and one row is looked up by a range and an order that only the primary key has.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.overview(org text) RETURNS json
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off AS $$
  WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
  connections AS MATERIALIZED (
    SELECT c.id, c.name, c.system, c.status, c.last_error, c.last_checked_at, c.paused_at FROM public.sync_connections AS c
     WHERE c.org_id = org AND c.removed_at IS NULL LIMIT 1000),
  active AS MATERIALIZED (
    SELECT s.sync_id, s.status, s.updated_at, s.pause_requested, s.rate_limited_until FROM app.active_syncs(org, 1000) AS s),
  newest AS MATERIALIZED (
    SELECT c.id, k.entity, r.sync_id, r.created_at, p.status, p.completed_at
      FROM connections AS c CROSS JOIN kinds AS k CROSS JOIN LATERAL (
        (SELECT x.sync_id, x.created_at FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.source_connection_id = c.id AND x.entity_type = k.entity AND x.kind NOT IN ('preview', 'reconcile')
          ORDER BY x.created_at DESC, x.sync_id LIMIT 50)
         UNION ALL
        (SELECT y.sync_id, y.created_at FROM (
           SELECT x.* FROM public.sync_runs AS x
            WHERE x.org_id = org AND x.destination_connection_id = c.id ORDER BY x.created_at DESC, x.sync_id LIMIT 50) AS y
          WHERE y.entity_type = k.entity AND y.kind NOT IN ('preview', 'reconcile'))) AS r
     CROSS JOIN LATERAL (
        SELECT x.status, x.completed_at FROM public.sync_progress AS x WHERE x.org_id = org AND x.sync_id >= r.sync_id AND x.sync_id <= r.sync_id ORDER BY x.sync_id LIMIT 1) AS p),
  flows AS MATERIALIZED (
    SELECT n.id, n.entity,
           (array_agg(n.sync_id ORDER BY n.created_at DESC) FILTER (WHERE n.completed_at IS NOT NULL))[1] AS last_sync_id,
           (array_agg(n.status ORDER BY n.created_at DESC) FILTER (WHERE n.completed_at IS NOT NULL))[1] AS last_status,
           max(n.completed_at) AS last_ended_at,
           max(n.completed_at) FILTER (WHERE n.status LIKE 'completed%') AS last_success_at,
           count(*) FILTER (WHERE n.completed_at IS NULL)::integer AS active
      FROM newest AS n GROUP BY n.id, n.entity),
  plans AS MATERIALIZED (
    SELECT c.id, s.entity_type AS entity, min(s.next_run_at) AS next_run_at, max(s.last_run_at) AS last_run_at,
           (array_agg(s.last_error) FILTER (WHERE s.last_error IS NOT NULL))[1] AS last_error
      FROM connections AS c CROSS JOIN LATERAL (
        SELECT x.* FROM public.sync_schedules AS x WHERE x.org_id = org AND x.connection_id = c.id LIMIT 1000) AS s
     WHERE s.enabled GROUP BY c.id, s.entity_type),
  refused AS MATERIALIZED (
    (SELECT x.is_conflict, x.entity_type, x.source_connection_id, x.destination_connection_id, x.error_class FROM public.sync_refusals AS x
      WHERE x.org_id = org AND x.is_conflict = true ORDER BY x.refused_at DESC LIMIT 1000)
     UNION ALL
    (SELECT x.is_conflict, x.entity_type, x.source_connection_id, x.destination_connection_id, x.error_class FROM public.sync_refusals AS x
      WHERE x.org_id = org AND x.is_conflict = false ORDER BY x.refused_at DESC LIMIT 1000)),
  standing AS MATERIALIZED (
    SELECT c.id, k.entity, f.last_sync_id, f.last_status, f.last_ended_at, f.last_success_at, coalesce(f.active, 0) AS active,
           s.next_run_at, s.last_error AS schedule_error,
           (SELECT count(*) FROM refused AS r WHERE r.is_conflict AND r.entity_type = k.entity
               AND c.id IN (r.source_connection_id, r.destination_connection_id))::integer AS conflict_count,
           (SELECT count(*) FROM refused AS r WHERE NOT r.is_conflict AND r.entity_type = k.entity
               AND c.id IN (r.source_connection_id, r.destination_connection_id))::integer AS failing_count,
           CASE WHEN f.last_status IN ('failed', 'timeout') OR s.last_error IS NOT NULL THEN 'failing'
                -- A schedule should have started one and did not, or what it started last has brought nothing yet.
                WHEN s.next_run_at < now() - interval '10 minutes'
                  OR s.last_run_at < now() - interval '1 hour' AND coalesce(f.last_success_at, '-infinity') < s.last_run_at THEN 'late'
                WHEN f.last_success_at IS NULL THEN 'never'
                ELSE 'fresh' END AS health
      FROM connections AS c CROSS JOIN kinds AS k
      LEFT JOIN flows AS f ON f.id = c.id AND f.entity = k.entity
      LEFT JOIN plans AS s ON s.id = c.id AND s.entity = k.entity
     WHERE f.id IS NOT NULL OR s.id IS NOT NULL),
  day AS MATERIALIZED (SELECT date_trunc('hour', now(), 'UTC') - interval '23 hours' AS since),
  of_day AS MATERIALIZED (
    SELECT c.id, date_trunc('hour', r.started_at, 'UTC') AS hour, p.status, r.conflict_count, r.left_conflicts
      FROM connections AS c CROSS JOIN day CROSS JOIN LATERAL (
        (SELECT x.sync_id, x.started_at, x.conflict_count, x.left_conflicts FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.source_connection_id = c.id AND x.started_at >= day.since
          ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 2000)
         UNION ALL
        (SELECT x.sync_id, x.started_at, x.conflict_count, x.left_conflicts FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.destination_connection_id = c.id AND x.started_at >= day.since
          ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 2000)) AS r
     CROSS JOIN LATERAL (SELECT x.status FROM public.sync_progress AS x WHERE x.org_id = org AND x.sync_id >= r.sync_id AND x.sync_id <= r.sync_id ORDER BY x.sync_id LIMIT 1) AS p),
  hours AS MATERIALIZED (
    SELECT d.id, d.hour, count(*)::integer AS sync_count,
           count(*) FILTER (WHERE d.status IN ('failed', 'timeout', 'completed_with_errors'))::integer AS failed_count,
           sum(d.conflict_count) AS conflict_count, count(*) FILTER (WHERE d.left_conflicts)::integer AS conflict_syncs
      FROM of_day AS d GROUP BY d.id, d.hour),
  reported AS MATERIALIZED (
    SELECT p.source_system, date_trunc('hour', p.started_at, 'UTC') AS hour, p.status, p.started_at FROM day CROSS JOIN LATERAL (
      SELECT x.sync_id, x.source_system, x.started_at, x.status FROM public.sync_progress AS x
       WHERE x.org_id = org AND x.started_at >= day.since ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 20000) AS p
     WHERE NOT coalesce((SELECT true FROM public.sync_runs AS x
       WHERE x.org_id = org AND x.sync_id >= p.sync_id AND x.sync_id <= p.sync_id ORDER BY x.sync_id LIMIT 1), false)),
  reported_hours AS MATERIALIZED (
    SELECT r.source_system, r.hour, count(*)::integer AS sync_count,
           count(*) FILTER (WHERE r.status IN ('failed', 'timeout', 'completed_with_errors'))::integer AS failed_count,
           0 AS conflict_count, 0 AS conflict_syncs
      FROM reported AS r GROUP BY r.source_system, r.hour),
  previews AS MATERIALIZED (
    SELECT c.summary FROM public.sync_preview_cache AS c WHERE c.org_id = org AND c.expires_at > now() LIMIT 1000)
  SELECT json_build_object(
    'since', (SELECT day.since FROM day),
    'now', (SELECT json_build_object('active', count(*),
        'running', count(*) FILTER (WHERE a.status = 'running'),
        'queued', count(*) FILTER (WHERE a.status = 'queued'),
        'paused', count(*) FILTER (WHERE a.status = 'paused'),
        'silent', count(*) FILTER (WHERE a.status = 'running' AND a.updated_at < now() - interval '1 minute' AND a.rate_limited_until IS NULL))
      FROM active AS a),
    'attention', json_build_object(
      'open_alerts', (SELECT count(*) FROM (SELECT FROM public.sync_alerts AS t
          WHERE t.org_id = org AND t.resolved_at IS NULL AND t.acknowledged_at IS NULL AND (t.muted_until IS NULL OR t.muted_until <= now())
          ORDER BY t.opened_at LIMIT 1000) AS o),
      'failed_syncs', (SELECT count(*) FROM unnest(ARRAY['failed', 'timeout', 'completed_with_errors']) AS s (status) CROSS JOIN day
        CROSS JOIN LATERAL (SELECT FROM public.sync_progress AS p
          WHERE p.org_id = org AND p.status = s.status AND p.started_at >= day.since ORDER BY p.started_at DESC, p.sync_id DESC LIMIT 1000) AS f),
      'approvals', (SELECT count(*) FROM active AS a CROSS JOIN LATERAL (
          SELECT x.approval FROM public.sync_runs AS x
           WHERE x.org_id = org AND x.sync_id >= a.sync_id AND x.sync_id <= a.sync_id ORDER BY x.sync_id LIMIT 1) AS r
        WHERE r.approval = 'wanted'),
      'conflicts', (SELECT count(*) FROM refused AS r WHERE r.is_conflict),
      'ambiguous_matches', (SELECT count(*) FROM refused AS r WHERE r.is_conflict AND r.error_class = 'ambiguous_match'),
      'failing_items', (SELECT count(*) FROM refused AS r WHERE NOT r.is_conflict),
      'ready_previews', (SELECT count(*) FROM previews AS v),
      'guarded_previews', (SELECT count(*) FROM previews AS v WHERE v.summary ->> 'guard' IS NOT NULL),
      'failing_connections', (SELECT count(*) FROM connections AS c WHERE c.status = 'failing')),
    'connections', (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'system', c.system, 'status', c.status,
        'last_error', c.last_error, 'last_checked_at', c.last_checked_at, 'paused_at', c.paused_at,
        'entities', (SELECT coalesce(json_agg(json_build_object('entity_type', s.entity, 'health', s.health, 'last_sync_id', s.last_sync_id,
            'last_status', s.last_status, 'last_ended_at', s.last_ended_at, 'last_success_at', s.last_success_at, 'active', s.active,
            'next_run_at', s.next_run_at, 'schedule_error', s.schedule_error, 'conflict_count', s.conflict_count,
            'failing_count', s.failing_count) ORDER BY s.entity), '[]') FROM standing AS s WHERE s.id = c.id),
        'hours', (SELECT coalesce(json_agg(json_build_object('hour', h.hour, 'sync_count', h.sync_count, 'failed_count', h.failed_count,
            'conflict_count', h.conflict_count, 'conflict_syncs', h.conflict_syncs) ORDER BY h.hour), '[]') FROM hours AS h WHERE h.id = c.id)) ORDER BY c.name), '[]')
      FROM connections AS c),
    'reported', (SELECT coalesce(json_agg(json_build_object('source_system', s.source_system,
        'hours', (SELECT json_agg(json_build_object('hour', h.hour, 'sync_count', h.sync_count, 'failed_count', h.failed_count,
            'conflict_count', h.conflict_count, 'conflict_syncs', h.conflict_syncs) ORDER BY h.hour) FROM reported_hours AS h WHERE h.source_system = s.source_system))
        ORDER BY s.source_system), '[]')
      FROM (SELECT DISTINCT h.source_system FROM reported_hours AS h ORDER BY h.source_system LIMIT 100) AS s))
$$;
ALTER FUNCTION app.overview(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.overview(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.overview(text) TO sync_app;
