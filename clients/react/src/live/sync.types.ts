export type SyncStatus =
  | 'queued'
  | 'running'
  | 'paused'
  | 'completed'
  | 'completed_with_errors'
  | 'failed'
  | 'cancelled'
  | 'timeout';

/** One sync as the service sends it. Times are RFC 3339. */
export interface StreamedSync {
  readonly id: string;
  readonly org_id: string;
  readonly sync_id: string;
  readonly entity_type: string;
  readonly source_system: string;
  /** null: unknown. */
  readonly total_items: number | null;
  /** Items that succeeded. */
  readonly processed_count: number;
  readonly failed_count: number;
  readonly current_item: number | null;
  readonly initiated_by: string | null;
  readonly status: SyncStatus;
  readonly started_at: string;
  /** Time of the last report. */
  readonly updated_at: string;
  /** null while active. */
  readonly completed_at: string | null;
  readonly error_message: string | null;
  readonly cancel_requested: boolean;
  readonly pause_requested: boolean;
  readonly requested_at: string | null;
  readonly requested_by: string | null;
  /** The other system asked to wait until then. */
  readonly rate_limited_until: string | null;
  /** Why a sync that the service runs waits, and when it is tried again. */
  readonly waiting_reason: string | null;
  readonly next_try_at: string | null;
  /** The parts of workers that report one each; null: none does. */
  readonly workers: Readonly<
    Record<string, { readonly processed_count: number; readonly failed_count: number }>
  > | null;
  /** Seconds since the start that elapsed_seconds leaves out: paused, queued, limited. */
  readonly idle_seconds: number;
  /** Items of the last minutes, from which the ETA is computed. */
  readonly recent_items: number;
  readonly elapsed_seconds: number;
  readonly speed_items_per_min: number | null;
  readonly eta_seconds: number | null;
}

/** All syncs; replaces the known ones. `at` is the clock of the service. */
export interface SyncSnapshot {
  readonly at: string;
  readonly syncs: readonly StreamedSync[];
}

/** New and changed syncs, each complete, and the ids of removed ones: they ended more than a minute ago. */
export interface SyncChange extends SyncSnapshot {
  readonly gone: readonly string[];
}

export type ConnectionState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'signed-out' | 'error';

export interface SyncProgressError {
  /** The HTTP status of the refusal; undefined when a sign-in ended while connected. */
  readonly status?: number;
  readonly message: string;
}

/** A snapshot of the live view. Immutable: each change makes a new object. */
export interface SyncProgress {
  /** Newest started first; those that ended stay for a minute. */
  readonly syncs: readonly StreamedSync[];
  readonly state: ConnectionState;
  /** Whether the service has sent `syncs` at least once. */
  readonly loaded: boolean;
  /** Nothing has come from the service for some seconds, so `syncs` may be old; a keep-alive comes every few. */
  readonly isStale: boolean;
  /** Why it stopped, in 'signed-out' and 'error'. */
  readonly error?: SyncProgressError;
  /** Milliseconds to add to Date.now() for the clock of the service. */
  readonly serverOffsetMs: number;
  /** The last speeds of a sync in items per minute, oldest first, at most 60: one for each report. */
  history(syncId: string): readonly number[];
}

export interface ConnectionOptions {
  /** The address of the service; default: the origin of the page, with its cookie. */
  readonly baseUrl?: string;
  /** A JWT, or a function that returns a fresh one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** Polling interval while there is no stream, in milliseconds; default 2,000. */
  readonly fallbackPollMs?: number;
}
