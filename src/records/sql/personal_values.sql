-- Why: a text that speaks of an item may name its person by what is no e-mail address: by name, phone or street. Which words those are is known where
-- the item's record is.
-- Promises: app.personal_values gives the words of the personal members of a customer or an order (src/connectors/canonical/personal.members.ts), but
-- e-mail addresses, which any text is looked through for, codes of countries, and what is too short to be told from other words. Those that `tells` say who
-- somebody is in any text; the others, such as a first name, only where the text is about that person. app.value_pattern finds a value as a whole
-- in the text of JSON in which two backslashes have become chr(2), a number whatever stands between its digits. app.persons_of_entry gives whom an
-- entry of the trail is about: the item that its details name (`item` or `external_id`, of the connection that they name or of any), and customers whose
-- address stands in it.
-- Callers: app.detach_persons, and sync_app for erasures.

CREATE OR REPLACE FUNCTION app.personal_values(entity text, data jsonb) RETURNS TABLE (value text, tells boolean)
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH holder AS (
  SELECT data AS h WHERE entity = 'customer'
   UNION ALL SELECT data -> 'customer' WHERE entity = 'order'
   UNION ALL SELECT a.address FROM (VALUES (data -> 'billing'), (data -> 'shipping')) AS a (address)
    WHERE jsonb_typeof(a.address) = 'object'
), found AS (
  SELECT v.value, v.tells FROM holder, LATERAL (VALUES
    (h ->> 'name', h ->> 'name' ~ '\S\s+\S'), (h ->> 'first_name', false), (h ->> 'last_name', false),
    ((h ->> 'first_name') || ' ' || (h ->> 'last_name'), true), ((h ->> 'last_name') || ' ' || (h ->> 'first_name'), true),
    ((h ->> 'last_name') || ', ' || (h ->> 'first_name'), true), (h ->> 'company', false),
    (h ->> 'phone', length(regexp_replace(h ->> 'phone', '\D', '', 'g')) >= 7), (h ->> 'vat', length(h ->> 'vat') >= 6),
    (h ->> 'reference', false), (h ->> 'line1', h ->> 'line1' ~ '\d' AND h ->> 'line1' ~ '[[:alpha:]]{3}'), (h ->> 'line2', false),
    (h ->> 'city', false), (h ->> 'postcode', false)) AS v (value, tells)
   UNION ALL SELECT data ->> 'note', false WHERE entity = 'order'
)
SELECT btrim(f.value), bool_or(coalesce(f.tells, false)) FROM found f
 WHERE length(btrim(f.value)) >= 2 AND f.value !~ '@' AND btrim(f.value) !~ '^\d{1,4}$'
 GROUP BY 1
$$;
ALTER FUNCTION app.personal_values(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.personal_values(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.personal_values(text, jsonb) TO sync_app;

-- Words of scripts without spaces have no edges.
CREATE OR REPLACE FUNCTION app.value_pattern(value text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT CASE WHEN value ~ '^[-+\s()./0-9]+$' AND length(g.digits) >= 5
  THEN '(?<![0-9])' || CASE WHEN value ~ '^\s*\+' THEN '\+?' ELSE '' END || regexp_replace(g.digits, '(\d)(?=\d)', '\1[-\s()./]*', 'g') || '(?![0-9])'
  ELSE CASE WHEN g.json ~ '^[[:alnum:]]' AND NOT g.is_dense THEN '(?:(?<![[:alnum:]])|(?<=\\[bfnrt]))' ELSE '' END
    || regexp_replace(regexp_replace(g.json, '([]*+?(){}^$|\\.[-])', '\\\1', 'g'), '\s+', '\\s+', 'g')
    || CASE WHEN g.json ~ '[[:alnum:]]$' AND NOT g.is_dense THEN '(?![[:alnum:]])' ELSE '' END END
  FROM (SELECT regexp_replace(value, '\D', '', 'g') AS digits, value ~ '[\u2E80-\u9FFF\uAC00-\uD7AF]' AS is_dense,
               replace(substr(t.json, 2, length(t.json) - 2), '\\', chr(2)) AS json
          FROM (SELECT to_jsonb(btrim(value))::text AS json) AS t) AS g
$$;
ALTER FUNCTION app.value_pattern(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.value_pattern(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.value_pattern(text) TO sync_app;

-- A record is looked up by a range of one id, as in save_records.sql. `about` names the customer by connection and id, and by address: an erasure knows either. Of an order it is the buyer.
CREATE OR REPLACE FUNCTION app.persons_of_entry(org text, entity text, details jsonb, addresses text[])
RETURNS TABLE (about text[], pattern text)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH item AS (
  SELECT coalesce(details ->> 'item', details ->> 'external_id') AS id, details ->> 'connection_id' AS connection
), found AS (
  SELECT c.id AS connection_id, e.entity_type, r.external_id, r.data
    FROM item i CROSS JOIN public.sync_connections c CROSS JOIN (VALUES ('customer'), ('order')) AS e (entity_type) CROSS JOIN LATERAL (
      SELECT x.external_id, x.data FROM public.sync_records x
       WHERE x.org_id = org AND x.connection_id = c.id AND x.entity_type = e.entity_type AND x.external_id >= i.id AND x.external_id <= i.id
       ORDER BY x.external_id LIMIT 1) AS r
   WHERE i.id IS NOT NULL AND c.org_id = org AND e.entity_type = coalesce(entity, e.entity_type) AND c.id::text = coalesce(i.connection, c.id::text)
   UNION ALL
  SELECT r.connection_id, 'customer', r.external_id, r.data FROM unnest(addresses) AS a (address) CROSS JOIN LATERAL (
    SELECT x.connection_id, x.external_id, x.data FROM public.sync_records x
     WHERE x.org_id = org AND x.entity_type = 'customer' AND x.known_as >= a.address COLLATE "C" AND x.known_as <= a.address COLLATE "C"
     ORDER BY x.known_as LIMIT 5) AS r
)
SELECT array_remove(ARRAY[f.connection_id || ' ' || CASE f.entity_type WHEN 'customer' THEN f.external_id ELSE f.data #>> '{customer,external_id}' END,
         lower(CASE f.entity_type WHEN 'customer' THEN f.data ->> 'email' ELSE f.data #>> '{customer,email}' END)], NULL),
       (SELECT string_agg(app.value_pattern(v.value), '|' ORDER BY length(v.value) DESC) FROM app.personal_values(f.entity_type, f.data) AS v)
  FROM found f LIMIT 20
$$;
ALTER FUNCTION app.persons_of_entry(text, text, jsonb, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.persons_of_entry(text, text, jsonb, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
