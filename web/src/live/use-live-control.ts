import type { StreamedSync } from '@sync-operations/react';
import { useCallback, useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { type Control, REQUESTED, requestControl } from '../control/control.ts';
import { useToast } from '../ui/toast.tsx';

interface ControlRequest {
  readonly control: Control;
  /** `requested_at` of the row before the request. Once the row has another one, it includes the request. */
  readonly requestedAt: string | null;
  readonly isPending: boolean;
}

const CONFIRMATIONS: Readonly<Record<Control, string>> = {
  pause: 'Pause requested.',
  resume: 'Resume requested.',
  cancel: 'Cancel requested.',
};

/** Controls the syncs of a list. A request shows at once, until the row itself includes it or the service refuses it. */
export function useLiveControl() {
  const { client } = useOrganization();
  const showToast = useToast();
  const [requests, setRequests] = useState<ReadonlyMap<string, ControlRequest>>(new Map());
  const [error, setError] = useState<unknown>(null);

  const onControl = useCallback(
    async ({ sync_id, requested_at }: StreamedSync, control: Control) => {
      const set = (change: ControlRequest | undefined) =>
        setRequests((all) => {
          const next = new Map(all);
          if (change) next.set(sync_id, change);
          else next.delete(sync_id);
          return next;
        });
      const request = { control, requestedAt: requested_at };
      set({ ...request, isPending: true });
      setError(null);
      try {
        await requestControl(client, sync_id, control);
        set({ ...request, isPending: false });
        showToast(CONFIRMATIONS[control]);
      } catch (failure) {
        set(undefined);
        setError(failure);
      }
    },
    [client, showToast],
  );

  /** The row as it will be once the service has the request. */
  const withRequest = useCallback(
    (sync: StreamedSync): StreamedSync => {
      const one = requests.get(sync.sync_id);
      return one && one.requestedAt === sync.requested_at && !sync.completed_at
        ? { ...sync, ...REQUESTED[one.control] }
        : sync;
    },
    [requests],
  );

  const pendingOf = useCallback(
    (syncId: string): Control | undefined => {
      const one = requests.get(syncId);
      return one?.isPending ? one.control : undefined;
    },
    [requests],
  );

  return { withRequest, pendingOf, onControl, error };
}
