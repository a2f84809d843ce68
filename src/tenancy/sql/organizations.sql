-- Why: a user who may see every organization must be able to choose one, and row-level security shows the service's role one at a
-- time. An organization appears once it has reported a sync, has a connection or has users.
-- Promises: names only, in order, at most `lim` after `after`; nothing to a caller that does not present a live key of every
-- organization. It belongs to sync_directory, a role that reads no column but org_id and what makes a key valid.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.organizations(presented bytea, after text, fragment text, lim integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := coalesce(after, '');
  returned integer := 0;
BEGIN
  PERFORM set_config('app.presented_key', encode(presented, 'hex'), true);
  IF NOT EXISTS (SELECT FROM auth.api_keys k
                  WHERE k.key_hash = presented AND k.org_id IS NULL AND k.kind IN ('service', 'session')
                    AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())) THEN
    RETURN;
  END IF;
  -- Each step finds the next organization by the primary keys, so the loop never reads the rows of an organization.
  WHILE returned < lim LOOP
    org := least(
      (SELECT t.org_id FROM public.sync_progress t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
      (SELECT t.org_id FROM public.sync_connections t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
      (SELECT t.org_id FROM auth.users_extended t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1));
    EXIT WHEN org IS NULL;
    IF fragment IS NULL OR strpos(lower(org), lower(fragment)) > 0 THEN
      RETURN NEXT org;
      returned := returned + 1;
    END IF;
  END LOOP;
END
$$;
ALTER FUNCTION app.organizations(bytea, text, text, integer) OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.organizations(bytea, text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.organizations(bytea, text, text, integer) TO sync_app;
