import type { StreamEnd } from './stream.connection.ts';
import type { SyncProgressError } from './sync.types.ts';

/** What to do after a stream ended. `missing`: there is no stream, so an early retry does not help. */
export type RetryDecision =
  | { readonly stop: SyncProgressError }
  | { readonly stop?: undefined; readonly missing: boolean };

/** `renewable`: the next request has a fresh token. */
export function retryDecision(end: StreamEnd, { renewable }: { renewable: boolean }): RetryDecision {
  switch (end.kind) {
    case 'lost':
      return { missing: false };
    case 'ended':
      if (end.reason === 'revoked') return { stop: { message: 'Your sign-in was revoked.' } };
      if (end.reason === 'expired' && !renewable) return { stop: { message: 'Your sign-in has expired.' } };
      return { missing: false };
    case 'refused': {
      const { status } = end.error;
      if (status === 401 || status === 403) return { stop: end.error };
      // Missing: 404, the page of a proxy with status 200, or a browser without streams. A busy or failing service recovers.
      return { missing: status === undefined || (status < 500 && status !== 429) };
    }
  }
}

const LONGEST_MS = 30_000;

export interface RetryOptions {
  readonly firstMs: number;
  /** There is no stream: the store looks for it rarely. */
  readonly missing: boolean;
}

/** Exponential backoff up to 30 seconds, with jitter so that not all viewers reconnect at the same time. */
export function retryDelayMs(failures: number, { firstMs, missing }: RetryOptions, random = Math.random): number {
  const wait = missing ? firstMs * 30 : firstMs * 2 ** Math.max(0, failures - 1);
  return Math.min(LONGEST_MS, wait) * (0.5 + random() / 2);
}
