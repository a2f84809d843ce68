-- Why: what a run changed can be taken back, and shown in the history of an item, for some weeks.
-- Promises: app.keep_changes stores the changes of one batch in the partition of the week in which the run started, one row per item and
-- kind of change, and returns their size: 150 bytes each besides their values, since to measure whole rows costs as much as a tenth of
-- storing them. When a run changes an item again, the row keeps what it was at first. What is too large is kept
-- without its values. app.empty_expired_changes empties the partitions whose weeks ended more than so many days ago, and returns how
-- many; one that is in use is left for the next time. Weeks go round in the ring of partitions that the migration makes, so a partition
-- must be empty before its turn comes again: at most 84 days are kept.
-- Rows are inserted from a select that begins at the run, as in commit_batch.sql.
-- Callers: sync_app, through app.commit_batch and by the scheduled task expired-changes.

CREATE OR REPLACE FUNCTION app.week_of_changes(started timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN (floor(extract(epoch FROM started) / 604800)::bigint % 14)::smallint;
ALTER FUNCTION app.week_of_changes(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.week_of_changes(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.week_of_changes(timestamptz) TO sync_app, sync_maintenance;

CREATE OR REPLACE FUNCTION app.keep_changes(org text, sync text, entity text, started timestamptz, given jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of_week CONSTANT smallint := app.week_of_changes(started);
  size bigint;
BEGIN
  WITH kept AS (
    INSERT INTO public.sync_changes AS c (org_id, week, sync_id, kind, external_id, entity_type, destination_id, via_archive, after_hash,
      was, became, is_partial, reason)
    SELECT r.org_id, of_week, sync, g.kind, g.external_id, entity, g.destination_id, coalesce(g.via_archive, false),
           g.after_hash, CASE WHEN NOT g.is_large THEN g.was END, CASE WHEN NOT g.is_large THEN g.became END,
           coalesce(g.is_partial, false) OR g.is_large, g.reason
      FROM public.sync_runs AS r
     CROSS JOIN (SELECT x.*, coalesce(pg_column_size(x.was), 0) + coalesce(pg_column_size(x.became), 0) > 32768 AS is_large
              FROM jsonb_to_recordset(given) AS x (external_id text, kind text, destination_id text, via_archive boolean,
                     after_hash text, was jsonb, became jsonb, is_partial boolean, reason text)) AS g
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, kind, external_id, week) DO UPDATE
       SET destination_id = EXCLUDED.destination_id, via_archive = c.via_archive OR EXCLUDED.via_archive,
           after_hash = EXCLUDED.after_hash, was = EXCLUDED.was || c.was, became = c.became || EXCLUDED.became,
           is_partial = c.is_partial OR EXCLUDED.is_partial, reason = EXCLUDED.reason, at = EXCLUDED.at
    RETURNING c.was, c.became
  )
  SELECT coalesce(sum(150 + coalesce(pg_column_size(k.was), 0) + coalesce(pg_column_size(k.became), 0)), 0) INTO size FROM kept k;
  RETURN size;
END
$$;
ALTER FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) TO sync_app;

-- Whether a table has rows, also such as nobody may see who asks. Of a distributed one, Postgres knows the size of an empty shell only.
CREATE OR REPLACE FUNCTION app.takes_space(of_table regclass) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_distributed boolean := false;
  size bigint;
BEGIN
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = $1)' INTO is_distributed USING of_table;
  END IF;
  IF is_distributed THEN
    EXECUTE 'SELECT pg_catalog.citus_relation_size($1)' INTO size USING of_table;
  ELSE
    size := pg_relation_size(of_table);
  END IF;
  RETURN size > 0;
END
$$;
ALTER FUNCTION app.takes_space(regclass) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.takes_space(regclass) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- It belongs to the owner, who alone may empty a table whole.
CREATE OR REPLACE FUNCTION app.empty_expired_changes(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '250ms' AS $$
DECLARE
  kept_days integer := least(greatest(days, 1), 84);
  partition text;
  emptied integer := 0;
BEGIN
  -- A week that ended so long ago, and each before it up to the next turn of the ring.
  FOR ago IN (kept_days + 6) / 7 + 1 .. 13 LOOP
    partition := format('public.sync_changes_%s', lpad(app.week_of_changes(now() - make_interval(weeks => ago))::text, 2, '0'));
    CONTINUE WHEN NOT app.takes_space(partition);
    BEGIN
      EXECUTE 'TRUNCATE ' || partition;
      emptied := emptied + 1;
    EXCEPTION WHEN lock_not_available THEN
      NULL;
    END;
  END LOOP;
  RETURN emptied;
END
$$;
ALTER FUNCTION app.empty_expired_changes(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.empty_expired_changes(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.empty_expired_changes(integer) TO sync_app;
