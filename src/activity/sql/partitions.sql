-- Why: row-level security is not inherited by partitions, so a partition must never be made without ENABLE, FORCE and no grants, and
-- nobody should have to remember it. sync_backup reads it all the same: a month that is detached is a table of its own, and is backed up.
-- Promises: each month from this one to the twelfth ahead has a partition once it was asked for, and one that was detached is attached
-- again; neither holds up writers (LIKE and ATTACH take SHARE UPDATE EXCLUSIVE, PARTITION OF would take ACCESS EXCLUSIVE) nor waits
-- longer than 10 seconds for a lock. One made by hand is protected by the next call. They run as the owner of the table, who alone may
-- attach, and touch no rows.
-- Callers: sync_app and sync_maintenance, and for the current month sync_sql: the triggers that write an entry run as either. A month
-- ahead is refused to sync_sql, since making it locks the table until the transaction ends.

CREATE OR REPLACE FUNCTION app.activity_partition_name(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN 'sync_activity_log_' || to_char(at AT TIME ZONE 'UTC', 'YYYY_MM');
ALTER FUNCTION app.activity_partition_name(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_partition_name(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_partition_name(timestamptz) TO sync_app, sync_maintenance, sync_sql;

-- A table of the month's name is not enough: somebody may have detached it, or have begun to, and no later statement reads it then.
CREATE OR REPLACE FUNCTION app.has_activity_partition(at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM pg_inherits i
                  WHERE i.inhrelid = to_regclass('public.' || app.activity_partition_name(at))
                    AND i.inhparent = 'public.sync_activity_log'::regclass AND NOT i.inhdetachpending);
END
$$;
ALTER FUNCTION app.has_activity_partition(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.has_activity_partition(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.has_activity_partition(timestamptz) TO sync_app, sync_maintenance, sync_sql;

CREATE OR REPLACE FUNCTION app.ensure_activity_partition(at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
  partition text := app.activity_partition_name(at);
  month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
BEGIN
  IF at NOT BETWEEN now() - interval '2 months' AND now() + interval '13 months'
     OR EXISTS (SELECT FROM auth.sql_roles r WHERE r.role_name = session_user)
        AND at NOT BETWEEN now() - interval '1 second' AND now() THEN
    RAISE EXCEPTION 'no partition is made for %, only for this month and those ahead', at
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF app.has_activity_partition(at) THEN
    RETURN partition;
  END IF;
  -- Two writers may find the month missing at once: the second waits here, then sees what the first made.
  LOCK TABLE public.sync_activity_log IN SHARE UPDATE EXCLUSIVE MODE;
  IF app.has_activity_partition(at) THEN
    RETURN partition;
  END IF;
  IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.sync_activity_log INCLUDING ALL)', partition);
  END IF;
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
  -- One that is attached again has it already.
  IF NOT EXISTS (SELECT FROM pg_policy p
                  WHERE p.polrelid = to_regclass('public.' || quote_ident(partition)) AND p.polname = 'backup') THEN
    EXECUTE format('CREATE POLICY backup ON public.%I FOR SELECT TO sync_backup USING (true)', partition);
  END IF;
  EXECUTE format('GRANT SELECT ON public.%I TO sync_backup', partition);
  EXECUTE format('ALTER TABLE public.sync_activity_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    partition, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
  RETURN partition;
EXCEPTION WHEN invalid_object_definition OR invalid_table_definition OR wrong_object_type OR datatype_mismatch
    OR insufficient_privilege OR check_violation THEN
  -- Somebody's partition under another name covers the month: what is written finds its place there. Or somebody's table has the name and
  -- is no partition for it: what is written finds no place, which the service answers with 503.
  RETURN NULL;
END
$$;
ALTER FUNCTION app.ensure_activity_partition(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.ensure_activity_partition(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.ensure_activity_partition(timestamptz) TO sync_app, sync_maintenance, sync_sql;

CREATE OR REPLACE FUNCTION app.prepare_activity_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
  child regclass;
  changed integer := 0;
BEGIN
  FOR ahead IN 0 .. least(months_ahead, 12) LOOP
    IF NOT app.has_activity_partition(now() + ahead * interval '1 month') THEN
      changed := changed + (app.ensure_activity_partition(now() + ahead * interval '1 month') IS NOT NULL)::integer;
    END IF;
  END LOOP;
  -- A partition made by hand has neither protection: it gets it here.
  FOR child IN
    SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.sync_activity_log'::regclass
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity
         AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup'))
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', child);
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, sync_app, sync_maintenance', child);
    EXECUTE format('DROP POLICY IF EXISTS backup ON %s', child);
    EXECUTE format('CREATE POLICY backup ON %s FOR SELECT TO sync_backup USING (true)', child);
    EXECUTE format('GRANT SELECT ON %s TO sync_backup', child);
    changed := changed + 1;
  END LOOP;
  RETURN changed;
END
$$;
ALTER FUNCTION app.prepare_activity_partitions(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.prepare_activity_partitions(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.prepare_activity_partitions(integer) TO sync_app, sync_maintenance;

-- A new database takes entries by plain SQL at once.
SELECT app.prepare_activity_partitions(3);
