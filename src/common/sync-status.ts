/** Every state of a sync, and of an entry of the trail; the first three are the active ones. */
export const SYNC_STATUSES = [
  'queued',
  'running',
  'paused',
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
  'timeout',
] as const;
export type SyncStatus = (typeof SYNC_STATUSES)[number];
export const ACTIVE_STATUSES = ['queued', 'running', 'paused'] as const;
