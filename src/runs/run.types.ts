import type { CanonicalData, EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Cursor, Watermark } from '../connectors/contract/connector.types.ts';
import type { ItemOutcome, KeptChange, PlannedItem, PreviewChange, WorkItem } from '../planning/planning.types.ts';
import type { StoredBinding } from '../records/binding.changes.ts';
import type { Claim } from '../records/claims.sql.ts';
import type { RefusalChange } from '../records/refusals.sql.ts';

/**
 * `preview` and `reconcile` write nothing, `apply` carries out what one of them found, `retry` and `webhook` process named items, and the
 * others read the pages of the source.
 */
type RunKind = 'sync' | 'preview' | 'reconcile' | 'apply' | 'retry' | 'webhook';

/** What such a run finds is published, and can be applied. */
export const writesNothing = ({ kind }: Pick<Run, 'kind'>): boolean => kind === 'preview' || kind === 'reconcile';

/** A reconcile of a few items, which follows the full sync that it names. */
export const isSample = ({ kind, of_sync_id }: Pick<Run, 'kind' | 'of_sync_id'>): boolean =>
  kind === 'reconcile' && of_sync_id !== null;

/** The filter of a retry or an undo of one item alone. No connector has one of this name. */
export const onlyItem = ({
  kind,
  undoes_sync_id,
  filters,
}: Pick<Run, 'kind' | 'undoes_sync_id' | 'filters'>): string | null =>
  (kind === 'retry' || undoes_sync_id !== null) && typeof filters.external_id === 'string' ? filters.external_id : null;

/**
 * `full` reads every item and finds what is gone, `incremental` reads what changed since the last sync, and `census` reads the ids alone: it
 * finds what is gone, and reads what has no record.
 */
export const RUN_MODES = ['full', 'incremental', 'census'] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** A row of sync_runs as JSON. */
export interface Run {
  readonly org_id: string;
  readonly sync_id: string;
  readonly kind: RunKind;
  readonly source_connection_id: string;
  /** Null: the records. */
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
  readonly mode: RunMode;
  readonly filters: Readonly<Record<string, unknown>>;
  /** For an apply, the sync of the preview or reconcile. For a retry, the sync whose items failed. For a sample, the sync that it follows. */
  readonly of_sync_id: string | null;
  /** For an undo: the run whose changes are taken back. */
  readonly undoes_sync_id: string | null;
  readonly override_reason: string | null;
  readonly trigger: 'request' | 'schedule' | 'webhook' | 'sync';
  readonly requested_by: string | null;
  /** `wanted`: it does not start, or go on, before a second person has approved it. Null: nobody has to. */
  readonly approval: 'wanted' | 'approved' | 'refused' | 'expired' | null;
  /** Of the span in which it was asked for, when that was traced. */
  readonly traceparent: string | null;
  readonly state: 'waiting' | 'ready' | 'paused' | 'ended';
  readonly lease_epoch: number;
  readonly leases_without_commit: number;
  readonly postponements: number;
  /** Calls to a system that failed since the last batch, by the kind of error. */
  readonly failures: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** The sizes of what it has stored: changes that it made, items that failed, and changes that it found. */
  readonly kept_bytes: number;
  readonly item_bytes: number;
  readonly found_bytes: number;
  /** How many of its changes are not kept, because the organization had no room. */
  readonly changes_not_kept: number;
  readonly created_at: string;
}

/** The size of the next page of a source. See page.size.ts. */
export interface PageSize {
  readonly size: number;
  /** The smallest size that was too much for the system; no page of this run is as large again. */
  readonly below: number;
}

/** What a run waits for, in the form that app.renew_lease and app.release_lease expect. Times are RFC 3339. */
export interface Waiting {
  readonly reason?: string;
  readonly next_try_at?: string;
  /** Only when the system itself asked for the wait. */
  readonly limited_until?: string;
  readonly failures?: Readonly<Record<string, number>>;
  readonly page?: PageSize;
  /** It waits for a second person, this long at most, and without its slots. */
  readonly approval_hours?: number;
}

/** Where a run resumes. Stored in `checkpoint` of its row in sync_progress. */
export interface RunCheckpoint {
  readonly phase: 'pages' | 'deletions' | 'refused' | 'items';
  readonly page?: PageSize;
  /** For pages: the cursor of the source. */
  readonly cursor?: Cursor | null;
  /** For the other phases: the place of the last item that was processed, by id, or of those that were refused by time and id. */
  readonly after?: string;
  /** What the destination had of the source when the run began; see DeletionBudget. */
  readonly arrived?: number;
  /** From the deletions phase on: how many entries would be deleted if none of what the pages left out exists. */
  readonly foreseen?: number;
  /** For a preview: the change tokens of source and destination before the first read. */
  readonly tokens?: ChangeTokens;
}

/** See ConnectorSession.changeToken. Null when the system has no token. */
export interface ChangeTokens {
  readonly source: string | null;
  readonly destination: string | null;
}

export interface RecordChange {
  readonly external_id: string;
  readonly data?: CanonicalData;
  readonly hash?: string;
  readonly deleted: boolean;
}

/** How much a run may store in all, in bytes. What is above is not kept (changes, what was read of items), or ends the run (what it found). */
export interface RunRoom {
  readonly kept_up_to?: number;
  readonly items_up_to?: number;
  readonly found_up_to?: number;
}

/** Everything that a batch changes, in the form that app.commit_batch expects. It takes effect as a whole or not at all. */
export interface Batch extends RunRoom {
  readonly items?: readonly ItemOutcome[];
  readonly records?: readonly RecordChange[];
  /** By the id of a connection: the system that the batch was read from, or written to. */
  readonly systems?: Readonly<Record<string, string>>;
  readonly system_a?: string;
  readonly system_b?: string;
  readonly bindings?: readonly StoredBinding[];
  /** Entries of the destination that are left as they are because another system has them, too. */
  readonly shared?: readonly string[];
  readonly refusals?: readonly RefusalChange[];
  /** What the run changed at a connection. An empty list keeps what app.commit_batch finds out about records; without it nothing is kept. */
  readonly kept?: readonly KeptChange[];
  /** What a preview would change. */
  readonly changes?: readonly PreviewChange[];
  readonly changes_expire_at?: string;
  readonly claims?: readonly Claim[];
  readonly checkpoint?: RunCheckpoint;
  readonly total?: number;
  readonly watermark?: Watermark;
  readonly final?: { readonly status: 'completed' | 'failed'; readonly error_message?: string };
}

/** The part of a batch that the destination determines. */
export type BatchResult = Pick<
  Batch,
  | 'items'
  | 'records'
  | 'system_a'
  | 'system_b'
  | 'bindings'
  | 'shared'
  | 'refusals'
  | 'kept'
  | 'changes'
  | 'changes_expire_at'
  | 'claims'
>;

/** Writes the items of a run, or for a preview determines what would be written. No id occurs twice in a call. */
export interface Destination {
  process(items: readonly WorkItem[]): Promise<BatchResult>;
}

/** Plans what to do at another connection, for items that have no problem. */
export interface Planner {
  plan(items: readonly WorkItem[]): Promise<PlannedItem[]>;
}

/** The result of committing a batch. `finished`: this batch ended the sync. `ended`: somebody else had ended it. `full`: nothing was stored. */
export type LeaseOutcome = 'continue' | 'full' | 'finished' | 'paused' | 'ended' | 'fenced';
