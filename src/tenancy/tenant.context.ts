import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../auth/principal.ts';
import { idFault } from '../common/identity.ts';
import { Problem } from '../common/problem.ts';
import type { Statement } from '../database/database.ts';

/** An open transaction in which the organization is set. */
export interface TenantTransaction {
  query<Row extends object>(statement: Statement): Promise<Row[]>;
  /** Sent with COMMIT, when the work has succeeded; costs no round trip. */
  beforeCommit(statement: Statement): void;
  /** Called when it has committed, and never otherwise. It must not throw. */
  afterCommit(effect: () => void): void;
}

/** The organization and the caller of the current request or job. */
export interface TenantContext {
  readonly orgId: string;
  readonly principal: Principal;
  /** Set while a transaction is open, so that what runs inside joins it instead of opening another. */
  readonly transaction?: TenantTransaction;
  /** Nobody waits for a response: statements may wait longer for locks. */
  readonly isBackground?: boolean;
}

const storage = new AsyncLocalStorage<TenantContext>();

export function runAsTenant<T>(context: TenantContext, work: () => T): T {
  return storage.run(context, work);
}

/**
 * The tenant of the current request or job. Throws when there is none: the principal of every organization named none, or code
 * runs outside a request by mistake. There is no default tenant.
 */
export function currentTenant(): TenantContext {
  const context = storage.getStore();
  if (!context)
    throw new Problem('organization-required', 'Your key is for every organization: name one in X-Org-Id or orgId.', {
      errors: [{ header: 'X-Org-Id', detail: 'is required with this key' }],
    });
  return context;
}

/** The user to record as the actor: the id of a user, or the name of a key that stands for no user. */
export function currentUser(): string {
  const { principal } = currentTenant();
  return principal.userId ?? principal.name;
}

/**
 * The user to write down when the request names one. A service key speaks for its users; a person speaks for themselves, so
 * that the audit trail cannot be made to name somebody else.
 */
export function actingFor(named: string | undefined, field: string): string {
  const { principal } = currentTenant();
  const own = currentUser();
  if (named === undefined || named === own) return named ?? own;
  const fault = idFault(named);
  if (principal.kind === 'key' && !fault) return named;
  const detail = fault ?? `must be your own user (${own}); only a service key may name another`;
  throw new Problem('invalid-request', `${field} ${detail}.`, { errors: [{ pointer: `#/${field}`, detail }] });
}

/** Who background work is done as; the organization is the run's, and row-level security holds it like any other. */
const WORKER: Omit<Principal, 'orgId'> = {
  kind: 'key',
  name: 'sync-worker',
  userId: null,
  scopes: ['sync:read', 'sync:write'],
  expiresAt: null,
};

export const runAsWorker = <T>(orgId: string, work: () => T): T =>
  runAsTenant({ orgId, principal: { ...WORKER, orgId }, isBackground: true }, work);
