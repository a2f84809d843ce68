-- Why: nobody may change an entry of the trail, and whoever asks for it must be erased. So no entry holds what is known to be a person's: a token
-- stands in its place, and the words that belong to it in a table of its own. Without that row nobody can tell any more whose token it was, and
-- the trail is still what was sealed.
-- Promises: whoever writes an entry, by REST or by SQL, its message and details hold no e-mail address; nothing that a system said, which stands in
-- typographic quotation marks; and none of the personal values of the item that it is about, or of the customers whose address stands in it, as far as
-- records know them (src/records/sql/personal_values.sql). In no month two tokens for one spelling of one person but by chance, and writers do
-- not wait for each other. app.with_persons puts back what is still known. All take one pass over the text for each kind.
-- Callers: app.detach_persons: a trigger of public.sync_activity_log only. app.with_persons: sync_app, sync_sql_payloads.

-- The first address of a text, or the text: what a token is looked up by.
CREATE OR REPLACE FUNCTION app.first_address(value text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT lower(left(coalesce(substring(value FROM
  $p$[^\s"\\<>(),:;@{}[\]'“”„«»=/|]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|.0-9!?*&%#+_-]{2,}$p$), value), 320))
$$;
ALTER FUNCTION app.first_address(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.first_address(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- `value` is the text of JSON, and what matches the pattern gets a token. Two backslashes, which are one in what it stands for, become a character that
-- the text of JSON never has: then a backslash begins an escape, whose letter is no part of an address. The pattern captures nothing.
CREATE OR REPLACE FUNCTION app.with_tokens(org text, value text, pattern text, whom text[]) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  given CONSTANT text := replace(value, '\\', chr(2));
  matches CONSTANT text[] := ARRAY(SELECT replace(f.m[1], chr(2), '\\') FROM regexp_matches(given, pattern, 'gi') WITH ORDINALITY AS f (m, n) ORDER BY f.n);
  part text;
  parts text[] := '{}';
  said text;
  addresses text[] := '{}';
  known text;
  tokens text[] := '{}';
BEGIN
  FOR part IN SELECT DISTINCT f.part FROM unnest(matches) AS f (part) LOOP
    said := ('"' || part || '"')::jsonb #>> '{}';
    known := coalesce(tokens[array_position(addresses, said)], (
      SELECT p.token FROM public.sync_trail_persons p
       WHERE p.org_id = org AND p.email = app.first_address(said) AND p.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date
         AND p.address = said AND p.about IS NOT DISTINCT FROM whom LIMIT 1));
    IF known IS NULL THEN
      INSERT INTO public.sync_trail_persons AS p (org_id, address, about) VALUES (org, said, whom) RETURNING p.token INTO known;
    END IF;
    parts := parts || part;
    addresses := addresses || said;
    tokens := tokens || known;
  END LOOP;
  IF parts = '{}' THEN
    RETURN value;
  END IF;
  RETURN (SELECT replace(string_agg(s.part || coalesce(tokens[array_position(parts, matches[s.n])], ''), '' ORDER BY s.n), chr(2), '\\')
            FROM regexp_split_to_table(given, pattern, 'i') WITH ORDINALITY AS s (part, n));
END
$$;
ALTER FUNCTION app.with_tokens(text, text, text, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_tokens(text, text, text, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- Runs as the owner, since who writes an entry may write no token by itself. An entry of another organization is refused after it, and with it
-- what was written here. The message and the strings of the details are looked through together, each as the text of JSON: no number of JSON is ever
-- taken, and no name of a member that is like those of programs. A quotation that is not closed was cut.
CREATE OR REPLACE FUNCTION app.detach_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  literal CONSTANT text := $p$"(?:[^"\\]|\\.)*"(?:\s*:)?$p$;
  program CONSTANT text := '^"[a-z][a-z0-9_]*"\s*:$';
  quotation CONSTANT text := $p$(?<=“)(?:[^”"\\]|\\.)+$p$;
  address CONSTANT text := replace(
    $p$(?<!\\)[^\s"\\<>(),:;@{}[\]'“”„«»=/|~]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.0-9!?*&%#+_-]{2,}$p$, '~', chr(2));
  literals text[] := ARRAY(SELECT f.m[1] FROM regexp_matches(NEW.details::text, literal, 'g') WITH ORDINALITY AS f (m, n) ORDER BY f.n);
  texts text := concat_ws(chr(1), coalesce(to_jsonb(NEW.error_message)::text, '""'),
    (SELECT string_agg(CASE WHEN l.text ~ program THEN '""' ELSE l.text END, chr(1) ORDER BY l.n) FROM unnest(literals) WITH ORDINALITY AS l (text, n)));
  addresses text[] := ARRAY(SELECT DISTINCT lower(f.m[1]) FROM regexp_matches(replace(texts, '\\', chr(2)), address, 'g') AS f (m) LIMIT 10);
  parts text[];
  person record;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', NEW.org_id);
  texts := app.with_tokens(NEW.org_id, texts, quotation,
    (SELECT array_agg(DISTINCT a.about) FROM app.persons_of_entry(NEW.org_id, NEW.entity_type, NEW.details, '{}') AS p, unnest(p.about) AS a (about)));
  FOR person IN
    SELECT p.about, p.pattern FROM app.persons_of_entry(NEW.org_id, NEW.entity_type, NEW.details, addresses) AS p WHERE p.pattern IS NOT NULL
  LOOP
    -- Not in a token that stands there already.
    texts := app.with_tokens(NEW.org_id, texts,
      '(?<!person:[0-9a-f]{0,20})(?:' || person.pattern || ')(?!:[0-9a-f]{20})', person.about);
  END LOOP;
  parts := string_to_array(app.with_tokens(NEW.org_id, texts, address, NULL), chr(1));
  IF NEW.error_message IS NOT NULL THEN
    NEW.error_message := parts[1]::jsonb #>> '{}';
  END IF;
  NEW.details := (SELECT string_agg(s.part || coalesce(CASE WHEN literals[s.n] ~ program THEN literals[s.n] ELSE parts[s.n + 1] END, ''), '' ORDER BY s.n)
    FROM regexp_split_to_table(NEW.details::text, literal) WITH ORDINALITY AS s (part, n))::jsonb;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN NEW;
END
$$;
ALTER FUNCTION app.detach_persons() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.detach_persons() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER detach_persons BEFORE INSERT ON public.sync_activity_log
  FOR EACH ROW WHEN (concat(NEW.error_message, NEW.details::text) ~ '[@“]' OR NEW.details ?| '{item,external_id}') EXECUTE FUNCTION app.detach_persons();

-- Volatile, so that a statement that has just written an entry sees its tokens.
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
REVOKE ALL ON FUNCTION app.with_persons(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql, sync_sql_payloads;
GRANT EXECUTE ON FUNCTION app.with_persons(text, text) TO sync_app, sync_sql_payloads;

-- The same in JSON.
CREATE OR REPLACE FUNCTION app.with_persons(org text, value jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH found AS MATERIALIZED (
  SELECT f.m[1] AS token, f.n FROM regexp_matches(value::text, 'person:[0-9a-f]{20}', 'g') WITH ORDINALITY AS f (m, n)
), known AS (
  SELECT t.token, regexp_replace(to_jsonb(p.address)::text, '^"|"$', '', 'g') AS address FROM (SELECT DISTINCT f.token FROM found f) AS t
    JOIN public.sync_trail_persons p ON p.org_id = org AND p.token = t.token
)
SELECT string_agg(s.part || coalesce(k.address, f.token, ''), '' ORDER BY s.n)::jsonb
  FROM regexp_split_to_table(value::text, 'person:[0-9a-f]{20}') WITH ORDINALITY AS s (part, n)
  LEFT JOIN found f ON f.n = s.n LEFT JOIN known k ON k.token = f.token
$$;
ALTER FUNCTION app.with_persons(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_persons(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql, sync_sql_payloads;
GRANT EXECUTE ON FUNCTION app.with_persons(text, jsonb) TO sync_app, sync_sql_payloads;

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
