-- Why: the items that a run reads become canonical records, and a client that reads the changes after N must not miss any.
-- Promises: returns one row per item with its action: created, updated, deleted or unchanged. For a `keeper`, a run that started at that
-- moment, it keeps what changed too, as app.keep_changes does, without a way through JSON, since that costs as much as
-- the write; `kept` is the size of that. change_seq comes from the organization's counter, which stays locked until the end of the transaction, so that it grows in the order of commits. A record is looked up by a
-- range of one id, ordered by id, because only the primary key provides that order. With an equality condition the planner may choose
-- the index of changes instead and scan all records of the connection. Rows are inserted from a select that begins at the counter, of which there is
-- one: see commit_batch.sql.
-- Callers: sync_app, through app.commit_batch.

CREATE OR REPLACE FUNCTION app.save_records(org text, connection uuid, entity text, given jsonb, keeper text, started timestamptz)
  RETURNS TABLE (external_id text, action text, kept bigint)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  moment CONSTANT timestamptz := now();
  of_week CONSTANT smallint := app.week_of_changes(started);
  -- Of what changed, at the same places.
  ids text[];
  actions text[];
  datas jsonb[];
  hashes text[];
  befores jsonb[];
  unchanged text[];
  last bigint;
  size bigint := 0;
BEGIN
  SELECT array_agg(c.external_id) FILTER (WHERE c.action <> 'unchanged'), array_agg(c.action) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(c.data) FILTER (WHERE c.action <> 'unchanged'), array_agg(c.hash) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(CASE WHEN c.action = 'updated' THEN c.before END) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(c.external_id) FILTER (WHERE c.action = 'unchanged')
    INTO ids, actions, datas, hashes, befores, unchanged
    FROM (
      SELECT g.external_id, coalesce(g.data, r.data) AS data, coalesce(g.hash, r.content_hash) AS hash, r.data AS before,
             CASE WHEN g.deleted THEN CASE WHEN r.is_live THEN 'deleted' ELSE 'unchanged' END
                  WHEN r.is_live IS NOT TRUE THEN 'created'
                  WHEN r.content_hash <> g.hash THEN 'updated' ELSE 'unchanged' END AS action
        FROM jsonb_to_recordset(given) AS g (external_id text, data jsonb, hash text, deleted boolean)
        LEFT JOIN LATERAL (
          SELECT x.data, x.content_hash, x.deleted_at IS NULL AS is_live FROM public.sync_records x
           WHERE x.org_id = org AND x.connection_id = connection AND x.entity_type = entity
             AND x.external_id >= g.external_id AND x.external_id <= g.external_id
           ORDER BY x.external_id LIMIT 1) AS r ON true
       ORDER BY g.external_id) AS c;
  IF ids IS NOT NULL THEN
    -- The row stays locked until the end of the transaction, so that change_seq grows in the order of commits.
    SELECT k.last_seq INTO last FROM public.sync_change_counters AS k WHERE k.org_id = org FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO public.sync_change_counters AS k (org_id, last_seq) VALUES (org, 0) ON CONFLICT (org_id) DO NOTHING;
      SELECT k.last_seq INTO last FROM public.sync_change_counters AS k WHERE k.org_id = org FOR UPDATE;
    END IF;
    INSERT INTO public.sync_records AS r (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq, deleted_at)
    SELECT k.org_id, connection, entity, c.external_id, c.data, c.hash, last + c.position,
           CASE WHEN c.action = 'deleted' THEN moment END
      FROM public.sync_change_counters AS k
     CROSS JOIN unnest(ids, actions, datas, hashes) WITH ORDINALITY AS c (external_id, action, data, hash, position)
     WHERE k.org_id = org
    ON CONFLICT (org_id, connection_id, entity_type, external_id) DO UPDATE
       SET data = EXCLUDED.data, content_hash = EXCLUDED.content_hash, change_seq = EXCLUDED.change_seq,
           updated_at = EXCLUDED.updated_at, deleted_at = EXCLUDED.deleted_at;
    -- After the records, since its trigger tells receivers which of them have the new numbers.
    UPDATE public.sync_change_counters AS k SET last_seq = last + cardinality(ids) WHERE k.org_id = org;
  END IF;
  IF ids IS NOT NULL AND keeper IS NOT NULL THEN
    WITH stored AS (
      INSERT INTO public.sync_changes AS s (org_id, week, sync_id, kind, external_id, entity_type, after_hash, was, became, is_partial)
      SELECT k.org_id, of_week, keeper,
             CASE d.action WHEN 'created' THEN 'create' WHEN 'updated' THEN 'update' ELSE 'delete' END, d.external_id, entity, d.hash,
             CASE WHEN NOT d.is_large THEN d.was END, CASE WHEN NOT d.is_large THEN d.became END, d.is_large
        FROM public.sync_change_counters AS k
       CROSS JOIN (
         SELECT c.external_id, c.action, c.hash, v.was, v.became,
                coalesce(pg_column_size(v.was), 0) + coalesce(pg_column_size(v.became), 0) > 32768 AS is_large
           FROM unnest(ids, actions, datas, hashes, befores) AS c (external_id, action, data, hash, before)
           -- The members that both have alike are taken away: that costs half of putting the others together.
           LEFT JOIN LATERAL (
             SELECT c.before - a.alike AS was, c.data - a.alike AS became
               FROM (SELECT ARRAY(SELECT m.key FROM jsonb_each(c.before) AS m WHERE m.value = c.data -> m.key) AS alike OFFSET 0) AS a) AS v
             ON c.action = 'updated') AS d
       WHERE k.org_id = org
      ON CONFLICT (org_id, sync_id, kind, external_id, week) DO UPDATE
         SET after_hash = EXCLUDED.after_hash, was = EXCLUDED.was || s.was, became = s.became || EXCLUDED.became,
             is_partial = s.is_partial OR EXCLUDED.is_partial, at = EXCLUDED.at
      RETURNING s.was, s.became
    )
    SELECT sum(150 + coalesce(pg_column_size(s.was), 0) + coalesce(pg_column_size(s.became), 0)) INTO size FROM stored s;
  END IF;
  RETURN QUERY SELECT c.external_id, c.action, size FROM unnest(ids, actions) AS c (external_id, action)
    UNION ALL SELECT u.external_id, 'unchanged', size FROM unnest(unchanged) AS u (external_id);
END
$$;
ALTER FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) TO sync_app;
