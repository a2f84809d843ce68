import { ConnectorError, quoted } from '../../contract/connector.error.ts';
import type { HttpResponse } from '../../http/http.types.ts';
import { parseJson, TOO_MANY_MEMBERS } from '../../http/json.parser.ts';
import { requestedWaitMs } from '../../http/retry-after.header.ts';
import { plainMessage } from '../mapping/shop.values.ts';
import { beginningOf, findFramedJson } from './framed.json.ts';

/** The request, as far as an error may show it. */
export interface ShopCall {
  readonly method: string;
  /** Below wc/v3, without query. */
  readonly path: string;
  readonly idempotent: boolean;
  /** What the body is; an object unless said. */
  readonly expects?: 'list' | 'object';
}

export type ShopResult =
  /** `around`: what stood before and behind the JSON, if anything did. */
  | { readonly ok: true; readonly body: unknown; readonly around?: string }
  /** `keyIgnored`: the shop did not see the key at all, as if none had been sent. Another auth method may help. */
  | { readonly ok: false; readonly error: ConnectorError; readonly keyIgnored: boolean };

export interface ShopProblem {
  readonly code: string;
  readonly message: string;
  /** The object that already has what was to be made. */
  readonly resourceId?: unknown;
}

const DEFAULT_RETRY_AFTER_MS = 60_000;

/** Turns a response into a body or an error; `now` in milliseconds. */
export async function readResponse(response: HttpResponse, call: ShopCall, now: number): Promise<ShopResult> {
  const { body, around } = await readBody(response.body, call);
  const { status } = response;
  if (body === TOO_MANY_MEMBERS) {
    const message = `The shop's response to ${call.path} has an object of more than 10,000 members.`;
    return failed(new ConnectorError('too-large', message, { status, ambiguous: !call.idempotent }));
  }
  if (status >= 200 && status < 300) {
    if (body !== undefined) return { ok: true, body, ...(around && { around }) };
    const message = `The shop's response to ${call.method} ${call.path} has status ${status} and no JSON: ${quoted(beginningOf(response.body))}.`;
    return failed(new ConnectorError('protocol', message, { status, ambiguous: !call.idempotent }));
  }
  const problem = problemOf(body);
  if (status === 401 || status === 403) return accessDenied(status, problem, call);
  return failed(errorOf(response, problem, call, now));
}

/** A whole document counts whatever a plugin prints before it or a cache behind it; the body is undefined without one. */
async function readBody(text: string, { expects = 'object' }: ShopCall): Promise<{ body: unknown; around: string }> {
  const body = await parseJson(text);
  if (body !== undefined) return { body, around: '' };
  const framed = findFramedJson(text, expects);
  return framed ? { body: await parseJson(framed.json), around: framed.around } : { body, around: '' };
}

function errorOf(
  { status, headers }: HttpResponse,
  problem: ShopProblem | null,
  call: ShopCall,
  now: number,
): ConnectorError {
  const said = problem?.message;
  const reason = problem ? `: ${problem.message}` : '';
  if (status === 404 && (problem === null || problem.code === 'rest_no_route')) {
    const hint = 'Is this a WooCommerce shop, and are its permalinks not "plain"?';
    const message = `The shop has no REST API for ${call.path}${reason.replace(/\.$/, '')}. ${hint}`;
    return new ConnectorError('not-found', message, { status, said: said?.replace(/\.$/, '') });
  }
  if (status === 404) {
    const message = `The shop cannot find ${call.path}${reason}`;
    return new ConnectorError('not-found', message, { status, said, cause: problem });
  }
  if (status === 413) {
    return new ConnectorError('too-large', `The shop refuses a request of this size${reason}`, { status, said });
  }
  if (status === 429) {
    const retryAt = now + (requestedWaitMs(headers, now) ?? DEFAULT_RETRY_AFTER_MS);
    return new ConnectorError('rate-limited', 'The shop received too many requests.', { status, retryAt });
  }
  // WooCommerce itself sends 501 with JSON for what it does not support (no trash for customers). Any other 501 is the host's firewall.
  if (status >= 500 && !(status === 501 && problem)) {
    const message = `The shop responded with status ${status}${reason}`;
    return new ConnectorError('unavailable', message, { status, said, ambiguous: !call.idempotent });
  }
  if (problem === null && status < 400) {
    return new ConnectorError('protocol', `The shop responded to ${call.path} with status ${status}.`, { status });
  }
  return new ConnectorError('rejected', `The shop refused ${call.method} ${call.path}${reason || ` (${status})`}`, {
    status,
    said,
    cause: problem,
  });
}

/** The shop's own code of an error about the one object in the request; null for any other error. */
export function shopCodeOf(error: unknown): string | null {
  if (!(error instanceof ConnectorError) || (error.kind !== 'not-found' && error.kind !== 'rejected')) return null;
  const { code } = (error.cause ?? {}) as Partial<ShopProblem>;
  return typeof code === 'string' ? code : null;
}

/**
 * WooCommerce responds with 401 to a wrong key, to no key, and to a valid key that may not write (recordings 10 to 14). The last two
 * share a code, so the message decides.
 */
function accessDenied(status: number, problem: ShopProblem | null, call: ShopCall): ShopResult {
  const said = problem?.message;
  const reason = problem ? `: ${problem.message}` : '.';
  if (problem?.code === 'woocommerce_rest_authentication_error' && /permission/i.test(problem.message)) {
    return failed(new ConnectorError('forbidden', problem.message, { status, said }));
  }
  if (status === 403) {
    const who = problem ? 'The shop does not allow this key' : 'The host in front of the shop refuses';
    const message = `${who} ${call.method} ${call.path}${reason}`;
    return failed(new ConnectorError('forbidden', message, { status, said, passing: problem === null }));
  }
  const hint = /invalid signature/i.test(reason) ? ` ${SIGNATURE_HINT}` : '';
  const error = new ConnectorError('auth', `The shop does not accept the key${reason}${hint}`, { status, said });
  return { ok: false, error, keyIgnored: problem?.code !== 'woocommerce_rest_authentication_error' };
}

const SIGNATURE_HINT =
  'Either the consumer secret is wrong, or WordPress has another address than base_url, which OAuth signs: set home_url to the Site Address in WordPress (Settings, General).';

function problemOf(body: unknown): ShopProblem | null {
  if (typeof body !== 'object' || body === null || !('code' in body)) return null;
  const { code, message, data } = body as { code: unknown; message?: unknown; data?: unknown };
  const resourceId = (data as { resource_id?: unknown } | null | undefined)?.resource_id;
  return { code: String(code), message: plainMessage(message) || String(code), resourceId };
}

function failed(error: ConnectorError): ShopResult {
  return { ok: false, error, keyIgnored: false };
}
