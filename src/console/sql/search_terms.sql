-- Why: a sync is found by any part of what names it. migrations/0015-sync-search.ts tells how that stays within row-level security.
-- Promises: search_terms makes the terms of a text, the same for what is stored and what is asked for: one of every three characters, in
-- lower case. What a client of plain SQL stores are the terms of a sync of its own, whatever it says: with those of another organization
-- it could fill what the searches of that one read. Each start of a sync stores the terms of its week; a sync whose start moves to another week is stored for that, too, and
-- nothing is ever taken out, so a reader compares what it finds. syncs_with_terms returns the syncs that have all of the terms of a text, and
-- others that have some of them, perhaps more than once.
-- Callers: triggers of public.sync_search and of public.sync_progress, whose condition sync_maintenance evaluates when it ends a sync; app.find_syncs.

CREATE OR REPLACE FUNCTION app.week_of_start(at timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT floor(extract(epoch FROM at) / 604800)::integer
$$;
ALTER FUNCTION app.week_of_start(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.week_of_start(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.week_of_start(timestamptz) TO sync_app, sync_maintenance, sync_sql;

-- The organization and the week are hashed once, into the seed of the others: half the time of hashing them with each term.
CREATE OR REPLACE FUNCTION app.search_terms(org text, week integer, words text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  folded CONSTANT text := lower(words);
  seed CONSTANT bigint := hashtextextended(org || E'\n' || week, 0);
BEGIN
  RETURN ARRAY(SELECT hashtextextended(substr(folded, place, 3), seed) FROM generate_series(1, length(folded) - 2) AS place);
END
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

CREATE OR REPLACE FUNCTION app.own_search_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The superuser has the role's rights, too, and restores what was stored.
  IF NOT EXISTS (SELECT FROM auth.sql_roles AS r WHERE r.role_name = session_user) THEN
    RETURN NEW;
  END IF;
  SELECT app.search_terms(p.org_id, app.week_of_start(p.started_at),
    concat_ws(E'\n', p.sync_id, p.entity_type, p.source_system, p.initiated_by)) INTO NEW.terms
    FROM public.sync_progress AS p WHERE p.org_id = NEW.org_id AND p.sync_id = NEW.sync_id;
  RETURN CASE WHEN FOUND THEN NEW END;
END
$$;
ALTER FUNCTION app.own_search_terms() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.own_search_terms() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER own_search_terms BEFORE INSERT ON public.sync_search
  FOR EACH ROW WHEN (pg_has_role(current_user, 'sync_sql', 'USAGE')) EXECUTE FUNCTION app.own_search_terms();

CREATE OR REPLACE FUNCTION app.syncs_with_terms(org text, wanted bigint[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = on AS $$
BEGIN
  -- Every third term and the last: they have each character of the text, and each term more is a descent of the index.
  PERFORM set_config('app.searched_terms', ARRAY(SELECT wanted[place] FROM generate_series(1, cardinality(wanted), 3) AS place
    UNION ALL SELECT wanted[cardinality(wanted)])::text, true);
  RETURN QUERY SELECT s.sync_id FROM public.sync_search AS s WHERE s.org_id = org;
  PERFORM set_config('app.searched_terms', '', true);
END
$$;
ALTER FUNCTION app.syncs_with_terms(text, bigint[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.syncs_with_terms(text, bigint[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.syncs_with_terms(text, bigint[]) TO sync_app;
