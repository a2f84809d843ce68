import type { Statement } from '../database/database.ts';

/** The first response, which every repeated request gets. */
export interface StoredResponse {
  readonly status: number;
  readonly location: string | null;
  readonly body: unknown;
}

/** One row: the key is ours (it is new, or its day has passed). None: another request has it. Waits for one under way. */
export const claimKey = (orgId: string, key: string, fingerprint: string): Statement => ({
  text: `
    INSERT INTO idempotency_keys AS k (org_id, key, fingerprint) VALUES ($1, $2, $3)
    ON CONFLICT (org_id, key) DO UPDATE
       SET fingerprint = EXCLUDED.fingerprint, response = NULL, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
     WHERE k.expires_at <= EXCLUDED.created_at
    RETURNING key`,
  values: [orgId, key, fingerprint],
});

export const findResponse = (orgId: string, key: string): Statement => ({
  text: 'SELECT fingerprint, response FROM idempotency_keys WHERE org_id = $1 AND key = $2',
  values: [orgId, key],
});

export const storeResponse = (orgId: string, key: string, response: StoredResponse): Statement => ({
  text: 'UPDATE idempotency_keys SET response = $3 WHERE org_id = $1 AND key = $2',
  values: [orgId, key, JSON.stringify(response)],
});
