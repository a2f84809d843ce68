import type { LiveSyncProgress } from '@sync-operations/react';
import { SYNCS } from './gallery.syncs.ts';

const LIVE: LiveSyncProgress = {
  ...{ syncs: [], state: 'live', loaded: true, isStale: false, serverOffsetMs: 0 },
  history: () => [],
  retry: () => undefined,
};
const RUNNING = SYNCS.slice(0, 1);

/** What the component knows in each state of its connection that it tells apart. */
export const PROGRESS: Readonly<Record<string, LiveSyncProgress>> = {
  Loading: { ...LIVE, state: 'connecting', loaded: false },
  Empty: LIVE,
  Stale: { ...LIVE, syncs: RUNNING, isStale: true },
  Reconnecting: { ...LIVE, syncs: RUNNING, state: 'reconnecting' },
  Polling: { ...LIVE, syncs: RUNNING, state: 'polling' },
  'Signed out': {
    ...LIVE,
    state: 'signed-out',
    loaded: false,
    error: { status: 401, message: 'The sign-in has ended.' },
  },
  'Stopped by a refusal': {
    ...{ ...LIVE, state: 'error', loaded: false },
    error: { status: 403, message: 'This key is for another organization.' },
  },
};
