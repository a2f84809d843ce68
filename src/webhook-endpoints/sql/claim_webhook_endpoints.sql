-- Why: deliveries of all organizations are sent by the same workers, and a receiver that is slow or gone must make only its own organization wait.
-- Promises: gives the caller a turn with at most `most` endpoints that have a delivery due, and no other worker has one with them until `lease` is over.
-- No organization has more than `most_of_one` turns at once in the cluster, unless two workers ask in the same moment. First comes one endpoint of each organization, the one whose
-- last turn is longest ago, then a second one. The waiting deliveries are skipped through, one look-up an endpoint, so the cost does not grow
-- with how many wait. An endpoint that is locked waits for the next call. It runs as sync_maintenance, which sees neither addresses nor secrets.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_webhook_endpoints(most integer, most_of_one integer, lease interval)
  RETURNS TABLE (org_id text, endpoint_id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
WITH RECURSIVE waiting AS (
  (SELECT d.org_id, d.endpoint_id, d.next_attempt_at FROM public.sync_webhook_deliveries AS d
    WHERE d.state = 'waiting' ORDER BY d.org_id, d.endpoint_id, d.next_attempt_at LIMIT 1)
  UNION ALL
  SELECT n.org_id, n.endpoint_id, n.next_attempt_at
    FROM waiting AS w CROSS JOIN LATERAL (
      SELECT d.org_id, d.endpoint_id, d.next_attempt_at FROM public.sync_webhook_deliveries AS d
       WHERE d.state = 'waiting' AND (d.org_id, d.endpoint_id) > (w.org_id, w.endpoint_id)
       ORDER BY d.org_id, d.endpoint_id, d.next_attempt_at LIMIT 1) AS n
), due AS (
  SELECT e.org_id, e.id, e.turn_at,
         row_number() OVER (PARTITION BY e.org_id ORDER BY e.turn_at, e.id) AS nth,
         (SELECT count(*) FROM public.sync_webhook_endpoints AS c
           WHERE c.org_id = e.org_id AND c.claimed_until > now()) AS claimed
    FROM waiting AS w JOIN public.sync_webhook_endpoints AS e ON e.org_id = w.org_id AND e.id = w.endpoint_id
   WHERE w.next_attempt_at <= now() AND e.enabled AND e.held_until <= now() AND e.claimed_until <= now()
), chosen AS (
  SELECT e.org_id, e.id
    FROM due AS d JOIN public.sync_webhook_endpoints AS e ON e.org_id = d.org_id AND e.id = d.id
   WHERE d.nth + d.claimed <= most_of_one AND e.enabled AND e.claimed_until <= now()
   ORDER BY d.nth + d.claimed, d.turn_at, d.org_id LIMIT most FOR UPDATE OF e SKIP LOCKED
)
UPDATE public.sync_webhook_endpoints AS e SET claimed_until = now() + lease, turn_at = now()
  FROM chosen AS c WHERE e.org_id = c.org_id AND e.id = c.id
RETURNING e.org_id, e.id
$$;
ALTER FUNCTION app.claim_webhook_endpoints(integer, integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) TO sync_app;
