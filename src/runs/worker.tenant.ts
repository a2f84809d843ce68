import type { Principal } from '../auth/principal.ts';
import { runAsTenant } from '../tenancy/tenant.context.ts';

/** Who background work is done as; the organization is the run's, and row-level security holds it like any other. */
const WORKER: Omit<Principal, 'orgId'> = {
  kind: 'key',
  name: 'sync-worker',
  userId: null,
  scopes: ['sync:read', 'sync:write'],
  expiresAt: null,
};

export const runAsWorker = <T>(orgId: string, work: () => T): T =>
  runAsTenant({ orgId, principal: { ...WORKER, orgId } }, work);
