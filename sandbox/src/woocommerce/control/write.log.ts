import type { Change, ChangedResource, ChangeEvent } from '../store/change.feed.ts';

export type WriteName = `${ChangedResource}.${ChangeEvent}`;

/** Counts writes to records, whoever made them, by what webhooks call them: `customer.updated`. */
export class WriteLog {
  readonly #counts = new Map<WriteName, number>();

  count({ resource, event }: Change): void {
    const name: WriteName = `${resource}.${event}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Partial<Record<WriteName, number>> {
    return Object.fromEntries([...this.#counts].sort());
  }

  reset(): void {
    this.#counts.clear();
  }
}
