import { useMutation, useQueryClient } from '@tanstack/react-query';
import { cancelSync, type Progress, pauseSync, resumeSync } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { type SyncAndRun, syncKey } from './sync.queries.ts';

export type Steering = 'pause' | 'resume' | 'cancel';

const CALLS = { pause: pauseSync, resume: resumeSync, cancel: cancelSync } as const;

const ASKED: Readonly<Record<Steering, Partial<Progress>>> = {
  pause: { pause_requested: true },
  resume: { pause_requested: false },
  cancel: { cancel_requested: true },
};

/** Asks the sync to pause, go on or stop. The request shows at once, and is taken back when the service refuses it. */
export function useSteering(syncId: string) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const key = syncKey(orgId, syncId);
  const show = (change: Partial<Progress>) =>
    queries.setQueryData<SyncAndRun>(key, (old) => old && { ...old, sync: { ...old.sync, ...change } });
  return useMutation({
    mutationFn: (steering: Steering) => unwrap(CALLS[steering]({ client, path: { sync_id: syncId } })),
    onMutate: async (steering) => {
      await queries.cancelQueries({ queryKey: key });
      show(ASKED[steering]);
    },
    onSuccess: show,
    onSettled: () =>
      Promise.all([key, [orgId, 'timeline', syncId]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}
