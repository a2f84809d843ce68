import type { ExternalItem } from '../../connectors/contract/connector.types.ts';
import type { Batch } from '../run.types.ts';

/** An item on its way; `expected` when a preview said how both ends were. */
export interface WorkItem {
  readonly item: ExternalItem;
  readonly expected?: {
    readonly kind: string;
    readonly source_hash: string | null;
    readonly destination_hash: string | null;
  };
}

/** What a step adds to its batch. */
export type StepResult = Pick<
  Batch,
  'items' | 'records' | 'connection_a' | 'connection_b' | 'bindings' | 'changes' | 'changes_expire_at'
>;

/** Where items go, or where it is looked up what would become of them there. An id comes once a call. */
export interface Destination {
  take(items: readonly WorkItem[]): Promise<StepResult>;
}
