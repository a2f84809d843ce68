import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpResponse } from '../../http/http.types.ts';
import { plainMessage } from '../mapping/shop.values.ts';

/** What was asked, as far as an error may tell it. */
export interface Asked {
  readonly method: string;
  /** Below wc/v3, without query. */
  readonly path: string;
  readonly idempotent: boolean;
}

export type ReadAnswer =
  | { readonly ok: true; readonly body: unknown }
  /** `anonymous`: the shop did not take the key at all, as if none had been sent; another way to send it may help. */
  | { readonly ok: false; readonly error: ConnectorError; readonly anonymous: boolean };

interface ShopProblem {
  readonly code: string;
  readonly message: string;
}

/** Tells an answer from a refusal. Pure; `now` in milliseconds. */
export function readAnswer(response: HttpResponse, asked: Asked, now: number): ReadAnswer {
  const body = parseJson(response.body);
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (body !== undefined) return { ok: true, body };
    const message = `The shop answered ${asked.path} with something that is not JSON.`;
    return refuse(new ConnectorError('protocol', message, { status, ambiguous: !asked.idempotent }));
  }
  const problem = problemOf(body);
  if (status === 401 || status === 403) return signInRefused(status, problem, asked);
  return refuse(errorOf(response, problem, asked, now));
}

function errorOf(
  { status, headers }: HttpResponse,
  problem: ShopProblem | null,
  asked: Asked,
  now: number,
): ConnectorError {
  const said = problem ? `: ${problem.message}` : '';
  if (status === 404 && (problem === null || problem.code === 'rest_no_route')) {
    const hint = 'Is this a WooCommerce shop, and are its permalinks not "plain"?';
    const message = `The shop has no REST API for ${asked.path}${said.replace(/\.$/, '')}. ${hint}`;
    return new ConnectorError('not-found', message, { status });
  }
  if (status === 404) {
    return new ConnectorError('not-found', `The shop does not find ${asked.path}${said}`, { status, cause: problem });
  }
  if (status === 413) {
    return new ConnectorError('too-large', `The shop refuses so much at once${said}`, { status });
  }
  if (status === 429) {
    const retryAt = retryAfter(headers['retry-after'], now);
    return new ConnectorError('rate-limited', 'The shop answers too many requests.', { status, retryAt });
  }
  // 501 with JSON is WooCommerce saying that it cannot (no trash for customers); otherwise it is the host's firewall.
  if (status >= 500 && !(status === 501 && problem)) {
    const message = `The shop answered ${status}${said}`;
    return new ConnectorError('unavailable', message, { status, ambiguous: !asked.idempotent });
  }
  if (problem === null && status < 400) {
    return new ConnectorError('protocol', `The shop answered ${asked.path} with status ${status}.`, { status });
  }
  return new ConnectorError('rejected', `The shop refused ${asked.method} ${asked.path}${said || ` (${status})`}`, {
    status,
    cause: problem,
  });
}

/** The shop's own code of an error, when it is about the one object that was asked for; null for anything else. */
export function shopCodeOf(error: unknown): string | null {
  if (!(error instanceof ConnectorError) || (error.kind !== 'not-found' && error.kind !== 'rejected')) return null;
  const { code } = (error.cause ?? {}) as Partial<ShopProblem>;
  return typeof code === 'string' ? code : null;
}

/**
 * WooCommerce answers 401 to a wrong key, to no key, and to a good key that may not write (recordings 10 to 14). The last two
 * share a code, so its words decide.
 */
function signInRefused(status: number, problem: ShopProblem | null, asked: Asked): ReadAnswer {
  const said = problem ? `: ${problem.message}` : './';
  if (problem?.code === 'woocommerce_rest_authentication_error' && /permission/i.test(problem.message)) {
    return refuse(new ConnectorError('forbidden', problem.message, { status }));
  }
  if (status === 403) {
    const who = problem ? 'The shop does not let this key' : 'The host in front of the shop refuses';
    return refuse(new ConnectorError('forbidden', `${who} ${asked.method} ${asked.path}${said}`, { status }));
  }
  const error = new ConnectorError('auth', `The shop does not accept the key${said}`, { status });
  return { ok: false, error, anonymous: problem?.code !== 'woocommerce_rest_authentication_error' };
}

/** Undefined for what is not JSON. A byte order mark, which careless plugins print, is let through. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function problemOf(body: unknown): ShopProblem | null {
  if (typeof body !== 'object' || body === null || !('code' in body)) return null;
  const { code, message } = body as { code: unknown; message?: unknown };
  return { code: String(code), message: plainMessage(message) || String(code) };
}

/** Seconds or an HTTP date to milliseconds since 1970; a minute when the shop does not say. */
function retryAfter(value: string | undefined, now: number): number {
  if (value !== undefined && /^\d+$/.test(value.trim())) return now + Number(value) * 1000;
  const date = Date.parse(value ?? '');
  return Number.isNaN(date) ? now + 60_000 : date;
}

function refuse(error: ConnectorError): ReadAnswer {
  return { ok: false, error, anonymous: false };
}
