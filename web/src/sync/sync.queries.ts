import { getRun, getSync, type Progress, type Run } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { ApiError, unwrap } from '../api/problem.ts';
import { RUN_ID } from '../app/location.ts';

/** A sync, and its run when the service itself runs it. A sync that another service reports has no run. */
export interface SyncAndRun {
  readonly sync: Progress;
  readonly run?: Run;
}

const ACTIVE_EVERY_MS = 2_000;

export const syncKey = (orgId: string, syncId: string) => [orgId, 'sync', syncId] as const;

/** Polled while the sync is active. */
export function useSync(syncId: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: syncKey(orgId, syncId),
    queryFn: async (): Promise<SyncAndRun> => {
      const path = { sync_id: syncId };
      if (!RUN_ID.test(syncId)) return { sync: await unwrap(getSync({ client, path })) };
      const run = await unwrap(getRun({ client, path }));
      return { sync: run.progress, run };
    },
    refetchInterval: ({ state }) => {
      if (state.error instanceof ApiError && state.error.status >= 400 && state.error.status < 500) return false;
      return state.data?.sync.completed_at ? false : ACTIVE_EVERY_MS;
    },
  });
}
