import { useEffect, useSyncExternalStore } from 'react';
import { createSyncProgressStore, type StoreOptions, type SyncProgressStore } from './live/progress.store.ts';
import type { ConnectionOptions, SyncProgress } from './live/sync.types.ts';

export interface LiveSyncProgress extends SyncProgress {
  /** Connects again after it stopped ('signed-out', 'error'). */
  retry(): void;
}

/**
 * The live syncs of `orgId`: the active ones and those that ended within the last minute. All components that show the same
 * organization share one connection, with the `token` that was rendered last. The connection closes when the last of them unmounts.
 */
export function useSyncProgress(orgId: string, options: ConnectionOptions = {}): LiveSyncProgress {
  const store = sharedStore({ ...options, orgId });
  // Before the subscription below, which connects: effects run in order.
  useEffect(() => store.setToken(options.token), [store, options.token]);
  const progress = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return { ...progress, retry: store.retry };
}

const stores = new Map<string, SyncProgressStore>();

/** One store, and so one connection, for all components that show the same organization of the same service. */
function sharedStore(options: StoreOptions): SyncProgressStore {
  const key = JSON.stringify([options.baseUrl ?? '', options.orgId]);
  let store = stores.get(key);
  if (!store) {
    store = createSyncProgressStore(options);
    stores.set(key, store);
  }
  return store;
}
