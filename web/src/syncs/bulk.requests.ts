import { type Client, retryFailedItems, type SyncListItem } from '@sync-operations/client';
import { unwrap } from '../api/problem.ts';
import { requestControl } from '../control/control.ts';

export type BulkAction = 'pause' | 'resume' | 'cancel' | 'retry';

export const BULK: Readonly<
  Record<BulkAction, { verb: string; isFor: (sync: SyncListItem) => boolean; what: string; isDangerous?: true }>
> = {
  pause: {
    verb: 'Pause',
    isFor: (sync) => !sync.completed_at && !sync.cancel_requested && !sync.pause_requested && sync.status !== 'paused',
    what: 'Each stops as soon as it can, and goes on from there when it is resumed.',
  },
  resume: {
    verb: 'Resume',
    isFor: (sync) => !sync.completed_at && !sync.cancel_requested && (sync.pause_requested || sync.status === 'paused'),
    what: 'Each goes on from where it stopped.',
  },
  cancel: {
    verb: 'Cancel',
    isFor: (sync) => !sync.completed_at && !sync.cancel_requested,
    what: 'Each stops as soon as it can and cannot be resumed. Everything written so far stays.',
    isDangerous: true,
  },
  retry: {
    verb: 'Retry',
    isFor: ({ completed_at, kind, failed_count, conflict_count }) =>
      Boolean(completed_at) &&
      !['reported', 'preview', 'reconcile'].includes(kind) &&
      failed_count + conflict_count > 0,
    what: 'For each, a new sync reads only the items that failed or were left alone.',
  },
};

/** Those of an act that the service refused, each with its reason. */
export interface Refusals {
  readonly action: BulkAction;
  readonly orgId: string;
  /** How many were asked for, refused or not. */
  readonly asked: number;
  readonly refused: readonly { readonly sync: SyncListItem; readonly reason: string }[];
}

/** So many requests at once: enough to be quick, and few among those of others. */
const AT_ONCE = 4;

interface BulkResult {
  readonly syncId: string;
  /** Why the service refused; null: it did not. */
  readonly error: unknown;
}

/** Asks for each sync by itself, so that one that is refused keeps none of the others. Never rejects. */
export async function requestAll(
  client: Client,
  action: BulkAction,
  syncIds: readonly string[],
  onResult: (result: BulkResult) => void,
): Promise<void> {
  const left = [...syncIds];
  const work = async () => {
    for (let syncId = left.shift(); syncId !== undefined; syncId = left.shift()) {
      const error = await requestOne(client, action, syncId).then(
        () => null,
        (failure: unknown) => failure,
      );
      onResult({ syncId, error });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Resolves with the sync as it is then; for retry, with the new one. */
export const requestOne = (
  client: Client,
  action: BulkAction,
  syncId: string,
): Promise<{ readonly sync_id: string }> =>
  action === 'retry'
    ? unwrap(
        retryFailedItems({
          client,
          path: { sync_id: syncId },
          headers: { 'Idempotency-Key': crypto.randomUUID() },
        }),
      )
    : requestControl(client, syncId, action);
