import { useEffect, useSyncExternalStore } from 'react';
import { sharedStore } from './live/store.registry.ts';
import type { ConnectionOptions, SyncProgress } from './live/sync.types.ts';

export interface LiveSyncProgress extends SyncProgress {
  /** Connects again after it stopped ('signed-out', 'error'). */
  retry(): void;
}

/**
 * The live syncs of `orgId`: those that are active and those that ended within the last minute. All components that ask for
 * the same organization share one connection, with the `token` that was rendered last; it closes with the last of them.
 */
export function useSyncProgress(orgId: string, options: ConnectionOptions = {}): LiveSyncProgress {
  const store = sharedStore({ ...options, orgId });
  // Before the subscription below, which connects: effects run in their order.
  useEffect(() => store.setToken(options.token), [store, options.token]);
  const progress = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return { ...progress, retry: store.retry };
}
