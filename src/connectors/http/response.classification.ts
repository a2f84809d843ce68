import type { CallFailure } from './call.failure.ts';
import { FAILURES } from './call.failure.ts';
import type { HttpResponse } from './http.types.ts';

/**
 * What an answer says of the system behind it:
 * - `answer`: the system spoke, well or badly.
 * - `own-error`: it failed and says why (Odoo's JSON-2 answers 500 with JSON to a wrong field name); it may be a passing failure.
 * - `turned-away`: too much at once, and surely not carried out.
 * - `overloaded`: a host or proxy in between gave up; whether it was carried out is not known.
 */
export type AnswerClass = 'answer' | 'own-error' | 'turned-away' | 'overloaded';

/** From a proxy, not from the system, whatever the content type: Cloudflare writes JSON as well. */
const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530]);

export function classifyAnswer({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): AnswerClass {
  if (status === 429 || status === 425) return 'turned-away';
  if (status === 503 && headers['retry-after'] !== undefined) return 'turned-away';
  if (status === 408 || GATEWAY.has(status)) return 'overloaded';
  if (status < 500) return 'answer';
  if (!isJson(headers['content-type'])) return 'overloaded';
  // 501 is WooCommerce's "customers do not support trashing"; as HTML it is ModSecurity under load.
  return status === 501 ? 'answer' : 'own-error';
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType?.trim() ?? '');
}

/** One attempt: an answer that came whole, or none. */
export type Outcome = HttpResponse | CallFailure;

/** How the system bears the load: `down` counts towards its circuit, `down` and `strained` lower the concurrency. */
export function loadOf(outcome: Outcome): 'fine' | 'strained' | 'down' {
  if ('kind' in outcome) return FAILURES[outcome.kind].passing ? 'down' : 'fine';
  const found = classifyAnswer(outcome);
  if (found === 'overloaded') return 'down';
  return found === 'turned-away' ? 'strained' : 'fine';
}
