-- Why: one list of all syncs, active and ended, must cost what it shows, whatever the filter, the search and the length of the history are.
-- Promises:
-- 1. The syncs that `wanted` describes, at most `most`, in the order asked for, from the key (after_at, after_id) on, exclusive. Rows are read in
--    order from the index of one filter, or merged from several, and compared with the others. Sorting, bitmaps and sequential scans
--    are off, so no other plan is left, whatever the planner knows.
-- 2. At most 20,000 rows an index are looked at. When that ends the search before the page is full, the last row has is_match = false, and the
--    next page goes on after it.
-- 3. A search (q, in lower case) compares the newest 250 first, and the newest 2,000 when one of those is found, since what is frequent is
--    too long to be read a whole week of. What is rarer is found by its terms week by week, by the names of connections, and by items: the syncs
--    that changed, failed or skipped one of this id, or of this e-mail, SKU or number in any case, the newest 500. Texts of fewer than three
--    characters, and other orders than the newest first, have no terms; there, rule 2 holds.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.syncs_of_item(org text, item text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
  WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
  names AS MATERIALIZED (
    SELECT item AS id
     UNION
    SELECT r.external_id FROM kinds AS k CROSS JOIN LATERAL (
      SELECT x.external_id FROM public.sync_records AS x
       WHERE x.org_id = org AND x.entity_type = k.entity AND x.known_as = lower(item) LIMIT 20) AS r),
  sought AS MATERIALIZED (
    SELECT k.entity, n.id, hashtextextended(n.id, hashtextextended(k.entity, 0)) AS item FROM names AS n CROSS JOIN kinds AS k)
  SELECT DISTINCT found.sync_id FROM (
    (SELECT f.sync_id FROM names AS n CROSS JOIN LATERAL (
       SELECT x.sync_id FROM public.sync_items AS x
        WHERE x.org_id = org AND x.external_id = n.id ORDER BY x.updated_at DESC LIMIT 100) AS f)
     UNION ALL
    (SELECT c.sync_id FROM sought AS s CROSS JOIN LATERAL (
       (SELECT x.sync_id FROM public.sync_changes AS x
         WHERE x.org_id = org AND x.item = s.item AND x.entity_type = s.entity AND x.external_id = s.id
         ORDER BY x.at DESC LIMIT 100)
        UNION ALL
       (SELECT x.sync_id FROM public.sync_changes AS x
         WHERE x.org_id = org AND x.entity_type = s.entity AND x.destination_id = s.id ORDER BY x.at DESC LIMIT 100)) AS c)
    ) AS found LIMIT 500
$$;
ALTER FUNCTION app.syncs_of_item(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.syncs_of_item(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.syncs_of_item(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.find_syncs(org text, wanted jsonb, most integer)
  RETURNS TABLE (sync_id text, sort_at timestamptz, is_match boolean)
LANGUAGE plpgsql VOLATILE ROWS 50 SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
  needle text := lower(wanted ->> 'q');
  statuses text[] := ARRAY(SELECT jsonb_array_elements_text(wanted -> 'statuses'));
  entity text := wanted ->> 'entity_type';
  run_kind text := wanted ->> 'kind';
  by_user text := wanted ->> 'user';
  by_source text := wanted ->> 'source_system';
  by_conflicts boolean := (wanted ->> 'conflicts')::boolean;
  connection uuid := (wanted ->> 'connection_id')::uuid;
  by_end boolean := coalesce(wanted ->> 'by', 'started') = 'ended';
  upwards boolean := coalesce((wanted ->> 'upwards')::boolean, false);
  since timestamptz := coalesce((wanted ->> 'from')::timestamptz, '-infinity');
  until timestamptz := coalesce((wanted ->> 'to')::timestamptz, 'infinity');
  after_at timestamptz := coalesce((wanted ->> 'after_at')::timestamptz, CASE WHEN upwards THEN since ELSE until END);
  after_id text := coalesce(wanted ->> 'after_id', '');
  named uuid[] := '{}';
  touched text[] := '{}';
  has_terms boolean := length(needle) >= 3 AND NOT by_end AND NOT upwards;
  key text := CASE WHEN by_end THEN 'p.completed_at' ELSE 'p.started_at' END;
  run_key CONSTANT text := 'r.started_at';
  -- By a range and an order that only the primary key has, so that no plan looks through another index for the id.
  its_run CONSTANT text := 'LEFT JOIN LATERAL (SELECT * FROM public.sync_runs x
    WHERE x.org_id = $1 AND x.sync_id >= p.sync_id AND x.sync_id <= p.sync_id ORDER BY x.sync_id LIMIT 1) AS r ON true';
  its_progress CONSTANT text := 'CROSS JOIN LATERAL (SELECT * FROM public.sync_progress x
    WHERE x.org_id = $1 AND x.sync_id >= %1$s AND x.sync_id <= %1$s ORDER BY x.sync_id LIMIT 1) AS p';
  from_syncs CONSTANT text := 'public.sync_progress p ' || its_run;
  from_runs CONSTANT text := 'public.sync_runs r ' || format(its_progress, 'r.sync_id');
  -- Who a row is compared with; a null or an empty list asks for nothing.
  compared CONSTANT text := $sql$
    coalesce((cardinality($3) = 0 OR p.status = ANY ($3)) AND ($4 IS NULL OR p.entity_type = $4)
      AND ($5 IS NULL OR coalesce(r.kind, 'reported') = $5) AND ($6 IS NULL OR p.initiated_by = $6)
      AND ($14 IS NULL OR p.source_system = $14) AND ($15 IS NULL OR coalesce(r.left_conflicts, false) = $15)
      AND ($7 IS NULL OR r.source_connection_id = $7 OR r.destination_connection_id = $7)
      AND ($2 IS NULL OR strpos(lower(concat_ws(E'\n', p.sync_id, p.entity_type, p.source_system, p.initiated_by)), $2) > 0
        OR r.source_connection_id = ANY ($8) OR r.destination_connection_id = ANY ($8) OR p.sync_id = ANY ($9)), false)$sql$;
  -- An index each: FROM, the column that it begins with and the value of that, null for none, and its key.
  streams text[][] := '{}';
  stream text[];
  looks integer := CASE WHEN has_terms THEN 2000 ELSE 20000 END;
  looked integer;
  hits integer;
  ids text[] := '{}';
  ats timestamptz[] := '{}';
  -- Nothing before this key is known.
  horizon_at timestamptz;
  horizon_id text;
  step record;
  week integer;
  newest integer;
  oldest integer;
BEGIN
  IF needle IS NOT NULL THEN
    named := ARRAY(SELECT c.id FROM public.sync_connections AS c
                    WHERE c.org_id = org AND c.removed_at IS NULL AND strpos(lower(c.name), needle) > 0 LIMIT 20);
    touched := ARRAY(SELECT app.syncs_of_item(org, wanted ->> 'q'));
  END IF;
  -- The index of the filter that most likely leaves the least.
  streams := CASE
    WHEN by_end THEN ARRAY[[from_syncs, NULL, NULL, key, 'p.sync_id']]
    WHEN connection IS NOT NULL THEN ARRAY[
      [from_runs, 'r.source_connection_id', format('%L::uuid', connection), run_key, 'r.sync_id'],
      [from_runs, 'r.destination_connection_id', format('%L::uuid', connection), run_key, 'r.sync_id']]
    WHEN by_conflicts THEN ARRAY[[from_runs, 'r.left_conflicts', 'true', run_key, 'r.sync_id']]
    WHEN by_user IS NOT NULL THEN ARRAY[[from_syncs, 'p.initiated_by', '$6', key, 'p.sync_id']]
    -- Most syncs are completed; any other status leaves less than a source.
    WHEN by_source IS NOT NULL AND (cardinality(statuses) = 0 OR 'completed' = ANY (statuses)) THEN
      ARRAY[[from_syncs, 'p.source_system', '$14', key, 'p.sync_id']]
    WHEN cardinality(statuses) > 0 THEN
      ARRAY(SELECT ARRAY[from_syncs, 'p.status', quote_literal(s), key, 'p.sync_id'] FROM unnest(statuses) AS s)
    WHEN run_kind <> 'reported' THEN ARRAY[[from_runs, 'r.kind', '$5', run_key, 'r.sync_id']]
    WHEN entity IS NOT NULL THEN ARRAY[[from_syncs, 'p.entity_type', '$4', key, 'p.sync_id']]
    ELSE ARRAY[[from_syncs, NULL, NULL, key, 'p.sync_id']] END;

  FOR round IN 1..2 LOOP
    FOREACH stream SLICE 1 IN ARRAY streams LOOP
      looked := 0;
      hits := 0;
      -- The value of the index is a part of the order and of the bounds, not compared by itself: no other index has that order.
      FOR step IN EXECUTE format(
        'SELECT p.sync_id, %2$s AS at, %3$s AS is_match FROM %1$s
          WHERE %9$s.org_id = $1 %10$s AND (%4$s%2$s, %6$s) %7$s (%5$s$10, $11) AND (%4$s%2$s) >= (%5$s$12) AND (%4$s%2$s) < (%5$s$13)
          ORDER BY %11$s%2$s %8$s, %6$s %8$s',
        stream[1], stream[4], compared, coalesce(stream[2] || ', ', ''), coalesce(stream[3] || ', ', ''), stream[5],
        CASE WHEN upwards THEN '>' ELSE '<' END, CASE WHEN upwards THEN 'ASC' ELSE 'DESC' END, left(stream[5], 1),
        CASE WHEN by_end THEN 'AND p.completed_at IS NOT NULL' ELSE '' END,
        coalesce(stream[2] || CASE WHEN upwards THEN ' ASC, ' ELSE ' DESC, ' END, ''))
        USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts
      LOOP
        looked := looked + 1;
        IF step.is_match THEN
          hits := hits + 1;
          ids := ids || step.sync_id;
          ats := ats || step.at;
        END IF;
        EXIT WHEN hits >= most;
        IF looked >= looks OR looked >= 250 AND hits = 0 AND has_terms AND round = 1 THEN
          IF horizon_at IS NULL OR (upwards AND (step.at, step.sync_id) < (horizon_at, horizon_id))
             OR (NOT upwards AND (step.at, step.sync_id) > (horizon_at, horizon_id)) THEN
            horizon_at := step.at;
            horizon_id := step.sync_id;
          END IF;
          EXIT;
        END IF;
      END LOOP;
    END LOOP;
    -- All was seen, or enough is known.
    EXIT WHEN NOT has_terms OR round = 2 OR horizon_at IS NULL OR most <= (
      SELECT count(DISTINCT h.id) FROM unnest(ids, ats) AS h (id, at) WHERE (h.at, h.id) >= (horizon_at, horizon_id));
    horizon_at := NULL;
    horizon_id := NULL;
    looks := 20000;
    hits := 0;
    newest := app.week_of_start(least(after_at, until, now() + interval '1 week'));
    SELECT greatest(app.week_of_start(greatest(min(p.started_at), since)), newest - 1000) INTO oldest
      FROM public.sync_progress AS p WHERE p.org_id = org;
    -- In the order of the weeks and in none within one, so a week is read to its end.
    FOR step IN EXECUTE format(
      'SELECT w.week, p.sync_id, p.started_at AS at FROM generate_series($16, $17, -1) AS w (week)
         CROSS JOIN LATERAL app.syncs_with_terms($1, app.search_terms($1, w.week, $2)) AS t (id)
         %s %s
        WHERE %s AND app.week_of_start(p.started_at) = w.week AND (p.started_at, p.sync_id) < ($10, $11)
          AND p.started_at >= $12 AND p.started_at < $13', format(its_progress, 't.id'), its_run, compared)
      USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts, newest, oldest
    LOOP
      EXIT WHEN hits >= most AND step.week < week;
      week := step.week;
      hits := hits + 1;
      ids := ids || step.sync_id;
      ats := ats || step.at;
    END LOOP;
    IF oldest = newest - 1000 AND hits < most THEN
      horizon_at := to_timestamp(oldest::double precision * 604800);
      horizon_id := '';
    END IF;
    FOR step IN EXECUTE format(
      'SELECT p.sync_id, p.started_at AS at FROM unnest($9) AS t (id)
         %s %s
        WHERE %s AND (p.started_at, p.sync_id) < ($10, $11) AND p.started_at >= $12 AND p.started_at < $13', format(its_progress, 't.id'), its_run, compared)
      USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts
    LOOP
      ids := ids || step.sync_id;
      ats := ats || step.at;
    END LOOP;
    streams := ARRAY(SELECT ARRAY[from_runs, c, format('%L::uuid', n), run_key, 'r.sync_id']
                       FROM unnest(named) AS n, unnest(ARRAY['r.source_connection_id', 'r.destination_connection_id']) AS c);
    EXIT WHEN cardinality(named) = 0;
  END LOOP;

  RETURN QUERY EXECUTE format(
    'SELECT h.id, h.at, true FROM (SELECT DISTINCT * FROM unnest($1, $2) AS u (id, at)) AS h
      WHERE $3 IS NULL OR (h.at, h.id) %1$s ($3, $4) ORDER BY h.at %2$s, h.id %2$s LIMIT $5',
    CASE WHEN upwards THEN '<=' ELSE '>=' END, CASE WHEN upwards THEN 'ASC' ELSE 'DESC' END)
    USING ids, ats, horizon_at, horizon_id, most;
  GET DIAGNOSTICS looked = ROW_COUNT;
  IF looked < most AND horizon_at IS NOT NULL THEN
    RETURN QUERY SELECT horizon_id, horizon_at, false;
  END IF;
END
$$;
ALTER FUNCTION app.find_syncs(text, jsonb, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_syncs(text, jsonb, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_syncs(text, jsonb, integer) TO sync_app;
