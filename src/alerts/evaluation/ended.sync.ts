import type { SyncNames } from './alert.subject.ts';

/** A sync that has ended, as the evaluation reads it. */
export interface EndedSync extends SyncNames {
  readonly sync_id: string;
  readonly status: 'completed' | 'completed_with_errors' | 'failed' | 'cancelled' | 'timeout';
  /** When its end was stored, RFC 3339: what a client says of the time of its sync may be anything. */
  readonly ended_at: string;
  readonly processed_count: number;
  readonly failed_count: number;
  readonly speed_items_per_min: number | null;
  readonly error_message: string | null;
  /** Of a run; null for a sync that others report. */
  readonly run_kind: string | null;
  readonly mode: string | null;
  readonly trigger: string | null;
  readonly conflicts: number;
  readonly guard_tripped: boolean;
  readonly webhooks_missed: number;
}

/** What a sync says about a rule: it holds now and why, it does not hold any more, or nothing. */
export type Verdict = { readonly holds: true; readonly summary: string } | { readonly holds: false } | null;

const FEWEST_ITEMS = 10;

/** Whether the speed of a sync says something: starting up takes most of the time of a small one. */
export const isComparable = ({ processed_count, speed_items_per_min: speed, run_kind, mode }: EndedSync): boolean =>
  processed_count >= FEWEST_ITEMS &&
  speed !== null &&
  Number.isFinite(speed) &&
  mode !== 'census' &&
  (run_kind === null || run_kind === 'sync');

/**
 * Whether a success may resolve what a sync of the kind `opened` opened. A webhook's run of one item says nothing about the full sync that
 * failed; a sync says something about all of them.
 */
export const mayResolve = (opened: string | null, sync: EndedSync): boolean =>
  opened === sync.run_kind || (sync.run_kind === 'sync' && sync.mode !== 'census');
