import type { CanonicalData, EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Cursor, Watermark } from '../connectors/contract/connector.types.ts';
import type { FieldChange } from '../planning/field.diff.ts';

/** `apply` carries out a preview, `retry` and `webhook` work on named items, the others walk the source. */
type RunKind = 'sync' | 'preview' | 'apply' | 'retry' | 'webhook';

/** A row of sync_runs, as json. */
export interface Run {
  readonly org_id: string;
  readonly sync_id: string;
  readonly kind: RunKind;
  readonly source_connection_id: string;
  /** Null: the records. */
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
  readonly mode: 'full' | 'incremental';
  readonly filters: Readonly<Record<string, unknown>>;
  /** Apply: the preview; retry: the sync whose items failed. */
  readonly of_sync_id: string | null;
  readonly override_reason: string | null;
  readonly trigger: 'request' | 'schedule' | 'webhook';
  readonly requested_by: string | null;
  readonly state: 'waiting' | 'ready' | 'paused' | 'ended';
  readonly lease_epoch: number;
  readonly leases_without_commit: number;
  readonly postponements: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly created_at: string;
}

/** Where a run goes on; kept in `checkpoint` of its row in sync_progress. */
export interface RunCheckpoint {
  readonly phase: 'walk' | 'deletions' | 'items';
  /** Of the walk: the source's own. */
  readonly cursor?: Cursor | null;
  /** Of deletions and named items, which go in the order of their ids: the last one done. */
  readonly after?: string;
  /** Of a preview: how both ends stood before it looked at anything. */
  readonly tokens?: ChangeTokens;
}

/** See ConnectorSession.changeToken; null where the system has none. */
export interface ChangeTokens {
  readonly source: string | null;
  readonly destination: string | null;
}

/** What became of one item. */
export interface ItemOutcome {
  readonly external_id: string;
  readonly outcome: 'processed' | 'failed' | 'skipped';
  /** What was done, for the run's counts; left out for records, where the database finds out. */
  readonly action?: 'created' | 'updated' | 'deleted' | 'unchanged' | 'conflict' | 'failed' | 'skipped';
  readonly error_class?: string;
  readonly message?: string;
  readonly payload?: unknown;
}

export interface RecordChange {
  readonly external_id: string;
  readonly data?: CanonicalData;
  readonly hash?: string;
  readonly deleted: boolean;
}

/** A binding as it is stored: side a is the connection with the smaller id. */
export interface StoredBinding {
  /** One of the two ids is enough to remove it. */
  readonly id_a?: string;
  readonly id_b?: string;
  readonly hash_a?: string;
  readonly hash_b?: string;
  readonly data_a?: CanonicalData;
  readonly data_b?: CanonicalData;
  readonly removed?: boolean;
}

/** What a preview found for one item. */
export interface PreviewChange {
  readonly external_id: string;
  readonly kind: 'create' | 'update' | 'delete' | 'conflict';
  readonly destination_id: string | null;
  /** Null: it is not there. */
  readonly source_hash: string | null;
  readonly destination_hash: string | null;
  readonly fields: readonly FieldChange[];
  /** Of a conflict, for people; null for the others. */
  readonly reason: string | null;
  readonly data: CanonicalData | null;
}

/** Everything a batch changes, as app.commit_batch takes it: all of it or nothing. */
export interface Batch {
  readonly items?: readonly ItemOutcome[];
  readonly records?: readonly RecordChange[];
  readonly connection_a?: string;
  readonly connection_b?: string;
  readonly bindings?: readonly StoredBinding[];
  readonly changes?: readonly PreviewChange[];
  readonly changes_expire_at?: string;
  readonly checkpoint?: RunCheckpoint;
  readonly total?: number;
  readonly watermark?: Watermark;
  readonly final?: { readonly status: 'completed' | 'failed'; readonly error_message?: string };
}

/** What the database says after a batch. `finished`: by this batch; `ended`: by somebody else. */
export type LeaseAnswer = 'go on' | 'finished' | 'paused' | 'ended' | 'fenced';
