import type { StreamEnd } from './stream.connection.ts';
import type { SyncProgressError } from './sync.types.ts';

/** What to do after a stream is over. `missing`: there is none to be had, so that trying at once would not help. */
export type StreamVerdict =
  | { readonly stop: SyncProgressError }
  | { readonly stop?: undefined; readonly missing: boolean };

/** `renewable`: the next request would bring a fresh token. */
export function verdictOn(end: StreamEnd, { renewable }: { renewable: boolean }): StreamVerdict {
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
      // 404, a proxy's page with 200, no stream in this browser at all; but a busy or broken service comes back.
      return { missing: status === undefined || (status < 500 && status !== 429) };
    }
  }
}
