import type { ConnectorErrorKind } from '../contract/connector.error.ts';
import { FAILURES, type FailureKind } from './call.failure.ts';
import type { HttpOptions } from './http.options.ts';
import { classifyResponse } from './response.classification.ts';
import { requestedWaitMs } from './retry-after.header.ts';

/** One attempt and its result: a response (`status`, `headers`) or a failure. */
export interface RetryQuestion {
  /** From 1. */
  readonly attempt: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly failure?: { readonly kind: FailureKind; readonly sent: boolean };
  readonly idempotent: boolean;
  /** See HttpRequest. */
  readonly canShrink?: boolean;
  /** See HttpRequest. */
  readonly writes?: boolean;
  /** By `steadyNow`. */
  readonly now: number;
}

export type RetryOptions = Pick<
  HttpOptions,
  'maxAttempts' | 'baseWaitMs' | 'maxBackoffMs' | 'maxInlineWaitMs' | 'random'
>;

export type RetryDecision =
  /** `holdsAll`: the system requested the pause, so the connection's other requests wait, too. */
  | { readonly retry: true; readonly reason: string; readonly waitMs: number; readonly holdsAll: boolean }
  | { readonly retry: false; readonly reason: string; readonly end: RetryEnd };

/** What the caller gets: the response as it is, or an error. */
type RetryEnd =
  | { readonly as: 'response' }
  | {
      readonly as: 'error';
      readonly kind: ConnectorErrorKind;
      readonly ambiguous: boolean;
      readonly retryAt?: number;
    };

/**
 * Decides what follows an attempt; no other place does.
 *
 * | result | idempotent | not idempotent | in the end |
 * |---|---|---|---|
 * | 429, 425, 503 with Retry-After | retry | retry: it was not carried out | `rate-limited` for 429, else `unavailable` |
 * | 408, 502 to 504, Cloudflare's 52x, any other 5xx that is not JSON | retry | error, ambiguous | `unavailable` |
 * | 501 in JSON | the response | the response | |
 * | other 5xx in JSON | one retry, then the response | the response | |
 * | any other status | the response | the response | |
 * | no response, and nothing was sent | retry | retry | `unavailable`, `timeout` |
 * | reset, timeout or cut off after sending | retry | error, ambiguous | `unavailable`, `timeout` |
 * | too large, not HTTP, bad compression | error | error, ambiguous | `too-large`, `protocol` |
 * | bad certificate, bad header | error | error | `unavailable`, `rejected` |
 *
 * A request that can shrink is told of a timeout and of a 5xx at once, unless the system asked for a pause; one that writes is told of a
 * timeout at once, since the system may still be at work on it.
 *
 * There are at most `maxAttempts` attempts. A wait is at least as long as Retry-After requests, otherwise it grows exponentially, both
 * with jitter. When Retry-After requests more than `maxInlineWaitMs`, whatever the status, the end is `rate-limited` at once, with the
 * time in `retryAt`.
 */
export function decideRetry(question: RetryQuestion, options: RetryOptions): RetryDecision {
  const { failure, idempotent } = question;
  if (failure) {
    const { text, error, temporary } = FAILURES[failure.kind];
    const safe = idempotent || !failure.sent;
    const end = { as: 'error', kind: error, ambiguous: !safe } as const;
    const isTold = (question.canShrink || question.writes) && failure.kind === 'timeout' && failure.sent;
    if (!temporary || !safe || isTold || question.attempt >= options.maxAttempts)
      return { retry: false, reason: text, end };
    return { retry: true, reason: text, waitMs: backoffMs(question.attempt, options), holdsAll: false };
  }
  return decideAfterResponse(question, question.status ?? 0, options);
}

function decideAfterResponse(question: RetryQuestion, status: number, options: RetryOptions): RetryDecision {
  const { attempt, idempotent, now, headers = {} } = question;
  const found = classifyResponse({ status, headers });
  const reason = status === 429 ? 'too many requests' : `the system responded with status ${status}`;
  const response = { retry: false, reason, end: { as: 'response' } } as const;
  if (found === 'response') return response;

  const requested = requestedWaitMs(headers, now);
  const tooLong = requested !== undefined && requested > options.maxInlineWaitMs;
  const holdsAll = found === 'throttled' || requested !== undefined;
  const again = { retry: true, reason, waitMs: waitMs(attempt, requested, options), holdsAll } as const;
  const shrinks = question.canShrink && !holdsAll && status >= 500;
  if (found === 'own-error')
    return idempotent && !shrinks && attempt < Math.min(2, options.maxAttempts) && !tooLong ? again : response;

  const ambiguous = found === 'overloaded' && !idempotent;
  if (!ambiguous && !tooLong && !shrinks && attempt < options.maxAttempts) return again;
  const kind = status === 429 || tooLong ? 'rate-limited' : 'unavailable';
  const retryAt = holdsAll ? now + Math.max(requested ?? 0, options.maxBackoffMs) : undefined;
  return { retry: false, reason, end: { as: 'error', kind, ambiguous, retryAt } };
}

/** Jitter spreads the retries of waiting requests. It never makes a wait shorter than requested. */
function waitMs(attempt: number, requested: number | undefined, options: RetryOptions): number {
  const backoff = backoffMs(attempt, options);
  if (requested === undefined) return backoff;
  const spread = Math.min(requested + Math.min(1000, options.baseWaitMs) * options.random(), options.maxInlineWaitMs);
  return Math.max(backoff, requested, spread);
}

function backoffMs(attempt: number, { baseWaitMs, maxBackoffMs, maxInlineWaitMs, random }: RetryOptions): number {
  const full = Math.min(baseWaitMs * 2 ** (attempt - 1), maxBackoffMs, maxInlineWaitMs);
  return full * (0.5 + 0.5 * random());
}
