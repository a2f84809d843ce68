import type { WorkItem } from '../../planning/planning.types.ts';
import type { Batch } from '../run.types.ts';

/** What the items of a batch add to what is committed. */
export type BatchResult = Pick<
  Batch,
  'items' | 'records' | 'connection_a' | 'connection_b' | 'bindings' | 'changes' | 'changes_expire_at'
>;

/** Where a run writes, or where a preview finds out what it would write. No id comes twice in a call. */
export interface Destination {
  process(items: readonly WorkItem[]): Promise<BatchResult>;
}
