import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import type { FieldChange } from './field.diff.ts';
import type { Binding, ItemPlan } from './item.plan.ts';

/** An item that a run works on; `expected` when a preview said how source and destination were. */
export interface WorkItem {
  readonly item: ExternalItem;
  readonly expected?: {
    readonly kind: string;
    readonly source_hash: string | null;
    readonly destination_hash: string | null;
  };
}

/** An item with the decision about it. */
export interface PlannedItem {
  readonly work: WorkItem;
  readonly plan: ItemPlan;
  readonly binding: Binding | null;
  /** Marks what is created for it, so that a create whose response was lost is found again. */
  readonly key: string;
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
