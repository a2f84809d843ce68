import type { SyncListItem } from '@sync-operations/client';

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
