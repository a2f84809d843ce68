-- Why: erasing a person must find every text that names them, and nobody whose address only looks alike.
-- Promises: app.mentions finds an address in the text of JSON, in any case, as a whole: not as a part of a longer one.
-- app.without_address puts another word in its place, and keeps JSON valid; in the place of all that a system said, which stands in typographic
-- quotation marks, where that has the address. app.without_members takes members away by their paths.
-- app.tells finds other words of the person, by a pattern of app.value_pattern, and app.without_terms puts another word in their place, in texts alone:
-- a namesake loses a name in an error, and no record.
-- Callers: sync_app.

-- Before the address stands nothing that could belong to it, or the letter of an escape; after it no further part of a domain. For texts in which two
-- backslashes have become chr(2), so that any other begins an escape.
CREATE OR REPLACE FUNCTION app.address_pattern(address text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT replace($p$(?:(?<![^\s"\\<>(),:;@{}[\]'“”„«»=/|~])|(?<=\\[bfnrt]))$p$, '~', chr(2))
  || regexp_replace(address, '([]*+?(){}^$|\\.[-])', '\\\1', 'g')
  || replace($p$(?!\.?[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.])$p$, '~', chr(2))
$body$;
ALTER FUNCTION app.address_pattern(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.address_pattern(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.address_pattern(text) TO sync_app;

-- The pattern is looked for only where the letters stand at all.
CREATE OR REPLACE FUNCTION app.mentions(value text, address text) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN strpos(lower(value), address) > 0 THEN replace(value, '\\', chr(2)) ~* app.address_pattern(address) ELSE false END
$body$;
ALTER FUNCTION app.mentions(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.mentions(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.mentions(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_address(value text, address text, instead text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN app.mentions(value, address)
  THEN replace(regexp_replace(regexp_replace(replace(value, '\\', chr(2)),
    $p$“(?:[^”"\\]|\\.)*$p$ || app.address_pattern(address) || $p$(?:[^”"\\]|\\.)*$p$, '“' || instead, 'gi'),
    app.address_pattern(address), instead, 'gi'), chr(2), '\\')
  ELSE value END
$body$;
ALTER FUNCTION app.without_address(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_address(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_address(text, text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.tells(value text, terms text) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT coalesce(replace(value, '\\', chr(2)) ~* terms, false)
$body$;
ALTER FUNCTION app.tells(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.tells(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.tells(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_terms(value text, terms text, instead text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN app.tells(value, terms)
  THEN replace(regexp_replace(regexp_replace(replace(value, '\\', chr(2)),
    $p$“(?:[^”"\\]|\\.)*(?:$p$ || terms || $p$)(?:[^”"\\]|\\.)*$p$, '“' || instead, 'gi'), terms, instead, 'gi'), chr(2), '\\')
  ELSE value END
$body$;
ALTER FUNCTION app.without_terms(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_terms(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_terms(text, text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_members(data jsonb, paths text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  path text;
BEGIN
  FOREACH path IN ARRAY paths LOOP
    data := data #- string_to_array(path, '.');
  END LOOP;
  RETURN data;
END
$$;
ALTER FUNCTION app.without_members(jsonb, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_members(jsonb, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_members(jsonb, text[]) TO sync_app;
