import type { Sequence } from './merged.sequence.ts';

/** The part of a shop that is computed on request; ids ascend with the index. */
export interface Generated<T> {
  count: number;
  idAt(index: number): number;
  /** Null for an id that was never generated. */
  indexOf(id: number): number | null;
  make(index: number): T;
}

/** Generated records, overlaid with what was changed, created or deleted since. Only the overlay takes memory. */
export class OverlayStore<T extends { readonly id: number }> {
  readonly generated: Generated<T>;
  /** Incremented by every write: a cached list of another version is stale. */
  version = 0;
  /** Recent lists; see record.listing.ts. */
  readonly indices = new Map<string, Uint32Array>();
  readonly sequences = new Map<string, { version: number; sequence: Sequence }>();
  readonly #kept = new Map<number, T>();
  readonly #gone = new Set<number>();

  constructor(generated: Generated<T>) {
    this.generated = generated;
  }

  get(id: number): T | null {
    if (this.#gone.has(id)) return null;
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const index = this.generated.indexOf(id);
    return index === null ? null : this.generated.make(index);
  }

  /** Stores a changed or a new record. */
  put(record: T): void {
    this.#kept.set(record.id, record);
    this.version += 1;
  }

  /** Permanently: ids are never reused. */
  delete(id: number): void {
    this.#kept.delete(id);
    this.#gone.add(id);
    this.version += 1;
  }

  /** All changed and created records, in no order. */
  kept(): IterableIterator<T> {
    return this.#kept.values();
  }

  /** Generated ids that were changed or deleted since. */
  touched(): number[] {
    return [...this.#kept.keys(), ...this.#gone].filter((id) => this.generated.indexOf(id) !== null);
  }

  isUntouched(id: number): boolean {
    return !this.#kept.has(id) && !this.#gone.has(id);
  }

  size(): number {
    return this.generated.count - this.touched().length + this.#kept.size;
  }

  /** Every record by id, generated one at a time. */
  *all(): IterableIterator<T> {
    for (let index = 0; index < this.generated.count; index += 1) {
      const record = this.get(this.generated.idAt(index));
      if (record) yield record;
    }
    const created = [...this.#kept.values()].filter(({ id }) => this.generated.indexOf(id) === null);
    yield* created.sort((a, b) => a.id - b.id);
  }
}

/** Ascending ids. WordPress numbers products, variations, orders and refunds in one sequence. */
export class IdSequence {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  next(): number {
    return this.#next++;
  }
}
