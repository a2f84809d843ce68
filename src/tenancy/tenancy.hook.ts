import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { runAsTenant } from './tenant.context.ts';

/** A request that was admitted; `orgId` is the organization it is for, which its log line names. */
export type TenantRequest = AuthenticatedRequest & { orgId?: string };

/**
 * Binds the principal's organization to the rest of the request; it opens no transaction. A hook, since an interceptor would set rxjs around
 * every handler.
 */
export function bindTenant({ principal, orgId }: TenantRequest, _reply: FastifyReply, done: () => void): void {
  if (!principal || orgId === undefined) done();
  else runAsTenant({ orgId, principal }, done);
}
