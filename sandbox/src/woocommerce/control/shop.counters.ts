import type { Change, ChangedResource, ChangeEvent } from '../store/change.feed.ts';
/** Counts requests by method and path without ids: `PUT /orders/{id}`. Requests that meet a fault count, too. */
export class RequestCounter {
  readonly #counts = new Map<string, number>();

  count(method: string, path: string): void {
    const resource = path.replace(/^\/wp-json(?:\/wc\/v3)?/, '').replace(/\/\d+(?=\/|$)/g, '/{id}') || '/';
    const name = `${method} ${resource}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort());
  }

  reset(): void {
    this.#counts.clear();
  }
}

export type WriteName = `${ChangedResource}.${ChangeEvent}`;

/** Counts writes to records by the topic of their webhooks: `customer.updated`. */
export class WriteCounter {
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
