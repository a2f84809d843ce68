import type { SyncProgress } from './live/sync.types.ts';

/** The state of the connection in a few words. */
export function connectionText({ state, loaded, isStale }: Pick<SyncProgress, 'state' | 'loaded' | 'isStale'>): string {
  switch (state) {
    case 'live':
      return isStale ? 'No news for 5 s or more' : 'Live';
    case 'polling':
      return 'Polling every few seconds';
    case 'reconnecting':
      return loaded ? 'Connection lost, reconnecting' : 'The service does not respond, retrying';
    default:
      return loaded ? 'Connecting' : 'Loading syncs';
  }
}

/** What happened and what to try, after the connection stopped. */
export function stoppedText({ state, error }: Pick<SyncProgress, 'state' | 'error'>): {
  title: string;
  advice: string;
} {
  const reason = error?.message ?? '';
  if (state === 'signed-out')
    return { title: 'You are signed out.', advice: `${reason} Sign in, then try again.`.trim() };
  return {
    title: 'You do not have access to these syncs.',
    advice: `${reason} Choose your own organization, or ask for access to this one.`.trim(),
  };
}
