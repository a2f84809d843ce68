export type ChangedResource = 'customer' | 'product' | 'order';
export type ChangeEvent = 'created' | 'updated' | 'deleted' | 'restored';

/** Something happened to a record; `body` is what the API shows of it, `{id}` for a deleted one. */
export interface Change {
  resource: ChangedResource;
  event: ChangeEvent;
  id: number;
  body(): object;
  /** Force-deleted orders tell nobody. */
  silent?: boolean;
}

/** Tells listeners of every write, in its order, while the write is under way. */
export class ChangeFeed {
  readonly #listeners: ((change: Change) => void)[] = [];

  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
