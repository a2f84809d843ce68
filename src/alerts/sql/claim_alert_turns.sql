-- Why: the rules of all organizations are evaluated by the same workers, and one with many of them must not delay the others.
-- Promises: gives the caller the turns of at most `most` organizations that have a signal or whose look is due, those that waited longest for their
-- last turn first, and no other worker has them until `lease` is over. Signals are skipped through, one look-up an organization, so the cost does
-- not grow with how many there are. A turn that is locked waits for the next call. It runs as sync_maintenance, which sees no rules.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_alert_turns(most integer, lease interval) RETURNS TABLE (org_id text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
WITH RECURSIVE signalled AS (
  (SELECT s.org_id FROM public.sync_alert_signals AS s ORDER BY s.org_id LIMIT 1)
  UNION ALL
  SELECT n.org_id FROM signalled AS w CROSS JOIN LATERAL (
    SELECT s.org_id FROM public.sync_alert_signals AS s WHERE s.org_id > w.org_id ORDER BY s.org_id LIMIT 1) AS n
), due AS (
  (SELECT t.org_id FROM public.sync_alert_turns AS t WHERE t.due_at <= now() ORDER BY t.due_at LIMIT most * 10)
  UNION SELECT s.org_id FROM signalled AS s
), chosen AS (
  SELECT t.org_id FROM public.sync_alert_turns AS t JOIN due USING (org_id)
   WHERE t.claimed_until <= now() ORDER BY t.turn_at, t.org_id LIMIT most FOR UPDATE OF t SKIP LOCKED
)
UPDATE public.sync_alert_turns AS t SET claimed_until = now() + lease, turn_at = now()
  FROM chosen AS c WHERE t.org_id = c.org_id
RETURNING t.org_id
$$;
ALTER FUNCTION app.claim_alert_turns(integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_alert_turns(integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_alert_turns(integer, interval) TO sync_app;
