-- Why: nobody may change an entry of the trail, and whoever asks for it must be erased. So no entry holds an e-mail address: a token stands
-- in its place, and the address that belongs to it in a table of its own. Without that row nobody can tell any more whose token it was, and
-- the trail is still what was sealed. What a system said stands in typographic quotation marks in a message; where it has an address, it may say more of
-- the person, so that a token stands for all of it.
-- Promises: whoever writes an entry, by REST or by SQL, its message and details hold no address, in no month two tokens for one spelling but
-- by chance, and writers do not wait for each other. app.with_persons puts the addresses back that are still known. Both take one pass
-- over the text.
-- Callers: app.detach_persons: a trigger of public.sync_activity_log only. app.with_persons: sync_app, sync_sql.

-- `value` is the text of JSON. Two backslashes, which are one in what it stands for, become a character that the text of JSON never has: then
-- a backslash begins an escape, whose letter is no part of an address.
CREATE OR REPLACE FUNCTION app.with_tokens(org text, value text) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH given AS (
  SELECT replace(value, '\\', chr(2)) AS v, replace(
    $p$(?<!\\)[^\s"\\<>(),:;@{}[\]'“”„«»=/|~]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.0-9!?*&%#+_-]{2,}$p$, '~', chr(2)) AS p
), found AS MATERIALIZED (
  SELECT f.m[1] AS address, f.n FROM given, regexp_matches(v, p, 'g') WITH ORDINALITY AS f (m, n)
), known AS MATERIALIZED (
  SELECT a.address, t.token FROM (SELECT DISTINCT f.address FROM found f) AS a LEFT JOIN LATERAL (
    SELECT p.token FROM public.sync_trail_persons p
     WHERE p.org_id = org AND p.email = lower(a.address) AND p.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date
       AND p.address = a.address LIMIT 1) AS t ON true
), made AS (
  INSERT INTO public.sync_trail_persons (org_id, address) SELECT org, k.address FROM known k WHERE k.token IS NULL
  RETURNING address, token
), tokens AS (
  SELECT k.address, k.token FROM known k WHERE k.token IS NOT NULL UNION ALL SELECT m.address, m.token FROM made m
)
SELECT replace(string_agg(s.part || coalesce(t.token, ''), '' ORDER BY s.n), chr(2), '\\')
  FROM given, regexp_split_to_table(v, p) WITH ORDINALITY AS s (part, n)
  LEFT JOIN found f ON f.n = s.n LEFT JOIN tokens t ON t.address = f.address
$$;
ALTER FUNCTION app.with_tokens(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_tokens(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- `value` is plain text. A quotation that is not closed was cut.
CREATE OR REPLACE FUNCTION app.with_quote_tokens(org text, value text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said text;
  known text;
BEGIN
  FOR said IN
    SELECT DISTINCT m[1] FROM regexp_matches(value,
      $p$“([^”]*[^\s"\\<>(),:;@{}[\]'“”„«»=/|]@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|.0-9!?*&%#+_-]{2,}[^”]*)$p$, 'g') AS f (m)
  LOOP
    SELECT p.token INTO known FROM public.sync_trail_persons p
     WHERE p.org_id = org AND p.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date AND p.address = said
       AND p.email = lower(substring(said FROM
         $p$[^\s"\\<>(),:;@{}[\]'“”„«»=/|]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|.0-9!?*&%#+_-]{2,}$p$)) LIMIT 1;
    IF known IS NULL THEN
      INSERT INTO public.sync_trail_persons (org_id, address) VALUES (org, said) RETURNING token INTO known;
    END IF;
    value := replace(value, '“' || said, '“' || known);
  END LOOP;
  RETURN value;
END
$$;
ALTER FUNCTION app.with_quote_tokens(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_quote_tokens(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- Runs as the owner, since who writes an entry may write no token by itself. An entry of another organization is refused after it, and with it
-- what was written here.
CREATE OR REPLACE FUNCTION app.detach_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
BEGIN
  PERFORM set_config('app.current_org_id', NEW.org_id, true);
  NEW.error_message := app.with_tokens(NEW.org_id, to_jsonb(app.with_quote_tokens(NEW.org_id, NEW.error_message))::text)::jsonb #>> '{}';
  NEW.details := app.with_tokens(NEW.org_id, NEW.details::text)::jsonb;
  PERFORM set_config('app.current_org_id', set_before, true);
  RETURN NEW;
END
$$;
ALTER FUNCTION app.detach_persons() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.detach_persons() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER detach_persons BEFORE INSERT ON public.sync_activity_log
  FOR EACH ROW WHEN (strpos(NEW.error_message, '@') > 0 OR strpos(NEW.details::text, '@') > 0) EXECUTE FUNCTION app.detach_persons();

-- Volatile, so that a statement that has just written an entry sees its addresses.
CREATE OR REPLACE FUNCTION app.with_persons(org text, value text) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH found AS MATERIALIZED (
  SELECT f.m[1] AS token, f.n FROM regexp_matches(value, 'person:[0-9a-f]{20}', 'g') WITH ORDINALITY AS f (m, n)
), known AS (
  SELECT t.token, p.address FROM (SELECT DISTINCT f.token FROM found f) AS t
    JOIN public.sync_trail_persons p ON p.org_id = org AND p.token = t.token
)
SELECT string_agg(s.part || coalesce(k.address, f.token, ''), '' ORDER BY s.n)
  FROM regexp_split_to_table(value, 'person:[0-9a-f]{20}') WITH ORDINALITY AS s (part, n)
  LEFT JOIN found f ON f.n = s.n LEFT JOIN known k ON k.token = f.token
$$;
ALTER FUNCTION app.with_persons(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_persons(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.with_persons(text, text) TO sync_app, sync_sql;

-- Deletes at most batch_size tokens of months that began more than so many months ago, of which no entry is attached any more.
CREATE OR REPLACE FUNCTION app.cleanup_trail_persons(months integer, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_trail_persons p WHERE (p.org_id, p.token) IN (
    SELECT o.org_id, o.token FROM public.sync_trail_persons o
     WHERE o.month < date_trunc('month', now() AT TIME ZONE 'UTC')::date - make_interval(months => greatest(months, 1)) LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_trail_persons(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_trail_persons(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_trail_persons(integer, integer) TO sync_app;
