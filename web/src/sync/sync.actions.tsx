import type { Progress } from '../../../clients/typescript/src/index.ts';
import { useMay } from '../api/organization.ts';
import { SteeringButtons } from '../control/control.buttons.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { useSyncSteering } from './use-sync-control.ts';

/** Pause, resume and cancel of an active sync, for those who may. */
export function SyncActions({ sync }: { readonly sync: Progress }) {
  const steering = useSyncSteering(sync.sync_id);
  const may = useMay('sync:write');
  if (!may || sync.completed_at) return null;
  return (
    <>
      <SteeringButtons
        sync={sync}
        onSteer={(wanted) => steering.mutate(wanted)}
        pending={steering.isPending ? steering.variables : undefined}
      />
      {steering.isError && <ErrorNote error={steering.error} />}
    </>
  );
}
