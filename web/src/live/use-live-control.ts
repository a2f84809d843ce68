import { useState } from 'react';
import type { StreamedSync } from '../../../clients/react/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { ASKED, type Steering, steer } from '../control/control.ts';
import { useToast } from '../ui/toast.tsx';

interface Asked {
  readonly steering: Steering;
  /** Of the row as it was: once another stands there, the row knows of the request. */
  readonly requestedAt: string | null;
  readonly isPending: boolean;
}

const SAID: Readonly<Record<Steering, string>> = {
  pause: 'Asked to pause.',
  resume: 'Asked to go on.',
  cancel: 'Asked to cancel.',
};

/** Steers syncs of a list. What was asked for shows at once, until the row itself tells of it or the service refuses. */
export function useLiveSteering() {
  const { client } = useOrganization();
  const say = useToast();
  const [asked, setAsked] = useState<ReadonlyMap<string, Asked>>(new Map());
  const [error, setError] = useState<unknown>(null);

  const set = (syncId: string, change: Asked | undefined) =>
    setAsked((all) => {
      const next = new Map(all);
      if (change) next.set(syncId, change);
      else next.delete(syncId);
      return next;
    });

  const onSteer = async ({ sync_id, requested_at }: StreamedSync, steering: Steering) => {
    const request = { steering, requestedAt: requested_at };
    set(sync_id, { ...request, isPending: true });
    setError(null);
    try {
      await steer(client, sync_id, steering);
      set(sync_id, { ...request, isPending: false });
      say(SAID[steering]);
    } catch (failure) {
      set(sync_id, undefined);
      setError(failure);
    }
  };

  /** The row as it will be. */
  const asAsked = (sync: StreamedSync): StreamedSync => {
    const one = asked.get(sync.sync_id);
    return one && one.requestedAt === sync.requested_at && !sync.completed_at
      ? { ...sync, ...ASKED[one.steering] }
      : sync;
  };

  const pendingOf = (syncId: string): Steering | undefined => {
    const one = asked.get(syncId);
    return one?.isPending ? one.steering : undefined;
  };

  return { asAsked, pendingOf, onSteer, error };
}
