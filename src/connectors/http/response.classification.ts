import type { CallFailure } from './call.failure.ts';
import { FAILURES } from './call.failure.ts';
import type { HttpResponse } from './http.types.ts';

/**
 * What a response says about the system:
 * - `response`: the system handled the request, with success or an error.
 * - `own-error`: it failed and says why (Odoo's JSON-2 returns 500 with JSON for a wrong field name). The failure may be temporary.
 * - `throttled`: too many requests. The system did not carry out this one.
 * - `overloaded`: a host or proxy in between gave up. The system may have carried out the request.
 */
export type ResponseClass = 'response' | 'own-error' | 'throttled' | 'overloaded';

/** From a proxy, not from the system, whatever the content type: Cloudflare sends JSON as well. */
const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530]);

export function classifyResponse({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): ResponseClass {
  if (status === 429 || status === 425) return 'throttled';
  if (status === 503 && headers['retry-after'] !== undefined) return 'throttled';
  if (status === 408 || GATEWAY.has(status)) return 'overloaded';
  if (status < 500) return 'response';
  if (!isJson(headers['content-type'])) return 'overloaded';
  // With 501, WooCommerce says "customers do not support trashing". As HTML it comes from ModSecurity under load.
  return status === 501 ? 'response' : 'own-error';
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType?.trim() ?? '');
}

/** The result of one attempt: a complete response, or a failure. */
export type Outcome = HttpResponse | CallFailure;

/** How the system handles the load: `down` counts for its circuit breaker; `down` and `strained` lower the concurrency. */
export function loadOf(outcome: Outcome): 'fine' | 'strained' | 'down' {
  if ('kind' in outcome) return FAILURES[outcome.kind].temporary ? 'down' : 'fine';
  const found = classifyResponse(outcome);
  if (found === 'overloaded') return 'down';
  return found === 'throttled' ? 'strained' : 'fine';
}
