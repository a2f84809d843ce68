import type { Statement } from '../database/database.ts';

/** The first response, which every repeated request gets. */
export interface StoredResponse {
  readonly status: number;
  readonly location: string | null;
  readonly body: unknown;
}

/** Raises what `isKeyTaken` recognises when another request has the key. Waits for one under way. */
export const claimKey = (orgId: string, key: string, fingerprint: string): Statement => ({
  text: 'SELECT app.claim_idempotency_key($1, $2, $3)',
  values: [orgId, key, fingerprint],
});

export const findResponse = (orgId: string, key: string): Statement => ({
  text: 'SELECT fingerprint, response FROM public.idempotency_keys WHERE org_id = $1 AND key = $2',
  values: [orgId, key],
});

export const storeResponse = (orgId: string, key: string, response: StoredResponse): Statement => ({
  text: 'UPDATE public.idempotency_keys SET response = $3 WHERE org_id = $1 AND key = $2',
  values: [orgId, key, JSON.stringify(response)],
});
