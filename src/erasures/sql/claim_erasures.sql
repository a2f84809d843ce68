-- Why: erasures of all organizations are done by the same workers, and a large one must not delay the others.
-- Promises: app.claim_erasure gives the caller the erasure whose last turn was longest ago, and no other worker has it until `lease` is over.
-- One that is locked is left for the next call. app.cleanup_erasures deletes at most batch_size reports that are older than three years. Both
-- run as sync_maintenance, which sees neither addresses nor reports.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_erasure(lease interval) RETURNS TABLE (org_id text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  -- Of turns in one transaction the later one is later.
  at CONSTANT timestamptz := clock_timestamp();
  c record;
BEGIN
  -- One by one: a distributed Postgres locks rows of one organization at a time.
  FOR c IN SELECT e.org_id, e.id FROM public.sync_erasures e
            WHERE e.state = 'running' AND e.claimed_until <= now() ORDER BY e.turn_at, e.org_id, e.id LOOP
    PERFORM FROM public.sync_erasures e
      WHERE e.org_id = c.org_id AND e.id = c.id AND e.state = 'running' AND e.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
      UPDATE public.sync_erasures e SET claimed_until = now() + lease, turn_at = at WHERE e.org_id = c.org_id AND e.id = c.id;
      RETURN QUERY SELECT c.org_id, c.id;
      RETURN;
    END IF;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_erasure(interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_erasure(interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_erasure(interval) TO sync_app;

CREATE OR REPLACE FUNCTION app.cleanup_erasures(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_erasures e WHERE (e.org_id, e.id) IN (
    SELECT o.org_id, o.id FROM public.sync_erasures o WHERE o.completed_at < now() - interval '3 years' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_erasures(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_erasures(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_erasures(integer) TO sync_app;
