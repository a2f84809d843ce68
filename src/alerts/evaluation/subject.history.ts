import { LONGEST_WINDOW_SECONDS } from '../alert.types.ts';
import type { SyncNames } from './alert.subject.ts';
import { type EndedSync, isComparable } from './ended.sync.ts';

/** What is kept of the past of a kind of sync, so that nothing has to read its history. Times are RFC 3339. */
export interface SubjectRow extends SyncNames {
  readonly subject: string;
  readonly first_seen_at: string;
  readonly last_ended_at: string;
  readonly last_success_at: string | null;
  readonly successes: number;
  readonly speeds: readonly number[];
  readonly arrivals: Readonly<Record<string, number>>;
}

const KEPT_SPEEDS = 20;
/** Of fewer there is no usual. */
const FEWEST_SPEEDS = 5;
const HOUR_MS = 3_600_000;
const KEPT_HOURS = LONGEST_WINDOW_SECONDS / 3_600 + 1;

/** The median, or null of too few. */
export function usualSpeed(speeds: readonly number[]): number | null {
  if (speeds.length < FEWEST_SPEEDS) return null;
  const sorted = speeds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Whether a sync that has ended brings its kind up to date. A census reads ids alone, and a webhook or a retry some items. */
const isWhole = ({ run_kind, mode, status }: EndedSync): boolean =>
  status.startsWith('completed') && (run_kind === null || (run_kind === 'sync' && mode !== 'census'));

/** The history with one more sync that has ended. Pure. */
export function withEnded(history: SubjectRow, sync: EndedSync): SubjectRow {
  const latest = (at: string | null) => (at !== null && at > sync.ended_at ? at : sync.ended_at);
  const isSuccess = isWhole(sync);
  const speeds =
    isSuccess && isComparable(sync) ? [...history.speeds, sync.speed_items_per_min as number] : history.speeds;
  return {
    ...history,
    first_seen_at: history.first_seen_at < sync.ended_at ? history.first_seen_at : sync.ended_at,
    last_ended_at: latest(history.last_ended_at),
    last_success_at: isSuccess ? latest(history.last_success_at) : history.last_success_at,
    successes: Math.min(history.successes + (isSuccess ? 1 : 0), 1_000_000),
    speeds: speeds.slice(-KEPT_SPEEDS),
    arrivals: withArrivals(history.arrivals, sync),
  };
}

function withArrivals(arrivals: SubjectRow['arrivals'], sync: EndedSync): Record<string, number> {
  const hour = Math.floor(Date.parse(sync.ended_at) / HOUR_MS);
  const kept = Object.entries(arrivals).filter(([of]) => Number(of) > hour - KEPT_HOURS);
  const sum = { ...Object.fromEntries(kept) };
  if (sync.processed_count > 0) sum[hour] = (sum[hour] ?? 0) + sync.processed_count;
  return sum;
}

/** How many items arrived in the last seconds, with the whole of the hour in which they begin. `now`: milliseconds. */
export function arrivedWithin(history: Pick<SubjectRow, 'arrivals'>, seconds: number, now: number): number {
  const since = Math.floor((now - seconds * 1000) / HOUR_MS);
  return Object.entries(history.arrivals).reduce((sum, [hour, items]) => sum + (Number(hour) >= since ? items : 0), 0);
}
