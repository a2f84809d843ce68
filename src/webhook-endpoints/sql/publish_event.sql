-- Why: an event must be told exactly when the transaction that made it commits, so its deliveries are written in that transaction, and without a
-- round trip of their own.
-- Promises: one delivery for each enabled endpoint of the organization that wants events of the type, or of those in `only_to`, whatever they want;
-- for an organization without endpoints one look-up in an index. An endpoint with 10,000 deliveries that wait (MAX_WAITING in endpoint.sql.ts)
-- gets no more, so that a receiver that is gone does not fill the disk.
-- A delivery has the trace of the transaction that makes the event (app.traceparent, set with the organization), or else of the run that the event is
-- about, which an alert is only later.
-- Callers: sync_app; sync_maintenance, for the events of syncs.

CREATE OR REPLACE FUNCTION app.publish_event(org text, event text, data jsonb, only_to uuid[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  event_id CONSTANT uuid := gen_random_uuid();
  -- Whoever connects with plain SQL may have set anything.
  cause text := substring(current_setting('app.traceparent', true) FROM '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
  endpoint uuid;
BEGIN
  FOR endpoint IN
    SELECT e.id FROM public.sync_webhook_endpoints AS e
     WHERE e.org_id = org AND e.enabled
       AND CASE WHEN only_to = '{}' THEN e.events && ARRAY[event, split_part(event, '.', 1) || '.*', '*'] ELSE e.id = ANY (only_to) END
       AND NOT EXISTS (SELECT FROM public.sync_webhook_deliveries AS d
                        WHERE d.org_id = org AND d.endpoint_id = e.id AND d.state = 'waiting' OFFSET 9999)
  LOOP
    cause := coalesce(cause, (SELECT r.traceparent FROM public.sync_runs AS r
                               WHERE r.org_id = org AND r.sync_id = publish_event.data ->> 'sync_id'));
    INSERT INTO public.sync_webhook_deliveries (org_id, endpoint_id, event_id, event_type, data, traceparent)
    VALUES (org, endpoint, event_id, event, publish_event.data, cause);
  END LOOP;
END
$$;
ALTER FUNCTION app.publish_event(text, text, jsonb, uuid[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_event(text, text, jsonb, uuid[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.publish_event(text, text, jsonb, uuid[]) TO sync_app, sync_maintenance;
