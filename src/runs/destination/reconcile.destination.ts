import { differenceOf } from '../../planning/planned.change.ts';
import type { ItemOutcome, WorkItem } from '../../planning/planning.types.ts';
import type { BatchResult, Destination } from '../run.types.ts';

/** Compares both ends: the changes of a preview that mirrors the source are the differences. */
export class ReconcileDestination implements Destination {
  private readonly preview: Destination;

  constructor(preview: Destination) {
    this.preview = preview;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const result = await this.preview.process(items);
    const changes = new Map(result.changes?.map((change) => [change.external_id, change]));
    const gone = new Set(items.flatMap(({ item }) => (item.data === null ? item.external_id : [])));
    const compared = (outcome: ItemOutcome): ItemOutcome => {
      if (outcome.outcome === 'failed') return outcome;
      const { external_id } = outcome;
      const change = changes.get(external_id);
      // What neither end has is nobody's to compare.
      const alike = gone.has(external_id) ? 'unchanged' : 'equal';
      return { external_id, outcome: 'processed', action: change ? differenceOf(change) : alike };
    };
    return { ...result, items: result.items?.map(compared) };
  }
}
