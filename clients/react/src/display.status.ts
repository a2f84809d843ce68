import { durationWords } from './duration.text.ts';
import type { StreamedSync } from './live/sync.types.ts';

/** How a sync fares, as it is shown: `kind` chooses the colour and stands in `data-condition`. */
export interface SyncCondition {
  readonly kind: 'active' | 'waiting' | 'attention' | 'done' | 'failed';
  readonly words: string;
}

/** A reporter that says nothing for longer is called silent, in seconds. */
const SILENT_AFTER = 60;

/** `now`: the service's clock, in milliseconds since 1970. */
export function conditionOf(sync: StreamedSync, now: number): SyncCondition {
  if (sync.completed_at) return endOf(sync);
  if (sync.cancel_requested) return { kind: 'waiting', words: 'Cancelling with the next report' };
  if (sync.status === 'paused') return { kind: 'waiting', words: 'Paused' };
  if (sync.pause_requested) return { kind: 'waiting', words: 'Pausing with the next report' };
  if (sync.rate_limited_until && Date.parse(sync.rate_limited_until) > now)
    return { kind: 'waiting', words: `Waiting for a rate limit until ${clock(sync.rate_limited_until)}` };
  if (sync.status === 'queued') return { kind: 'waiting', words: 'Queued' };
  const silent = (now - Date.parse(sync.updated_at)) / 1_000;
  if (silent > SILENT_AFTER) return { kind: 'attention', words: `Silent: no report for ${durationWords(silent)}` };
  return { kind: 'active', words: 'Running' };
}

function endOf({ status, error_message, failed_count }: StreamedSync): SyncCondition {
  const because = error_message ? `: ${error_message}` : '';
  switch (status) {
    case 'completed':
      return { kind: 'done', words: 'Completed' };
    case 'completed_with_errors':
      return { kind: 'attention', words: `Completed, ${failed_count.toLocaleString()} failed` };
    case 'cancelled':
      return { kind: 'waiting', words: 'Cancelled' };
    case 'timeout':
      return { kind: 'failed', words: 'Timed out: its reporter went silent' };
    default:
      return { kind: 'failed', words: `Failed${because}` };
  }
}

const clock = (time: string): string => new Date(time).toLocaleTimeString();
