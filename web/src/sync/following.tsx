import { useFollowing } from './live.updates.tsx';

/** Mounted while the sync is active: an ended one needs no stream. */
export function Following({ syncId }: { readonly syncId: string }) {
  useFollowing(syncId);
  return null;
}
