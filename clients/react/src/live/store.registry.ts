import { createSyncProgressStore, type StoreOptions, type SyncProgressStore } from './progress.store.ts';

const stores = new Map<string, SyncProgressStore>();

/** One store, and so one connection, for all who look at the same organization of the same service. */
export function sharedStore(options: StoreOptions): SyncProgressStore {
  const key = JSON.stringify([options.baseUrl ?? '', options.orgId]);
  let store = stores.get(key);
  if (!store) {
    store = createSyncProgressStore(options);
    stores.set(key, store);
  }
  return store;
}
