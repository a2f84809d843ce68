import type { StreamedSync } from './live/sync.types.ts';

/** 0 to 100, failed items included; undefined while the total is unknown. */
export function percentOf({ processed_count, failed_count, total_items }: StreamedSync): number | undefined {
  if (total_items === null) return undefined;
  return total_items === 0 ? 100 : Math.min(100, ((processed_count + failed_count) / total_items) * 100);
}

export const nameOf = ({ entity_type }: StreamedSync): string => `${entity_type.toUpperCase()} Sync`;

/** Which sync it is, in a line: two cards of the same entity type and source differ in nothing else. */
export const identityText = ({ sync_id, initiated_by }: StreamedSync): string =>
  initiated_by ? `${sync_id} · by ${initiated_by}` : sync_id;

export const countText = ({ processed_count, total_items }: StreamedSync): string =>
  `${processed_count.toLocaleString()} / ${total_items === null ? '?' : total_items.toLocaleString()}`;

/** The progress for screen readers. */
export function progressText(sync: StreamedSync): string {
  const percent = percentOf(sync);
  const failed = sync.failed_count > 0 ? `, ${sync.failed_count.toLocaleString()} failed` : '';
  if (percent === undefined) return `${sync.processed_count.toLocaleString()} done${failed}, total unknown`;
  const total = (sync.total_items ?? 0).toLocaleString();
  return `${sync.processed_count.toLocaleString()} of ${total} done${failed}, ${Math.floor(percent)} %`;
}

export const speedText = (perMinute: number | null): string =>
  perMinute === null ? '– items/min' : `${rate(perMinute)} items/min`;

/** The sparkline for screen readers. */
export function trendText(samples: readonly number[]): string {
  if (samples.length < 2) return 'Speed: too few reports';
  const range = `between ${rate(Math.min(...samples))} and ${rate(Math.max(...samples))}`;
  return `Speed over the last ${samples.length} reports: ${range} items per minute, most recently ${rate(samples.at(-1) ?? 0)}`;
}

/** With tenths below 1,000. */
function rate(value: number): string {
  const digits = value < 1_000 ? 1 : 0;
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The status of a sync as a card shows it. `kind` selects the colour and is the value of `data-status`. */
export interface DisplayStatus {
  readonly kind: 'active' | 'waiting' | 'attention' | 'done' | 'failed';
  readonly text: string;
}

/** After this many seconds without a report a sync counts as silent; the service tells no ETA of it from then on either. */
const SILENT_AFTER_SECONDS = 60;

const silentSeconds = ({ updated_at }: StreamedSync, now: number): number => (now - Date.parse(updated_at)) / 1_000;

/** Whether a sync that should report does not, so that its figures are those of the past. `now` as for `displayStatus`. */
export const isSilent = (sync: StreamedSync, now: number): boolean =>
  sync.completed_at === null && sync.status === 'running' && silentSeconds(sync, now) > SILENT_AFTER_SECONDS;

/** Whether it works and reports, so that its speed and ETA hold. A paused, queued, limited or silent sync has neither. */
export const isReporting = (sync: StreamedSync, now: number): boolean =>
  sync.completed_at === null && sync.status === 'running' && !isSilent(sync, now) && !isWaiting(sync, now);

const isWaiting = ({ rate_limited_until, waiting_reason, next_try_at }: StreamedSync, now: number): boolean =>
  [rate_limited_until, waiting_reason && next_try_at].some((until) => until && Date.parse(until) > now);

/**
 * `now`: the service's clock, in milliseconds since 1970. `conflicts`: how many items it left for a person to decide, which the
 * stream does not tell.
 */
export function displayStatus(sync: StreamedSync, now: number, conflicts = 0): DisplayStatus {
  if (sync.completed_at) return endOf(sync, conflicts);
  if (sync.cancel_requested) return { kind: 'waiting', text: 'Cancelling with the next report' };
  if (sync.status === 'paused') return { kind: 'waiting', text: 'Paused' };
  if (sync.pause_requested) return { kind: 'waiting', text: 'Pausing with the next report' };
  if (sync.rate_limited_until && Date.parse(sync.rate_limited_until) > now)
    return { kind: 'waiting', text: `Waiting for a rate limit until ${clock(sync.rate_limited_until)}` };
  if (sync.waiting_reason && sync.next_try_at)
    return { kind: 'attention', text: `Put off until ${clock(sync.next_try_at)}: ${sync.waiting_reason}` };
  if (sync.status === 'queued')
    return { kind: 'waiting', text: sync.waiting_reason ? `Queued: ${sync.waiting_reason}` : 'Queued' };
  if (isSilent(sync, now))
    return { kind: 'attention', text: `Silent: last report ${durationText(silentSeconds(sync, now))} ago` };
  return { kind: 'active', text: 'Running' };
}

function endOf({ status, error_message, failed_count }: StreamedSync, conflicts: number): DisplayStatus {
  const because = error_message ? `: ${error_message}` : '';
  const undecided = conflicts === 0 ? '' : `, ${conflicts.toLocaleString()} conflict${conflicts === 1 ? '' : 's'}`;
  switch (status) {
    case 'completed':
      return { kind: undecided ? 'attention' : 'done', text: `Completed${undecided}` };
    case 'completed_with_errors':
      return { kind: 'attention', text: `Completed, ${failed_count.toLocaleString()} failed${undecided}` };
    case 'cancelled':
      return { kind: 'waiting', text: 'Cancelled' };
    case 'timeout':
      return { kind: 'failed', text: 'Timed out: no more reports' };
    default:
      return { kind: 'failed', text: `Failed${because}` };
  }
}

const clock = (time: string): string => new Date(time).toLocaleTimeString();

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "under 1 s", "45 s", "2 min 10 s", "12 min", "3 h 5 min", "2 d 4 h": longer durations are less exact. */
export function durationText(seconds: number): string {
  const exact = Math.round(Math.max(0, seconds));
  if (exact < 1) return 'under 1 s';
  if (exact < 10 * MINUTE) return pair(exact, MINUTE, 'min', 1, 's');
  const toMinutes = Math.round(seconds / MINUTE) * MINUTE;
  if (toMinutes < DAY) return pair(toMinutes, HOUR, 'h', MINUTE, 'min');
  return pair(Math.round(seconds / HOUR) * HOUR, DAY, 'd', HOUR, 'h');
}

/** The remaining time; null: nobody can tell. */
export const etaText = (seconds: number | null): string => (seconds === null ? '–' : durationText(seconds));

function pair(total: number, big: number, bigName: string, small: number, smallName: string): string {
  const bigs = Math.floor(total / big);
  const smalls = Math.floor((total % big) / small);
  const words = [bigs > 0 && `${bigs} ${bigName}`, smalls > 0 && `${smalls} ${smallName}`];
  return words.filter(Boolean).join(' ');
}
