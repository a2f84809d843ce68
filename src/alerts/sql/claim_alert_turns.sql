-- Why: the rules of all organizations are evaluated by the same workers, and one with many of them must not delay the others.
-- Promises: gives the caller the turns of at most `most` organizations that have a signal or whose look is due, those that waited longest for their
-- last turn first, and no other worker has them until `lease` is over. Signals are skipped through, one look-up an organization, so the cost does
-- not grow with how many there are. A turn that is locked waits for the next call. It runs as sync_maintenance, which sees no rules.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_alert_turns(most integer, lease interval) RETURNS TABLE (org_id text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  due text[] := ARRAY(SELECT t.org_id FROM public.sync_alert_turns AS t WHERE t.due_at <= now() ORDER BY t.due_at LIMIT most * 10);
  org text := '';
  claimed integer := 0;
BEGIN
  LOOP
    org := (SELECT s.org_id FROM public.sync_alert_signals AS s WHERE s.org_id > org ORDER BY s.org_id LIMIT 1);
    EXIT WHEN org IS NULL;
    due := due || org;
  END LOOP;
  -- One by one: a distributed Postgres locks rows of one organization at a time.
  FOR org IN SELECT t.org_id FROM public.sync_alert_turns AS t
              WHERE t.org_id = ANY (due) AND t.claimed_until <= now() ORDER BY t.turn_at, t.org_id LOOP
    EXIT WHEN claimed >= most;
    PERFORM FROM public.sync_alert_turns AS t WHERE t.org_id = org AND t.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    UPDATE public.sync_alert_turns AS t SET claimed_until = now() + lease, turn_at = now() WHERE t.org_id = org;
    claimed := claimed + 1;
    RETURN QUERY SELECT org;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_alert_turns(integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_alert_turns(integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_alert_turns(integer, interval) TO sync_app;
