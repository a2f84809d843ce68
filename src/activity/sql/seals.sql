-- Why: nobody may edit the trail, and an auditor has to be able to tell whether somebody did who has more rights than the service: the
-- owner of the tables, a superuser, whoever has a backup. Each organization's entries are sealed in batches, each seal holds the hash of
-- the one before, and a seal that was noted elsewhere vouches for all before it.
-- Promises: writers of entries wait for no seal. An entry is sealed once its transaction has ended, also when it began before entries
-- that are sealed already, as long as it took at most 10 minutes. The hashes depend on no setting of the session.
-- Callers: sealing, sync_app (the task of src/activity/activity.sealing.ts); the hashes and the verification, also sync_sql.

CREATE OR REPLACE FUNCTION app.activity_entry_hash(entry public.sync_activity_log) RETURNS bytea
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
RETURN sha256(convert_to(jsonb_build_array(entry.org_id, entry.id,
  to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.sync_id, entry.entity_type, entry.activity_type,
  entry.status, entry.source_system, entry.user_id, entry.record_count, entry.duration_seconds, entry.error_message,
  entry.details)::text, 'UTF8'));
ALTER FUNCTION app.activity_entry_hash(public.sync_activity_log) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_entry_hash(public.sync_activity_log) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_entry_hash(public.sync_activity_log) TO sync_app, sync_sql;

CREATE OR REPLACE FUNCTION app.activity_seal_hash(seal public.sync_activity_seals) RETURNS bytea
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN sha256(seal.previous_hash || convert_to(jsonb_build_array(seal.org_id, seal.sequence,
  to_char(seal.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), seal.entry_ids,
  ARRAY(SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') FROM unnest(seal.entry_times) WITH ORDINALITY AS e (t, n) ORDER BY n),
  ARRAY(SELECT encode(h, 'hex') FROM unnest(seal.entry_hashes) WITH ORDINALITY AS e (h, n) ORDER BY n))::text, 'UTF8'));
ALTER FUNCTION app.activity_seal_hash(public.sync_activity_seals) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_seal_hash(public.sync_activity_seals) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_seal_hash(public.sync_activity_seals) TO sync_app, sync_sql;

-- The entries of the organization that no seal holds, of transactions that may have ended since the last one, oldest first.
CREATE OR REPLACE FUNCTION app.unsealed_entries(org text, most integer) RETURNS SETOF public.sync_activity_log
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH reached AS MATERIALIZED (
  SELECT coalesce((SELECT s.reaches - interval '10 minutes' FROM public.sync_activity_seals s
                    WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1), '-infinity') AS since),
-- Seals reach forward in time but for such late entries, so those that hold an entry since then are among the newest. NOT IN is looked up in a
-- hash, where NOT EXISTS compares each entry with each sealed one, as Postgres takes the arrays for short.
recent AS MATERIALIZED (
  SELECT e.id FROM public.sync_activity_seals s CROSS JOIN LATERAL unnest(s.entry_ids) AS e (id)
   WHERE e.id IS NOT NULL AND s.org_id = org AND s.sequence > coalesce((
           SELECT b.sequence FROM public.sync_activity_seals b, reached r
            WHERE b.org_id = org AND b.reaches < r.since - interval '10 minutes'
            ORDER BY b.sequence DESC LIMIT 1), 0))
SELECT e.* FROM reached r CROSS JOIN LATERAL (
  SELECT l.* FROM public.sync_activity_log l
   WHERE l.org_id = org AND l.created_at > r.since AND l.id NOT IN (SELECT s.id FROM recent s)
   ORDER BY l.created_at, l.id LIMIT most) AS e
$$;
ALTER FUNCTION app.unsealed_entries(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.unsealed_entries(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.unsealed_entries(text, integer) TO sync_app, sync_sql;

-- Returns how many entries it sealed: those of one month, at most 1,000. Runs as the owner, for the organization alone: nobody else may
-- write a seal. A second one at the same time seals nothing.
CREATE OR REPLACE FUNCTION app.seal_entries(org text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  last public.sync_activity_seals;
  seal public.sync_activity_seals;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  SELECT * INTO last FROM public.sync_activity_seals s WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1;
  WITH open AS MATERIALIZED (SELECT e FROM app.unsealed_entries(org, 1000) AS e),
  month AS (SELECT date_trunc('month', min((o.e).created_at) AT TIME ZONE 'UTC') AS begins FROM open o)
  SELECT array_agg((o.e).id ORDER BY (o.e).created_at, (o.e).id),
         array_agg((o.e).created_at ORDER BY (o.e).created_at, (o.e).id),
         array_agg(app.activity_entry_hash(o.e) ORDER BY (o.e).created_at, (o.e).id)
    INTO seal.entry_ids, seal.entry_times, seal.entry_hashes
    FROM open o, month m WHERE date_trunc('month', (o.e).created_at AT TIME ZONE 'UTC') = m.begins;
  IF seal.entry_ids IS NULL THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN 0;
  END IF;
  seal.org_id := org;
  seal.sequence := coalesce(last.sequence, 0) + 1;
  seal.sealed_at := clock_timestamp();
  seal.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  seal.hash := app.activity_seal_hash(seal);
  INSERT INTO public.sync_activity_seals (org_id, sequence, sealed_at, entry_ids, entry_times, entry_hashes, previous_hash, hash)
  VALUES (seal.org_id, seal.sequence, seal.sealed_at, seal.entry_ids, seal.entry_times, seal.entry_hashes, seal.previous_hash, seal.hash)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    seal.entry_ids := '{}';
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN cardinality(seal.entry_ids);
END
$$;
ALTER FUNCTION app.seal_entries(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.seal_entries(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.seal_entries(text) TO sync_app;

-- Names only, and by steps of the primary key. Belongs to sync_directory, which may read no other column.
CREATE OR REPLACE FUNCTION app.organizations_of_the_trail(after text, most integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
  org text := coalesce(after, '');
BEGIN
  FOR step IN 1 .. most LOOP
    org := (SELECT t.org_id FROM public.sync_activity_log t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1);
    EXIT WHEN org IS NULL;
    RETURN NEXT org;
  END LOOP;
END
$$;
ALTER FUNCTION app.organizations_of_the_trail(text, integer) OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.organizations_of_the_trail(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.organizations_of_the_trail(text, integer) TO sync_app;

-- The seals after one, at most so many, each with what is first wrong with it; null: nothing. The entries of a month that was detached are
-- not looked at. `entry_id` is the first of the seal when the seal itself is wrong.
CREATE OR REPLACE FUNCTION app.verify_seals(org text, after bigint, most integer)
RETURNS TABLE (sequence bigint, entries integer, reason text, entry_id uuid)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
SELECT s.sequence, cardinality(s.entry_ids),
       CASE WHEN s.sequence <> coalesce(b.sequence, 0) + 1 OR s.previous_hash <> coalesce(b.hash, decode(repeat('00', 32), 'hex'))
              THEN 'seal_removed'
            WHEN app.activity_seal_hash(s) <> s.hash THEN 'seal_altered'
            ELSE wrong.reason END,
       CASE WHEN s.sequence <> coalesce(b.sequence, 0) + 1 OR s.previous_hash <> coalesce(b.hash, decode(repeat('00', 32), 'hex'))
              OR app.activity_seal_hash(s) <> s.hash THEN s.entry_ids[1]
            ELSE wrong.id END
  FROM (SELECT * FROM public.sync_activity_seals WHERE org_id = org AND sequence > after ORDER BY sequence LIMIT most) AS s
  LEFT JOIN LATERAL (SELECT p.sequence, p.hash FROM public.sync_activity_seals p
                      WHERE p.org_id = org AND p.sequence < s.sequence ORDER BY p.sequence DESC LIMIT 1) AS b ON true
  LEFT JOIN LATERAL (
    SELECT e.id, CASE WHEN l.id IS NULL THEN 'removed' ELSE 'altered' END AS reason
      FROM unnest(s.entry_ids, s.entry_times, s.entry_hashes) WITH ORDINALITY AS e (id, at, hash, place)
      LEFT JOIN public.sync_activity_log l ON l.org_id = org AND l.created_at = e.at AND l.id = e.id
     WHERE (l.id IS NULL OR app.activity_entry_hash(l) <> e.hash) AND app.has_activity_partition(e.at)
     ORDER BY e.place LIMIT 1) AS wrong ON true
 ORDER BY s.sequence
$$;
ALTER FUNCTION app.verify_seals(text, bigint, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.verify_seals(text, bigint, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.verify_seals(text, bigint, integer) TO sync_app, sync_sql;

-- The page of entries after one that no seal holds: how many were looked at, the last of them, how many are in no seal, and of these the
-- first that was inserted behind what was sealed (more than 10 minutes before the newest sealed entry).
CREATE OR REPLACE FUNCTION app.verify_unsealed(org text, after_time timestamptz, after_id uuid, most integer)
RETURNS TABLE (looked_at integer, last_time timestamptz, last_id uuid, unsealed integer, inserted uuid)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH page AS MATERIALIZED (
  SELECT l.created_at, l.id FROM public.sync_activity_log l
   WHERE l.org_id = org AND (l.created_at, l.id) > (coalesce(after_time, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
   ORDER BY l.created_at, l.id LIMIT most),
reached AS MATERIALIZED (
  SELECT s.reaches AS at FROM public.sync_activity_seals s
   WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1),
sealed AS MATERIALIZED (
  SELECT e.id FROM public.sync_activity_seals s CROSS JOIN LATERAL unnest(s.entry_ids) AS e (id)
   WHERE e.id IS NOT NULL AND s.org_id = org AND s.begins <= (SELECT max(p.created_at) FROM page p)
     AND s.reaches >= (SELECT min(p.created_at) FROM page p)),
open AS MATERIALIZED (SELECT p.* FROM page p WHERE p.id NOT IN (SELECT s.id FROM sealed s))
SELECT (SELECT count(*) FROM page)::integer,
       (SELECT p.created_at FROM page p ORDER BY p.created_at DESC, p.id DESC LIMIT 1),
       (SELECT p.id FROM page p ORDER BY p.created_at DESC, p.id DESC LIMIT 1),
       (SELECT count(*) FROM open)::integer,
       (SELECT o.id FROM open o, reached r WHERE o.created_at <= r.at - interval '10 minutes' ORDER BY o.created_at, o.id LIMIT 1)
$$;
ALTER FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) TO sync_app, sync_sql;
