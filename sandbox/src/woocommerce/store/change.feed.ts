export type ChangedResource = 'customer' | 'product' | 'order';
export type ChangeEvent = 'created' | 'updated' | 'deleted' | 'restored';

/** A change of a record; `body` is the record as the API shows it by then, an error when it is gone, `{id}` for a deletion. */
export interface Change {
  resource: ChangedResource;
  event: ChangeEvent;
  id: number;
  body(): object;
  /** No webhook is sent: it was deleted with `force`, or an order was taken out of the trash by the API. */
  silent?: boolean;
}

/** Calls listeners synchronously for every write, in order. */
export class ChangeFeed {
  readonly #listeners: ((change: Change) => void)[] = [];

  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
