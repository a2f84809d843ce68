export type SyncStatus =
  | 'queued'
  | 'running'
  | 'paused'
  | 'completed'
  | 'completed_with_errors'
  | 'failed'
  | 'cancelled'
  | 'timeout';

/** One sync as the service tells of it. Times are RFC 3339. */
export interface StreamedSync {
  readonly id: string;
  readonly org_id: string;
  readonly sync_id: string;
  readonly entity_type: string;
  readonly source_system: string;
  /** null: not known yet. */
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
  /** The other system asked for a pause until then. */
  readonly rate_limited_until: string | null;
  readonly elapsed_seconds: number;
  readonly speed_items_per_min: number | null;
  readonly eta_seconds: number | null;
}

/** All there is; replaces what was known. `at` is the service's clock. */
export interface SyncSnapshot {
  readonly at: string;
  readonly syncs: readonly StreamedSync[];
}

/** What changed or is new, each whole, and which left: they ended over a minute ago. */
export interface SyncChange extends SyncSnapshot {
  readonly gone: readonly string[];
}

export type ConnectionState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'signed-out' | 'error';

export interface SyncProgressError {
  /** The HTTP status of the refusal; undefined when a sign-in ended while connected. */
  readonly status?: number;
  readonly message: string;
}

/** A moment of the live view. A new object after each change, never changed itself. */
export interface SyncProgress {
  /** Newest started first; those that ended stay for a minute. */
  readonly syncs: readonly StreamedSync[];
  readonly state: ConnectionState;
  /** Whether `syncs` has ever been heard from the service. */
  readonly loaded: boolean;
  /** Why it stopped, in 'signed-out' and 'error'. */
  readonly error?: SyncProgressError;
  /** Add it to Date.now() for the service's clock, in milliseconds. */
  readonly serverOffsetMs: number;
  /** The last speeds of a sync in items a minute, oldest first, at most 60: one for each report seen. */
  history(syncId: string): readonly number[];
}

export interface ConnectionOptions {
  /** Where the service is; default: the page's own origin, signed in by its cookie. */
  readonly baseUrl?: string;
  /** A JWT, or a function that returns a fresh one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** How often to ask while the stream cannot be had, in milliseconds; default 2,000. */
  readonly fallbackPollMs?: number;
}
