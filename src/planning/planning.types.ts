import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import type { FieldChange } from './field.diff.ts';
import type { ScoredMatch } from './match.strength.ts';
import type { Binding, ItemPlan, Link } from './plan.types.ts';

/** An item that a run processes. */
export interface WorkItem {
  readonly item: ExternalItem;
  /** What a preview found, if the run applies one. */
  readonly expected?: Expected;
}

interface Expected {
  /** That of the change, or `failed`. */
  readonly kind: string;
  readonly source_hash: string | null;
  readonly destination_hash: string | null;
  /** For a conflict: the item of the source that takes what this one would take, and the reason in words. */
  readonly rival?: string | null;
  readonly reason?: string | null;
}

/** An item with its plan. */
export interface PlannedItem {
  readonly work: WorkItem;
  readonly plan: ItemPlan;
  readonly binding: Binding | null;
  /** Of an item without a binding whose entry is known all the same, such as after its connection was removed and added again. */
  readonly link?: Link | null;
  /** The item, and as it was at the last sync, with references as ids of the destination; null when there is none. */
  readonly target: CanonicalData | null;
  readonly before: CanonicalData | null;
  /** Marks the entry that is created for the item, so that it is found again when the response to the create is lost. */
  readonly key: string;
  /** Of the write; see records/refusal.memory.ts. */
  readonly fingerprint: string | null;
  /** An order whose customer has an account in the source and is bound to nothing, while customers of orders are written. */
  readonly lacksCustomer?: boolean;
  /** The entries that were found for an item that is not bound, whatever the plan makes of them. */
  readonly matches?: readonly ScoredMatch[];
  /** See rivals.ts. */
  readonly claims: readonly string[];
  /** The change that the plan takes back. */
  readonly undoes?: KeptChange;
}

/** The change that a preview found for one item. */
export interface PreviewChange {
  readonly external_id: string;
  readonly kind: 'create' | 'update' | 'delete' | 'unbind' | 'conflict';
  readonly destination_id: string | null;
  /** Each hash is null when its side does not have the item. */
  readonly source_hash: string | null;
  readonly destination_hash: string | null;
  readonly fields: readonly FieldChange[];
  /** The reason for a conflict or for removing a binding, in words. Null for other kinds. */
  readonly reason: string | null;
  /** For a conflict with another item of the source: its id. */
  readonly rival?: string | null;
  readonly data: CanonicalData | null;
}

/** How a reconcile found an item that is not equal at both ends. `not_compared`: which entry it is, or what that holds, is not known. */
export const DIFFERENCES = ['different', 'missing_at_source', 'missing_at_destination', 'not_compared'] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** What a run changed at its destination for one item, as it is kept for the undo and the history. */
export interface KeptChange {
  readonly external_id: string;
  readonly kind: 'create' | 'update' | 'delete' | 'unbind';
  /** Null: the records. */
  readonly destination_id: string | null;
  /** An update that brought the entry back, or a delete that archived it. */
  readonly via_archive: boolean;
  /** Of the entry as the run left it; null after a delete. */
  readonly after_hash: string | null;
  /** The top-level members that changed, before and after; all of them of an entry of a connection that was created or deleted. */
  readonly was: Readonly<Record<string, unknown>> | null;
  readonly became: Readonly<Record<string, unknown>> | null;
  /** What it was is not known, or was too large to keep. */
  readonly is_partial: boolean;
  /** Why a binding was removed, in words. */
  readonly reason: string | null;
}

/** The result of processing one item. */
export interface ItemOutcome {
  readonly external_id: string;
  readonly outcome: 'processed' | 'warned' | 'failed' | 'skipped';
  /** The action for the run's counts. Omitted for records, where the database determines it. `present`: only its id was read. */
  readonly action?:
    | ('created' | 'updated' | 'deleted' | 'unchanged' | 'present' | 'conflict' | 'failed' | 'skipped')
    | 'equal'
    | Difference;
  readonly error_class?: string;
  readonly message?: string;
  readonly payload?: unknown;
}
