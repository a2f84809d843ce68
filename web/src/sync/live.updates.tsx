import { type StreamedSync, useSyncProgress } from '@sync-operations/react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useOrganization } from '../api/organization.ts';
import { type SyncAndRun, syncKey } from './sync.queries.ts';

/** Updates the sync of the page from the stream, within a second of each report. Data that the stream does not have is still polled. */
function useLiveUpdates(syncId: string): void {
  const { orgId } = useOrganization();
  const queries = useQueryClient();
  const row = useSyncProgress(orgId).syncs.find(({ sync_id }) => sync_id === syncId);
  useEffect(() => {
    if (!row) return;
    const key = syncKey(orgId, syncId);
    queries.setQueryData<SyncAndRun>(
      key,
      (known) => known && { ...known, sync: { ...known.sync, ...newer(known, row) } },
    );
    // The final counts of the run and the entry of the trail are written with the row that ends the sync.
    if (row.completed_at) void queries.invalidateQueries({ queryKey: key });
  }, [queries, orgId, syncId, row]);
}

/** The row of the stream, unless a response of the API is newer. */
const newer = ({ sync }: SyncAndRun, row: StreamedSync): Partial<StreamedSync> =>
  !sync.completed_at && Date.parse(row.updated_at) >= Date.parse(sync.updated_at) ? row : {};

/** Mounted only while the sync is active: an ended one needs no stream. */
export function LiveUpdates({ syncId }: { readonly syncId: string }) {
  useLiveUpdates(syncId);
  return null;
}
