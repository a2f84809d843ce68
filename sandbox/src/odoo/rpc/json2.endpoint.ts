import type { ReadyResponse } from '../../faults/fault.transport.ts';
import { httpError, type OdooError, typeError } from '../orm/odoo.error.ts';
import { toPythonJson } from '../orm/python.format.ts';
import { databaseNotFound, unsupportedMediaType } from './error.pages.ts';
import { asOdooError, serializeException } from './error.presenter.ts';
import { bindArguments, type Signature, UnexpectedArgument } from './method.signatures.ts';
import { callMethod, credentialsHold, type RpcParts } from './rpc.service.ts';

export interface Json2Request {
  method: string;
  /** From the first slash, without the query. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** `POST /json/2/<model>/<method>` of Odoo 19: the outcome is in the status; errors are JSON. */
export function handleJson2(parts: RpcParts, request: Json2Request): ReadyResponse {
  const asked = request.headers['x-odoo-database'];
  if (asked !== undefined && asked !== parts.database) return databaseNotFound();
  const type = String(request.headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim();
  if (request.body !== '' && type !== 'application/json') return unsupportedMediaType(request.path);
  try {
    const result = call(parts, request);
    return { status: 200, headers: { ...JSON_TYPE, 'X-Content-Type-Options': 'nosniff' }, body: toPythonJson(result) };
  } catch (thrown) {
    const problem = asOdooError(thrown);
    const challenge: Record<string, string> = problem.status === 401 ? { 'WWW-Authenticate': 'Bearer ' } : {};
    const body = toPythonJson(serializeException(problem, parts.db.version));
    return { status: problem.status, headers: { ...challenge, ...JSON_TYPE }, body };
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

function call(parts: RpcParts, request: Json2Request): unknown {
  const [, model, method] = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || !model || !method) {
    throw httpError('NotFound', 404, 'Did you mean POST /json/2/<model>/<method>?');
  }
  const uid = authenticate(parts, request);
  const { ids, context, ...named } = parseBody(request.body);
  if (!parts.db.hasModel(model)) throw httpError('NotFound', 404, `the model '${model}' does not exist`);
  const records = typeof ids === 'number' ? [ids] : ((ids as number[] | undefined) ?? []);
  const caller = { uid, context: (context as Record<string, unknown> | undefined) ?? {} };
  try {
    const result = callMethod(parts, caller, { model, method }, (signature) => {
      if (signature.on === 'model' && records.length > 0) {
        throw httpError('UnprocessableEntity', 422, `cannot call ${model}.${method} with ids`);
      }
      return { ids: records, args: bound(signature, named) };
    });
    // Records that a method returns are serialized as their ids.
    return method === 'create' && typeof result === 'number' ? [result] : result;
  } catch (problem) {
    throw isUnknownMethod(problem) ? httpError('NotFound', 404, problem.message) : problem;
  }
}

function authenticate(parts: RpcParts, { headers }: Json2Request): number {
  const [, key] = /^bearer\s+(.+)$/i.exec(String(headers.authorization ?? '')) ?? [];
  if (key === undefined) {
    const advice = 'User not authenticated, use an API Key with a Bearer Authorization header.';
    throw httpError('Unauthorized', 401, advice);
  }
  const uid = parts.users.uidOfKey(key.trim());
  if (uid === null || !credentialsHold(parts)) throw httpError('Unauthorized', 401, 'Invalid apikey');
  return uid;
}

function parseBody(body: string): Record<string, unknown> {
  if (body === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (problem) {
    throw httpError('BadRequest', 400, `could not parse the body as json: ${pythonComplaint(body, problem)}`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw httpError('BadRequest', 400, 'could not parse the body, expecting a json object');
}

/** Where Python stopped reading, approximately: the position V8 reports, or the end. */
function pythonComplaint(body: string, problem: unknown): string {
  const at = Number(/at position (\d+)/.exec(String(problem))?.[1] ?? body.trimEnd().length);
  const before = body.slice(0, at);
  const line = before.split('\n').length;
  return `Expecting value: line ${line} column ${at - before.lastIndexOf('\n')} (char ${at})`;
}

function bound(signature: Signature, named: Record<string, unknown>): Record<string, unknown> {
  try {
    return bindArguments(signature, [], named);
  } catch (problem) {
    if (problem instanceof UnexpectedArgument) throw typeError(problem.message);
    throw httpError('UnprocessableEntity', 422, (problem as Error).message);
  }
}

function isUnknownMethod(problem: unknown): problem is OdooError {
  return (problem as Partial<OdooError>)?.exception === 'builtins.AttributeError';
}
