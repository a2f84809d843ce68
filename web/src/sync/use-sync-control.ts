import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Progress } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { ASKED, type Steering, steer } from '../control/control.ts';
import { type SyncAndRun, syncKey } from './sync.queries.ts';

/** Steers the sync of the page. The request shows at once, and is taken back when the service refuses it. */
export function useSyncSteering(syncId: string) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const key = syncKey(orgId, syncId);
  const show = (change: Partial<Progress>) =>
    queries.setQueryData<SyncAndRun>(key, (old) => old && { ...old, sync: { ...old.sync, ...change } });
  return useMutation({
    mutationFn: (steering: Steering) => steer(client, syncId, steering),
    onMutate: async (steering) => {
      await queries.cancelQueries({ queryKey: key });
      show(ASKED[steering]);
    },
    onSuccess: show,
    onSettled: () =>
      Promise.all([key, [orgId, 'timeline', syncId]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}
