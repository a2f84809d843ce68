import type { OdooFaultPlan } from '../odoo.faults.ts';
import type { InMemoryDatabase } from '../orm/database.ts';
import type { OdooVersion } from '../orm/model.types.ts';
import { checkAccess } from './access.rights.ts';
import { checkContext } from './context.check.ts';
import { type Call, runMethod, signatureOf } from './method.calls.ts';
import type { Signature } from './method.signatures.ts';
import type { UserAuthenticator } from './user.authenticator.ts';

/** The parts that both protocols share. */
export interface RpcParts {
  db: InMemoryDatabase;
  database: string;
  users: UserAuthenticator;
  faults: OdooFaultPlan;
  /** How often each `model.method` was called. */
  calls: Map<string, number>;
  /** The credentials of this request are treated as expired. */
  keyExpired?: boolean;
  /** When its transaction began, if not now: microseconds since 1970. */
  startedAt?: number;
}

/** Counts a call with valid credentials; returns whether they are still valid. */
export function credentialsHold({ faults, keyExpired = false }: RpcParts): boolean {
  return faults.keyHolds() && !keyExpired;
}

export interface Caller {
  uid: number;
  context: Readonly<Record<string, unknown>>;
}

/** Runs one public method in a transaction of its own; `prepare` binds what was sent to its signature. */
export function callMethod(
  { db, faults, calls, startedAt }: RpcParts,
  caller: Caller,
  target: Pick<Call, 'model' | 'method'>,
  prepare: (signature: Signature) => Pick<Call, 'ids' | 'args'>,
): unknown {
  const { model, method } = target;
  calls.set(`${model}.${method}`, (calls.get(`${model}.${method}`) ?? 0) + 1);
  return db.transaction({ ...caller, ...(startedAt !== undefined && { startedAt }) }, (env) => {
    checkContext(env);
    const signature = signatureOf(env, model, method);
    const call = { ...target, ...prepare(signature) };
    checkAccess(env, model, method, signature.writes ?? false);
    const before = db.savepoint();
    const result = runMethod(env, call);
    // An import with errors saves nothing, and its call succeeds.
    if (isRefusedLoad(result)) db.rollbackTo(before);
    if (signature.writes) faults.beforeCommit();
    return faults.capped(method, result);
  });
}

function isRefusedLoad(result: unknown): boolean {
  return (
    typeof result === 'object' && result !== null && 'messages' in result && 'ids' in result && result.ids === false
  );
}

/** The result of `common.version` (recording 01). */
export function versionOf(version: OdooVersion) {
  return {
    server_version: version === 18 ? '18.0-20250506' : '19.0',
    server_version_info: [version, 0, 0, 'final', 0, ''],
    server_serie: `${version}.0`,
    protocol_version: 1,
  };
}
