-- Why: a request with an Idempotency-Key is carried out once. The claim is sent together with the first statement of the request, before
-- its result is known, so a key that is taken must make everything after it fail.
-- Promises: returns when the key is new or its day has passed, and it is this transaction's then. Raises SQLSTATE SY002 when another
-- request has it. Waits, as long as any statement waits for a lock, for a request under way with the same key.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_idempotency_key(org text, idempotency_key text, request_fingerprint text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.idempotency_keys AS k (org_id, key, fingerprint) VALUES (org, idempotency_key, request_fingerprint)
  ON CONFLICT (org_id, key) DO UPDATE
     SET fingerprint = EXCLUDED.fingerprint, response = NULL, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
   WHERE k.expires_at <= EXCLUDED.created_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the idempotency key was used' USING ERRCODE = 'SY002';
  END IF;
END
$$;
ALTER FUNCTION app.claim_idempotency_key(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.claim_idempotency_key(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_idempotency_key(text, text, text) TO sync_app;
