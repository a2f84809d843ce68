import type { Progress } from '@sync-operations/client';
import { useMay } from '../api/organization.ts';
import { SteeringButtons } from '../steering/steering-buttons.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { useSyncSteering } from './use-sync-steering.ts';

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
