import type { Progress } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMay, useOrganization } from '../api/organization.ts';
import { ControlButtons } from '../control/control.buttons.tsx';
import { type Control, REQUESTED, requestControl } from '../control/control.ts';
import { ErrorNote } from '../ui/note.tsx';
import { type SyncAndRun, syncKey } from './sync.queries.ts';

/** Pause, resume and cancel of an active sync, for users with the scope. */
export function SyncActions({ sync }: { readonly sync: Progress }) {
  const control = useSyncControl(sync.sync_id);
  const may = useMay('control');
  if (!may || sync.completed_at) return null;
  return (
    <>
      <ControlButtons
        sync={sync}
        onControl={(wanted) => control.mutate(wanted)}
        pending={control.isPending ? control.variables : undefined}
      />
      {control.isError && <ErrorNote error={control.error} />}
    </>
  );
}

/** Controls the sync of the page. The request shows at once, and is undone when the service refuses it. */
function useSyncControl(syncId: string) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const key = syncKey(orgId, syncId);
  const show = (change: Partial<Progress>) =>
    queries.setQueryData<SyncAndRun>(key, (old) => old && { ...old, sync: { ...old.sync, ...change } });
  return useMutation({
    mutationFn: (control: Control) => requestControl(client, syncId, control),
    onMutate: async (control) => {
      await queries.cancelQueries({ queryKey: key });
      show(REQUESTED[control]);
    },
    onSuccess: show,
    onSettled: () =>
      Promise.all([key, [orgId, 'timeline', syncId]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}
