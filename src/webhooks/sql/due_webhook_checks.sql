-- Why: shops disable webhooks without notice, so those that the service has registered are looked at again and again, by the one clock that
-- all processes share.
-- Promises: returns the ids of at most batch_size connections that are due by the database's clock, and no more than per_org of one
-- organization, of which the longest due come first. It changes nothing. It runs as sync_maintenance, which of connections in use sees those
-- of which something is due only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_webhook_checks(batch_size integer, per_org integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT d.org_id, d.id
  FROM (SELECT c.org_id, c.id, c.webhooks_due_at,
               row_number() OVER (PARTITION BY c.org_id ORDER BY c.webhooks_due_at, c.id) AS place
          FROM public.sync_connections c
         WHERE c.removed_at IS NULL AND c.webhooks_due_at <= now()) AS d
 WHERE d.place <= per_org
 ORDER BY d.place, d.webhooks_due_at, d.org_id LIMIT batch_size
$$;
ALTER FUNCTION app.due_webhook_checks(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_webhook_checks(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_webhook_checks(integer, integer) TO sync_app;
