import type { ReadyResponse } from '../../faults/fault.transport.ts';
import { accessDenied, OdooError, typeError } from '../orm/odoo.error.ts';
import { toPythonJson } from '../orm/python.format.ts';
import { asOdooError, serializeException } from './error.presenter.ts';
import { bindArguments, type Signature, UnexpectedArgument } from './method.signatures.ts';
import { callMethod, credentialsHold, type RpcParts, versionOf } from './rpc.service.ts';

/** `POST /jsonrpc`: responds with 200 and `result` or `error` to any valid JSON. */
export function handleJsonRpc(parts: RpcParts, body: string): ReadyResponse {
  let request: { id?: unknown; params?: { service?: unknown; method?: unknown; args?: unknown } };
  try {
    request = JSON.parse(body);
    if (typeof request !== 'object' || request === null) throw new SyntaxError('not an object');
  } catch {
    return { status: 400, headers: { ...TEXT, ...NOSNIFF }, body: 'Invalid JSON data' };
  }
  const envelope = { jsonrpc: '2.0', id: request.id ?? null };
  try {
    const { service, method, args } = request.params ?? {};
    const result = dispatch(parts, String(service), String(method), Array.isArray(args) ? args : []);
    return { status: 200, headers: { ...JSON_TYPE, ...NOSNIFF }, body: toPythonJson({ ...envelope, result }) };
  } catch (problem) {
    const { version } = parts.db;
    const data = serializeException(asOdooError(problem), version);
    // The code is the same for every error; 19 only changed its value.
    const error = { code: version === 18 ? 200 : 0, message: 'Odoo Server Error', data };
    return { status: 200, headers: JSON_TYPE, body: toPythonJson({ ...envelope, error }) };
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };
const TEXT = { 'Content-Type': 'text/html; charset=utf-8' };
const NOSNIFF = { 'X-Content-Type-Options': 'nosniff' };

function dispatch(parts: RpcParts, service: string, method: string, args: readonly unknown[]): unknown {
  if (service === 'common') return common(parts, method, args);
  if (service === 'db' && method === 'list') return [parts.database];
  if (service === 'db' && method === 'server_version') return versionOf(parts.db.version).server_version;
  if (service === 'object' && (method === 'execute_kw' || method === 'execute')) return execute(parts, method, args);
  throw new OdooError('builtins.Exception', `Method not found: ${method}`);
}

function common({ db, database, users, calls }: RpcParts, method: string, args: readonly unknown[]): unknown {
  calls.set(`common.${method}`, (calls.get(`common.${method}`) ?? 0) + 1);
  if (method === 'version') return versionOf(db.version);
  if (method !== 'authenticate' && method !== 'login')
    throw new OdooError('builtins.Exception', `Method not found: ${method}`);
  checkDatabase(database, args[0]);
  return users.authenticate(args[1], args[2]) ?? false;
}

function execute(parts: RpcParts, how: string, args: readonly unknown[]): unknown {
  const [database, uid, secret, model, method, ...rest] = args;
  checkDatabase(parts.database, database);
  if (!parts.users.holds(uid, secret) || !credentialsHold(parts)) throw accessDenied();
  const [positional, named]: [readonly unknown[], Record<string, unknown>] =
    how === 'execute_kw' ? [listOf(rest[0]), objectOf(rest[1])] : [rest, {}];
  const { context, ...kwargs } = named;
  const caller = { uid: Number(uid), context: objectOf(context) };
  return callMethod(parts, caller, { model: String(model), method: String(method) }, (signature) =>
    bound(signature, positional, kwargs),
  );
}

/** The first positional argument of a method on records is their ids. */
function bound(signature: Signature, positional: readonly unknown[], kwargs: Record<string, unknown>) {
  try {
    if (signature.on === 'model') return { ids: [], args: bindArguments(signature, positional, kwargs) };
    const [first, ...rest] = positional;
    const ids = Array.isArray(first) ? first : typeof first === 'number' ? [first] : [];
    return { ids, args: bindArguments(signature, rest, kwargs) };
  } catch (problem) {
    if (problem instanceof UnexpectedArgument) throw typeError(problem.message);
    throw problem;
  }
}

function checkDatabase(known: string, asked: unknown): void {
  if (asked === known) return;
  const reason = `connection to server at "db.example", port 5432 failed: FATAL:  database "${String(asked)}" does not exist\n`;
  throw new OdooError('psycopg2.OperationalError', reason);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
