import type { SyncProgress } from './live/sync.types.ts';

/** How the view itself fares, in a few words; empty while there is nothing to add. */
export function connectionWords({ state, loaded }: Pick<SyncProgress, 'state' | 'loaded'>): string {
  switch (state) {
    case 'live':
      return 'Live';
    case 'polling':
      return 'Asking every few seconds';
    case 'reconnecting':
      return loaded ? 'Connection lost, trying again' : 'The service does not answer, trying again';
    default:
      return loaded ? 'Connecting' : 'Loading syncs';
  }
}

/** What happened and what to try, once it stopped. */
export function stoppedWords({ state, error }: Pick<SyncProgress, 'state' | 'error'>): {
  what: string;
  tryThis: string;
} {
  const reason = error?.message ?? '';
  if (state === 'signed-out')
    return { what: 'You are signed out.', tryThis: `${reason} Sign in, then try again.`.trim() };
  return {
    what: 'These syncs may not be shown to you.',
    tryThis: `${reason} Choose your own organization, or ask for the right to read this one.`.trim(),
  };
}
