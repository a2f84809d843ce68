import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** What of a request says what it asks for. */
export interface FingerprintedRequest {
  readonly method: string;
  readonly routeOptions: { readonly url?: string };
  readonly params: unknown;
  readonly query: unknown;
  readonly body?: unknown;
}

/**
 * The same for two requests exactly when they mean the same: the bytes of the path and of the body, and the order of members, do not count.
 * The organization is left out, since keys are kept for each of them.
 */
export function fingerprintOf({
  method,
  routeOptions,
  params,
  query,
  body,
}: FingerprintedRequest | FastifyRequest): string {
  const { orgId: _, ...rest } = query as Record<string, unknown>;
  return createHash('sha256')
    .update(canonicalText([method, routeOptions.url, params, rest, body ?? null]))
    .digest('hex');
}

/**
 * JSON whose members stand in one order. Not RFC 8785's, which refuses what a body that is not validated yet may hold: half of a surrogate
 * pair, a number beyond the range.
 */
const canonicalText = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => sorted(inner));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // Entries, not assignments: a member may be called __proto__.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
