-- Why: a batch takes effect as a whole or not at all, only for the holder of the lease, and in one round trip.
-- Promises: writes records, bindings, failed items, changes (those of a preview, and those that were made), watermark, counts and checkpoint together, and carries out a requested
-- cancel or pause with them. Returns 'fenced' and changes nothing when the epoch is not the current one, or when a connection of the
-- run leads to another system than the one that the batch was read from or written to, or when nobody has any more what the batch
-- leaves to others. Returns 'full' and changes nothing when what the run found would be above `found_up_to` bytes. Above `kept_up_to` bytes
-- no further change is kept, only counted, and above `items_up_to` none of what was read of an item that failed. An item counts once, however often it is read. Rows are looked up one by one (LATERAL … LIMIT 1, = ANY), because a table that has just grown has no
-- statistics and a join might scan it once for each row. Rows are inserted from a select that begins at the run, of which there is one: a distributed
-- Postgres sends that to the node of the organization as it is, and a select of values alone it does not take.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.commit_batch(org text, sync text, epoch bigint, lease interval, batch jsonb)
  RETURNS TABLE (outcome text, progress json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  run public.sync_runs;
  p public.sync_progress;
  done jsonb := '{}';
  succeeded bigint := 0;
  failed bigint := 0;
  tally jsonb;
  kept bigint := 0;
  told bigint := 0;
  missed bigint := 0;
  keeps boolean;
  ids text[];
  outcomes text[];
  actions jsonb;
  destination uuid;
  found_size CONSTANT bigint := coalesce(pg_column_size(batch -> 'changes'), 0);
  leased_to CONSTANT timestamptz := now() + lease;
  final text := batch #>> '{final,status}';
BEGIN
  IF batch ? 'systems' THEN
    -- Locked against a change of the system until the batch is committed, and before the run, as whoever removes a connection locks them.
    PERFORM FROM public.sync_connections AS c
      WHERE c.org_id = org AND c.id = ANY (ARRAY(SELECT k::uuid FROM jsonb_object_keys(batch -> 'systems') AS k))
      ORDER BY c.id FOR SHARE;
    IF EXISTS (SELECT FROM jsonb_each_text(batch -> 'systems') AS k (connection, system) WHERE NOT EXISTS (
         SELECT FROM public.sync_connections AS c
          WHERE c.org_id = org AND c.id = k.connection::uuid AND c.system_id = k.system::uuid)) THEN
      RETURN QUERY SELECT 'fenced', NULL::json;
      RETURN;
    END IF;
  END IF;
  SELECT * INTO run FROM public.sync_runs AS r
   WHERE r.org_id = org AND r.sync_id = sync AND r.lease_epoch = epoch AND r.state = 'ready'
     AND r.leased_by IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::json;
    RETURN;
  END IF;
  SELECT * INTO p FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync FOR NO KEY UPDATE;
  IF p.completed_at IS NOT NULL THEN
    UPDATE public.sync_runs AS r SET state = 'ended', leased_by = NULL, leased_until = NULL
     WHERE r.org_id = org AND r.sync_id = sync;
    RETURN QUERY SELECT 'ended', row_to_json(p);
    RETURN;
  END IF;

  IF run.found_bytes + found_size > (batch ->> 'found_up_to')::bigint
     AND jsonb_array_length(batch -> 'changes') > 0 THEN
    RETURN QUERY SELECT 'full', row_to_json(p);
    RETURN;
  END IF;
  keeps := batch ? 'kept' AND run.kept_bytes < coalesce((batch ->> 'kept_up_to')::bigint, run.kept_bytes + 1);

  IF batch ? 'shared' THEN
    -- Two runs may let go of one entry at the same moment, each leaving it to the other. The second waits here for the first, in the same
    -- order as everybody, finds that nobody has the entry any more, and plans anew. A system has its entries also while no connection
    -- leads to it.
    destination := (batch -> 'systems' ->> run.destination_connection_id::text)::uuid;
    PERFORM FROM public.sync_bindings AS b
      WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_b = destination
        AND b.system_a IN (SELECT s.id FROM public.sync_systems AS s WHERE s.org_id = org)
        AND b.id_b = ANY (ARRAY(SELECT jsonb_array_elements_text(batch -> 'shared')))
      ORDER BY b.system_a, b.id_a FOR UPDATE;
    PERFORM FROM public.sync_bindings AS b
      WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = destination
        AND b.system_b IN (SELECT s.id FROM public.sync_systems AS s WHERE s.org_id = org)
        AND b.id_a = ANY (ARRAY(SELECT jsonb_array_elements_text(batch -> 'shared')))
      ORDER BY b.system_b, b.id_b FOR UPDATE;
    IF EXISTS (
      SELECT FROM jsonb_array_elements_text(batch -> 'shared') AS e (id) WHERE NOT EXISTS (
        SELECT FROM public.sync_systems AS s
          CROSS JOIN LATERAL (
            SELECT FROM public.sync_bindings AS b
             WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = s.id AND b.system_b = destination
               AND b.id_b = e.id AND NOT b.put_away
            UNION ALL
            SELECT FROM public.sync_bindings AS b
             WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = destination AND b.system_b = s.id
               AND b.id_a = e.id AND NOT b.put_away) AS other
         WHERE s.org_id = org
           AND s.id NOT IN ((batch ->> 'system_a')::uuid, (batch ->> 'system_b')::uuid))) THEN
      RETURN QUERY SELECT 'fenced', NULL::json;
      RETURN;
    END IF;
  END IF;

  IF batch ? 'records' THEN
    -- What a run changed at a connection it says itself; at the records it is what has just been found out.
    SELECT coalesce(jsonb_object_agg(s.external_id, s.action), '{}'), coalesce(max(s.kept), 0) INTO done, kept
      FROM app.save_records(org, run.source_connection_id, run.entity_type, batch -> 'records',
             CASE WHEN run.destination_connection_id IS NULL AND keeps THEN sync END, run.created_at) AS s;
  END IF;
  IF jsonb_array_length(coalesce(batch -> 'kept', '[]')) > 0 AND keeps THEN
    kept := kept + app.keep_changes(org, sync, run.entity_type, run.created_at, batch -> 'kept');
  END IF;
  IF batch ? 'kept' AND NOT keeps THEN
    missed := CASE WHEN run.destination_connection_id IS NULL
      THEN (SELECT count(*) FROM jsonb_each_text(done) AS d WHERE d.value <> 'unchanged') ELSE jsonb_array_length(batch -> 'kept') END;
  END IF;

  IF batch ? 'items' THEN
    SELECT array_agg(i.external_id), array_agg(i.outcome),
           jsonb_object_agg(i.external_id, coalesce(i.action, done ->> i.external_id, i.outcome))
      INTO ids, outcomes, actions
      FROM jsonb_to_recordset(batch -> 'items') AS i (external_id text, outcome text, action text);
    WITH seen AS (
      INSERT INTO public.sync_seen AS s (org_id, sync_id, external_id, failed)
      SELECT r.org_id, sync, i.external_id, i.outcome = 'failed'
        FROM public.sync_runs AS r CROSS JOIN unnest(ids, outcomes) AS i (external_id, outcome)
       WHERE r.org_id = org AND r.sync_id = sync
      ON CONFLICT (org_id, sync_id, external_id) DO UPDATE SET failed = EXCLUDED.failed WHERE s.failed <> EXCLUDED.failed
      RETURNING s.external_id, s.failed, s.xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new AND NOT s.failed) + count(*) FILTER (WHERE NOT is_new AND NOT s.failed)
             - count(*) FILTER (WHERE NOT is_new AND s.failed),
           count(*) FILTER (WHERE is_new AND s.failed) + count(*) FILTER (WHERE NOT is_new AND s.failed)
             - count(*) FILTER (WHERE NOT is_new AND NOT s.failed),
           (SELECT jsonb_object_agg(t.done, t.n) FROM (
              SELECT actions ->> n.external_id AS done, count(*) AS n FROM seen n WHERE n.is_new GROUP BY 1) AS t)
      INTO succeeded, failed, tally
      FROM seen s;
    -- The item may have failed when the run read it before. What it was warned of then is as true when it needs no further write.
    DELETE FROM public.sync_items AS x
     WHERE x.org_id = org AND x.sync_id = sync AND x.external_id = ANY (ARRAY(
       SELECT i.external_id FROM unnest(ids, outcomes) AS i (external_id, outcome) WHERE i.outcome = 'processed'))
       AND NOT (x.outcome = 'warned' AND x.external_id = ANY (ARRAY(
         SELECT i.external_id FROM jsonb_to_recordset(batch -> 'items') AS i (external_id text, action text)
          WHERE i.action = 'unchanged')));
    -- Most batches have none, and what listens to the table costs as much as some records.
    IF jsonb_path_exists(batch, '$.items[*] ? (@.outcome != "processed")') THEN
      WITH stored AS (
        INSERT INTO public.sync_items AS x (org_id, sync_id, external_id, outcome, error_class, message, payload, attempts)
        SELECT r.org_id, sync, i.external_id, i.outcome, i.error_class, i.message,
               CASE WHEN run.item_bytes < coalesce((batch ->> 'items_up_to')::bigint, run.item_bytes + 1) THEN i.payload END,
               1 + coalesce(before.attempts, 0)
          FROM public.sync_runs AS r
         CROSS JOIN jsonb_to_recordset(batch -> 'items') AS i (external_id text, outcome text, error_class text, message text,
                 payload jsonb)
          LEFT JOIN LATERAL (
            SELECT x.attempts FROM public.sync_items x
             WHERE x.org_id = org AND x.sync_id = run.of_sync_id AND x.external_id = i.external_id LIMIT 1) AS before ON true
         WHERE r.org_id = org AND r.sync_id = sync AND i.outcome IN ('failed', 'skipped', 'warned')
        ON CONFLICT (org_id, sync_id, external_id) DO UPDATE
           SET outcome = EXCLUDED.outcome, error_class = EXCLUDED.error_class, message = EXCLUDED.message,
               payload = EXCLUDED.payload, attempts = EXCLUDED.attempts, updated_at = EXCLUDED.updated_at
        RETURNING x.*
      )
      SELECT coalesce(sum(pg_column_size(t.*)), 0) INTO told FROM stored t;
    END IF;
  END IF;

  IF batch ? 'bindings' THEN
    -- Removals come first, because the same batch may bind an id again.
    IF jsonb_path_exists(batch, '$.bindings[*].removed') THEN
      DELETE FROM public.sync_bindings AS b
       WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = (batch ->> 'system_a')::uuid
         AND b.system_b = (batch ->> 'system_b')::uuid AND b.id_a = ANY (ARRAY(
           SELECT g ->> 'id_a' FROM jsonb_path_query(batch, '$.bindings[*] ? (@.removed == true)') AS g));
      DELETE FROM public.sync_bindings AS b
       WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = (batch ->> 'system_a')::uuid
         AND b.system_b = (batch ->> 'system_b')::uuid AND b.id_b = ANY (ARRAY(
           SELECT g ->> 'id_b' FROM jsonb_path_query(batch, '$.bindings[*] ? (@.removed == true)') AS g));
    END IF;
    INSERT INTO public.sync_bindings AS b
      (org_id, entity_type, system_a, system_b, id_a, id_b, hash_a, hash_b, data_a, data_b, born_a, born_b, put_away)
    SELECT r.org_id, run.entity_type, (batch ->> 'system_a')::uuid, (batch ->> 'system_b')::uuid,
           g.id_a, g.id_b, g.hash_a, g.hash_b, g.data_a, g.data_b, g.born_a, g.born_b, coalesce(g.put_away, false)
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'bindings') AS g (id_a text, id_b text, hash_a text, hash_b text, data_a jsonb,
             data_b jsonb, born_a text, born_b text, put_away boolean, removed boolean)
     WHERE r.org_id = org AND r.sync_id = sync AND g.removed IS NOT TRUE
    ON CONFLICT (org_id, entity_type, system_a, system_b, id_a) DO UPDATE
       SET id_b = EXCLUDED.id_b, hash_a = EXCLUDED.hash_a, hash_b = EXCLUDED.hash_b, data_a = EXCLUDED.data_a,
           data_b = EXCLUDED.data_b, born_a = EXCLUDED.born_a, born_b = EXCLUDED.born_b, put_away = EXCLUDED.put_away,
           synced_at = EXCLUDED.synced_at;
  END IF;

  IF batch ? 'refusals' THEN
    -- What was written, or needed no write, is not refused any more.
    DELETE FROM public.sync_refusals AS f
     WHERE f.org_id = org AND f.entity_type = run.entity_type AND f.source_connection_id = run.source_connection_id
       AND f.destination_connection_id = run.destination_connection_id AND f.external_id = ANY (ARRAY(
         SELECT g.external_id FROM jsonb_to_recordset(batch -> 'items') AS g (external_id text, outcome text)
          WHERE g.outcome IN ('processed', 'warned')));
    UPDATE public.sync_refusals AS f SET tried_at = now()
     WHERE f.org_id = org AND f.entity_type = run.entity_type AND f.source_connection_id = run.source_connection_id
       AND f.destination_connection_id = run.destination_connection_id AND f.external_id = ANY (ARRAY(
         SELECT g ->> 'external_id' FROM jsonb_path_query(batch, '$.refusals[*] ? (@.remembered == true)') AS g));
    INSERT INTO public.sync_refusals AS f
      (org_id, entity_type, source_connection_id, destination_connection_id, external_id, fingerprint, error_class, message, is_conflict,
       left_since)
    SELECT r.org_id, run.entity_type, run.source_connection_id, run.destination_connection_id, g.external_id, g.fingerprint,
           g.error_class, g.message, coalesce(g.is_conflict, false), CASE WHEN g.leaves THEN run.started_at END
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'refusals') AS g (external_id text, fingerprint text, error_class text, message text,
             is_conflict boolean, leaves boolean, remembered boolean)
     WHERE r.org_id = org AND r.sync_id = sync AND g.remembered IS NOT TRUE
    ON CONFLICT (org_id, entity_type, source_connection_id, destination_connection_id, external_id) DO UPDATE
       SET fingerprint = EXCLUDED.fingerprint, error_class = EXCLUDED.error_class, message = EXCLUDED.message,
           is_conflict = EXCLUDED.is_conflict, refused_at = EXCLUDED.refused_at, tried_at = EXCLUDED.tried_at,
           left_since = coalesce(f.left_since, EXCLUDED.left_since);
  END IF;

  IF batch ? 'changes' THEN
    INSERT INTO public.sync_preview_changes AS c (org_id, sync_id, external_id, kind, destination_id, source_hash,
      destination_hash, fields, reason, rival, data, expires_at)
    SELECT r.org_id, sync, g.external_id, g.kind, g.destination_id, g.source_hash, g.destination_hash, g.fields, g.reason, g.rival, g.data,
           (batch ->> 'changes_expire_at')::timestamptz
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'changes') AS g (external_id text, kind text, destination_id text,
             source_hash text, destination_hash text, fields jsonb, reason text, rival text, data jsonb)
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, external_id) DO UPDATE
       SET kind = EXCLUDED.kind, destination_id = EXCLUDED.destination_id, source_hash = EXCLUDED.source_hash,
           destination_hash = EXCLUDED.destination_hash, fields = EXCLUDED.fields, reason = EXCLUDED.reason,
           rival = EXCLUDED.rival, data = EXCLUDED.data;
  END IF;

  IF batch ? 'claims' THEN
    INSERT INTO public.sync_claims AS c (org_id, sync_id, claim, external_id)
    SELECT r.org_id, sync, g.claim, g.external_id
      FROM public.sync_runs AS r CROSS JOIN jsonb_to_recordset(batch -> 'claims') AS g (claim text, external_id text)
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, claim) DO NOTHING;
  END IF;

  IF batch ? 'watermark' THEN
    INSERT INTO public.sync_cursors (org_id, connection_id, entity_type, destination, watermark, sync_id)
    VALUES (org, run.source_connection_id, run.entity_type,
            coalesce(run.destination_connection_id::text, 'records'), batch -> 'watermark', sync)
    ON CONFLICT (org_id, connection_id, entity_type, destination) DO UPDATE
       SET watermark = EXCLUDED.watermark, sync_id = EXCLUDED.sync_id, updated_at = EXCLUDED.updated_at;
  END IF;

  -- Before the sync may end: its entry in the trail says what the run wrote.
  IF tally IS NOT NULL THEN
    UPDATE public.sync_runs AS r
       SET counts = r.counts || (SELECT jsonb_object_agg(t.key, coalesce((r.counts ->> t.key)::bigint, 0) + t.value::bigint)
                                   FROM jsonb_each_text(tally) AS t)
     WHERE r.org_id = org AND r.sync_id = sync;
  END IF;
  UPDATE public.sync_progress AS s
     SET processed_count = s.processed_count + succeeded,
         failed_count = s.failed_count + failed,
         current_item = s.processed_count + succeeded + s.failed_count + failed,
         -- A sync ends when its counts reach the total, so the total stays above the counts until the final batch.
         total_items = CASE
           WHEN final = 'completed' THEN s.processed_count + succeeded + s.failed_count + failed
           ELSE greatest(coalesce((batch ->> 'total')::bigint, s.total_items),
             CASE WHEN coalesce((batch ->> 'total')::bigint, s.total_items) IS NOT NULL
               THEN s.processed_count + succeeded + s.failed_count + failed + 1 END) END,
         checkpoint = coalesce(batch -> 'checkpoint', s.checkpoint),
         error_message = coalesce(batch #>> '{final,error_message}', s.error_message),
         rate_limited_until = NULL, waiting_reason = NULL, next_try_at = NULL,
         updated_at = now(),
         status = CASE WHEN final IS NOT NULL THEN final WHEN s.cancel_requested THEN 'cancelled'
                       WHEN s.pause_requested THEN 'paused' ELSE 'running' END
   WHERE s.org_id = org AND s.sync_id = sync
  RETURNING s.* INTO p;
  UPDATE public.sync_runs AS r
     SET state = CASE WHEN p.completed_at IS NOT NULL THEN 'ended' WHEN p.status = 'paused' THEN 'paused' ELSE 'ready' END,
         leased_by = CASE WHEN p.status = 'running' THEN r.leased_by END,
         leased_until = CASE WHEN p.status = 'running' THEN leased_to END,
         leases_without_commit = 0, postponements = 0, failures = '{}', kept_bytes = r.kept_bytes + kept,
         changes_not_kept = r.changes_not_kept + missed, item_bytes = r.item_bytes + told,
         found_bytes = r.found_bytes + found_size,
         write_open_since = CASE WHEN batch ? 'items' THEN NULL ELSE r.write_open_since END,
         open_writes = CASE WHEN p.completed_at IS NULL OR (NOT batch ? 'items' AND p.status NOT LIKE 'completed%') THEN r.open_writes END
   WHERE r.org_id = org AND r.sync_id = sync;
  RETURN QUERY SELECT CASE WHEN final IS NOT NULL THEN 'finished' WHEN p.completed_at IS NOT NULL THEN 'ended'
                           WHEN p.status = 'paused' THEN 'paused' ELSE 'continue' END,
                      row_to_json(p);
END
$$;
ALTER FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) TO sync_app;
