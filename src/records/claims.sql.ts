import type { Statement } from '../database/database.ts';

/** What an item of a run takes, so that no other item of the run may take it; see planning/rivals.ts. */
export interface Claim {
  readonly claim: string;
  readonly external_id: string;
}

export const findClaims = (orgId: string, syncId: string, claims: readonly string[]): Statement => ({
  text: `
    SELECT claim, external_id FROM public.sync_claims WHERE org_id = $1 AND sync_id = $2 AND claim = ANY ($3)`,
  values: [orgId, syncId, claims],
});
