import type { ConnectorErrorKind } from '../contract/connector.error.ts';
import { FAILURES, type FailureKind } from './call.failure.ts';
import type { HttpOptions } from './http.options.ts';
import { classifyAnswer } from './response.classification.ts';
import { retryAfterMs } from './retry-after.header.ts';

/** One attempt and what came of it: an answer (`status`, `headers`) or a failure. */
export interface RetryQuestion {
  /** From 1. */
  readonly attempt: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly failure?: { readonly kind: FailureKind; readonly sent: boolean };
  readonly idempotent: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type RetryOptions = Pick<
  HttpOptions,
  'maxAttempts' | 'baseWaitMs' | 'maxBackoffMs' | 'maxInlineWaitMs' | 'random'
>;

export type RetryDecision =
  /** `holdsAll`: the system asked for the pause, so that the connection's other requests wait, too. */
  | { readonly retry: true; readonly reason: string; readonly waitMs: number; readonly holdsAll: boolean }
  | { readonly retry: false; readonly reason: string; readonly end: RetryEnd };

/** What the caller gets: the answer as it is, or an error. */
type RetryEnd =
  | { readonly as: 'answer' }
  | {
      readonly as: 'error';
      readonly kind: ConnectorErrorKind;
      readonly ambiguous: boolean;
      readonly retryAt?: number;
    };

/**
 * The one place that decides what follows an attempt.
 *
 * | came back | idempotent | not idempotent | in the end |
 * |---|---|---|---|
 * | 429, 425, 503 with Retry-After | again | again: it was not carried out | `rate-limited` for 429, else `unavailable` |
 * | 408, 502 to 504, Cloudflare's 52x, any other 5xx that is not JSON | again | error, ambiguous | `unavailable` |
 * | 501 in JSON | the answer | the answer | |
 * | other 5xx in JSON | once more, then the answer | the answer | |
 * | any other status | the answer | the answer | |
 * | nothing, and nothing was sent | again | again | `unavailable`, `timeout` |
 * | reset, timeout or cut off after sending | again | error, ambiguous | `unavailable`, `timeout` |
 * | too large, not HTTP, bad compression | error | error, ambiguous | `too-large`, `protocol` |
 * | bad certificate, bad header | error | error | `unavailable`, `rejected` |
 *
 * "Again" is at most `maxAttempts` attempts in all. A wait is at least what Retry-After asks for, with jitter, and otherwise grows
 * exponentially with jitter. Where Retry-After asks for more than `maxInlineWaitMs`, the end is `rate-limited` at once, with the
 * time in `retryAt`; so it is for any status that carries it.
 */
export function decideRetry(question: RetryQuestion, options: RetryOptions): RetryDecision {
  const { failure, idempotent } = question;
  if (failure) {
    const { text, error, passing } = FAILURES[failure.kind];
    const safe = idempotent || !failure.sent;
    const end = { as: 'error', kind: error, ambiguous: !safe } as const;
    if (!passing || !safe || question.attempt >= options.maxAttempts) return { retry: false, reason: text, end };
    return { retry: true, reason: text, waitMs: backoffMs(question.attempt, options), holdsAll: false };
  }
  return decideAfterAnswer(question, question.status ?? 0, options);
}

function decideAfterAnswer(question: RetryQuestion, status: number, options: RetryOptions): RetryDecision {
  const { attempt, idempotent, now, headers = {} } = question;
  const found = classifyAnswer({ status, headers });
  const reason = status === 429 ? 'too many requests' : `the answer was ${status}`;
  const answer = { retry: false, reason, end: { as: 'answer' } } as const;
  if (found === 'answer') return answer;

  const asked = retryAfterMs(headers['retry-after'], now);
  const tooLong = asked !== undefined && asked > options.maxInlineWaitMs;
  const holdsAll = found === 'turned-away' || asked !== undefined;
  const again = { retry: true, reason, waitMs: waitMs(attempt, asked, options), holdsAll } as const;
  if (found === 'own-error')
    return idempotent && attempt < Math.min(2, options.maxAttempts) && !tooLong ? again : answer;

  const ambiguous = found === 'overloaded' && !idempotent;
  if (!ambiguous && !tooLong && attempt < options.maxAttempts) return again;
  const kind = status === 429 || tooLong ? 'rate-limited' : 'unavailable';
  const retryAt = holdsAll ? now + Math.max(asked ?? 0, options.maxBackoffMs) : undefined;
  return { retry: false, reason, end: { as: 'error', kind, ambiguous, retryAt } };
}

/** Jitter keeps waiting requests from coming back all at once, and never brings one back earlier than it was asked to. */
function waitMs(attempt: number, asked: number | undefined, options: RetryOptions): number {
  const backoff = backoffMs(attempt, options);
  if (asked === undefined) return backoff;
  const spread = Math.min(asked + Math.min(1000, options.baseWaitMs) * options.random(), options.maxInlineWaitMs);
  return Math.max(backoff, asked, spread);
}

function backoffMs(attempt: number, { baseWaitMs, maxBackoffMs, maxInlineWaitMs, random }: RetryOptions): number {
  const full = Math.min(baseWaitMs * 2 ** (attempt - 1), maxBackoffMs, maxInlineWaitMs);
  return full * (0.5 + 0.5 * random());
}
