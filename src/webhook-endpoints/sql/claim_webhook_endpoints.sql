-- Why: deliveries of all organizations are sent by the same workers, and a receiver that is slow or gone must make only its own organization wait.
-- Promises: gives the caller a turn with at most `most` endpoints that have a delivery due, and no other worker has one with them until `lease` is over.
-- No organization has more than `most_of_one` turns at once in the cluster, unless two workers ask in the same moment. First comes one endpoint of each organization, the one whose
-- last turn is longest ago, then a second one. The waiting deliveries are skipped through, one look-up an endpoint, so the cost does not grow
-- with how many wait. An endpoint that is locked waits for the next call. It runs as sync_maintenance, which sees neither addresses nor secrets.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_webhook_endpoints(most integer, most_of_one integer, lease interval)
  RETURNS TABLE (org_id text, endpoint_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  org text := '';
  org_of_turn text;
  endpoint uuid := '00000000-0000-0000-0000-000000000000';
  next record;
  orgs text[] := '{}';
  endpoints uuid[] := '{}';
  due record;
  due_orgs text[] := '{}';
  due_endpoints uuid[] := '{}';
  turns integer[] := '{}';
  turn_times timestamptz[] := '{}';
  claimed integer := 0;
BEGIN
  LOOP
    SELECT d.org_id, d.endpoint_id, d.next_attempt_at INTO next FROM public.sync_webhook_deliveries AS d
     WHERE d.state = 'waiting' AND (d.org_id, d.endpoint_id) > (org, endpoint)
     ORDER BY d.org_id, d.endpoint_id, d.next_attempt_at LIMIT 1;
    EXIT WHEN NOT FOUND;
    org := next.org_id;
    endpoint := next.endpoint_id;
    IF next.next_attempt_at <= now() THEN
      orgs := orgs || org;
      endpoints := endpoints || endpoint;
    END IF;
  END LOOP;
  -- One organization at a time, as a distributed Postgres has them on different nodes.
  FOR org_of_turn IN SELECT DISTINCT w.org FROM unnest(orgs) AS w (org) LOOP
    FOR due IN
      SELECT e.id, e.turn_at, row_number() OVER (ORDER BY e.turn_at, e.id) + (
               SELECT count(*) FROM public.sync_webhook_endpoints AS c WHERE c.org_id = org_of_turn AND c.claimed_until > now()) AS nth
        FROM public.sync_webhook_endpoints AS e
       WHERE e.org_id = org_of_turn AND e.id = ANY (ARRAY(SELECT w.id FROM unnest(orgs, endpoints) AS w (org, id) WHERE w.org = org_of_turn))
         AND e.enabled AND e.held_until <= now() AND e.claimed_until <= now()
    LOOP
      CONTINUE WHEN due.nth > most_of_one;
      due_orgs := due_orgs || org_of_turn;
      due_endpoints := due_endpoints || due.id;
      turns := turns || due.nth::integer;
      turn_times := turn_times || due.turn_at;
    END LOOP;
  END LOOP;
  FOR due IN SELECT d.org, d.id FROM unnest(due_orgs, due_endpoints, turns, turn_times) AS d (org, id, nth, turn_at)
              ORDER BY d.nth, d.turn_at, d.org LOOP
    EXIT WHEN claimed >= most;
    PERFORM FROM public.sync_webhook_endpoints AS e
      WHERE e.org_id = due.org AND e.id = due.id AND e.enabled AND e.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    UPDATE public.sync_webhook_endpoints AS e SET claimed_until = now() + lease, turn_at = now()
     WHERE e.org_id = due.org AND e.id = due.id;
    claimed := claimed + 1;
    RETURN QUERY SELECT due.org, due.id;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_webhook_endpoints(integer, integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) TO sync_app;
