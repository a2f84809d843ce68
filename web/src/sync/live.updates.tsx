import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type StreamedSync, useSyncProgress } from '../../../clients/react/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { type SyncAndRun, syncKey } from './sync.queries.ts';

/** The page's sync as the stream tells of it, within a second of each report. What the stream does not tell is asked for as before. */
export function useFollowing(syncId: string): void {
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
    // What the run counts at its end, and the entry of the trail, come with the row that ends it.
    if (row.completed_at) void queries.invalidateQueries({ queryKey: key });
  }, [queries, orgId, syncId, row]);
}

/** An answer to a question may be younger than what the stream has told. */
const newer = ({ sync }: SyncAndRun, row: StreamedSync): Partial<StreamedSync> =>
  !sync.completed_at && Date.parse(row.updated_at) >= Date.parse(sync.updated_at) ? row : {};
