-- Why: a sync is found by any part of what names it. migrations/0015-sync-search.ts tells how that stays within row-level security.
-- Promises: search_terms makes the terms of a text, the same for what is stored and what is asked for: one of every three characters, in
-- lower case. Each start of a sync stores the terms of its week; a sync whose start moves to another week is stored for that, too, and
-- nothing is ever taken out, so a reader compares what it finds. syncs_with_terms returns the syncs that have all of the terms, perhaps more
-- than once.
-- Callers: triggers of public.sync_progress, whose condition sync_maintenance evaluates when it ends a sync; app.find_syncs.

CREATE OR REPLACE FUNCTION app.week_of_start(at timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT floor(extract(epoch FROM at) / 604800)::integer
$$;
ALTER FUNCTION app.week_of_start(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.week_of_start(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.week_of_start(timestamptz) TO sync_app, sync_maintenance, sync_sql;

CREATE OR REPLACE FUNCTION app.search_terms(org text, week integer, words text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT hashtextextended(org || E'\n' || week || E'\n' || substr(lower(words), place, 3), 0)), '{}')
    FROM generate_series(1, length(lower(words)) - 2) AS place
$$;
ALTER FUNCTION app.search_terms(text, integer, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.search_terms(text, integer, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.search_terms(text, integer, text) TO sync_app, sync_sql;

CREATE OR REPLACE FUNCTION app.store_search_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.sync_search (org_id, sync_id, terms)
  VALUES (NEW.org_id, NEW.sync_id, app.search_terms(NEW.org_id, app.week_of_start(NEW.started_at),
    concat_ws(E'\n', NEW.sync_id, NEW.entity_type, NEW.source_system, NEW.initiated_by)));
  RETURN NULL;
END
$$;
ALTER FUNCTION app.store_search_terms() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_search_terms() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER search_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW EXECUTE FUNCTION app.store_search_terms();
CREATE OR REPLACE TRIGGER search_on_move AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.started_at <> NEW.started_at AND app.week_of_start(OLD.started_at) <> app.week_of_start(NEW.started_at))
  EXECUTE FUNCTION app.store_search_terms();

CREATE OR REPLACE FUNCTION app.syncs_with_terms(org text, wanted bigint[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = on AS $$
BEGIN
  PERFORM set_config('app.searched_terms', wanted::text, true);
  RETURN QUERY SELECT s.sync_id FROM public.sync_search AS s WHERE s.org_id = org;
  PERFORM set_config('app.searched_terms', '', true);
END
$$;
ALTER FUNCTION app.syncs_with_terms(text, bigint[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.syncs_with_terms(text, bigint[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.syncs_with_terms(text, bigint[]) TO sync_app;
