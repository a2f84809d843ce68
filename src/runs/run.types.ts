import type { CanonicalData, EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Cursor, Watermark } from '../connectors/contract/connector.types.ts';
import type { ItemOutcome, PreviewChange, WorkItem } from '../planning/planning.types.ts';
import type { StoredBinding } from '../records/binding.changes.ts';

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
  readonly phase: 'pages' | 'deletions' | 'items';
  /** Of pages: the source's own. */
  readonly cursor?: Cursor | null;
  /** Of deletions and named items, which go in the order of their ids: the last one done. */
  readonly after?: string;
  /** Of a preview: what source and destination said before it read anything. */
  readonly tokens?: ChangeTokens;
}

/** See ConnectorSession.changeToken; null where the system has none. */
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

/** What the items of a batch add to what is committed. */
export type BatchResult = Pick<
  Batch,
  'items' | 'records' | 'connection_a' | 'connection_b' | 'bindings' | 'changes' | 'changes_expire_at'
>;

/** Where a run writes, or where a preview finds out what it would write. No id comes twice in a call. */
export interface Destination {
  process(items: readonly WorkItem[]): Promise<BatchResult>;
}

/** What the database says after a batch. `finished`: by this batch; `ended`: by somebody else. */
export type LeaseOutcome = 'go on' | 'finished' | 'paused' | 'ended' | 'fenced';
