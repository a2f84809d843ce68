import type { StreamedSync } from '@sync-operations/react';

export interface LiveNumbers {
  readonly active: number;
  /** Items a minute of all that run; null: nobody has reported yet. */
  readonly perMinute: number | null;
  readonly failed: number;
}

/** What all active syncs do together. One that is paused or waits has no speed now, whatever it had. */
export function liveNumbers(syncs: readonly StreamedSync[]): LiveNumbers {
  const active = syncs.filter(({ completed_at }) => completed_at === null);
  const speeds = active
    .filter(({ status }) => status === 'running')
    .flatMap(({ speed_items_per_min }) => speed_items_per_min ?? []);
  return {
    active: active.length,
    perMinute: speeds.length === 0 ? null : speeds.reduce((sum, one) => sum + one, 0),
    failed: active.reduce((sum, { failed_count }) => sum + failed_count, 0),
  };
}
