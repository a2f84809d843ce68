import type { GeneratedRows, Row, Stored } from './record.types.ts';

const NONE: GeneratedRows = { count: 0, firstId: 1, columns: {}, find: {} };

export interface TableParts {
  generated?: GeneratedRows;
  rows?: readonly Row[];
  /** Fields with an index over the kept rows. */
  indexed: readonly string[];
}

/** The state of an id before a change; `restore` brings it back. */
export interface TableChange {
  id: number;
  kept: Row | undefined;
  wasDeleted: boolean;
}

/**
 * One model's records. Generated records are computed on request; only rows given at the start and what was changed,
 * created or deleted since is kept in memory.
 */
export class RecordTable {
  readonly generated: GeneratedRows;
  readonly #kept = new Map<number, Row>();
  readonly #deleted = new Set<number>();
  readonly #indexes = new Map<string, Map<string | number, Set<number>>>();
  #sorted = new Map<string, readonly number[]>();
  #nextId: number;

  constructor({ generated = NONE, rows = [], indexed }: TableParts) {
    this.generated = generated;
    for (const field of indexed) this.#indexes.set(field, new Map());
    for (const row of rows) this.#keep(row);
    this.#nextId = Math.max(generated.firstId + generated.count - 1, ...rows.map(({ id }) => id)) + 1;
  }

  /** Never reused: a transaction that fails leaves a gap, as with a sequence. */
  nextId(): number {
    return this.#nextId++;
  }

  has(id: number): boolean {
    if (this.#deleted.has(id)) return false;
    return this.#kept.has(id) || this.isGenerated(id);
  }

  value(id: number, field: string): Stored {
    if (field === 'id') return id;
    const kept = this.#kept.get(id);
    if (kept) return kept[field] ?? null;
    return this.isGenerated(id) ? this.generatedValue(id - this.generated.firstId, field) : null;
  }

  generatedValue(index: number, field: string): Stored {
    if (field === 'id') return index + this.generated.firstId;
    return this.generated.columns[field]?.(index) ?? null;
  }

  /** The whole record, or null for none. */
  row(id: number): Row | null {
    if (!this.has(id)) return null;
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const values: Record<string, Stored> & { id: number } = { id };
    for (const [field, column] of Object.entries(this.generated.columns)) {
      values[field] = column(id - this.generated.firstId);
    }
    return values;
  }

  put(row: Row): TableChange {
    const change = this.#before(row.id);
    this.#forget(row.id);
    this.#keep(row);
    return change;
  }

  delete(id: number): TableChange {
    const change = this.#before(id);
    this.#forget(id);
    this.#deleted.add(id);
    return change;
  }

  restore({ id, kept, wasDeleted }: TableChange): void {
    this.#forget(id);
    if (wasDeleted) this.#deleted.add(id);
    else this.#deleted.delete(id);
    if (kept) this.#keep(kept);
  }

  /** Whether this is a generated record that was never changed or deleted. */
  isUntouched(id: number): boolean {
    return this.isGenerated(id) && !this.#kept.has(id) && !this.#deleted.has(id);
  }

  /** Whether the id belongs to a generated record, even if it was changed or deleted since. */
  isGenerated(id: number): boolean {
    return id >= this.generated.firstId && id < this.generated.firstId + this.generated.count;
  }

  /** How many generated records in a range of indexes were changed or deleted; `to` excluded. */
  touchedBetween(from: number, to: number): number {
    const inside = (id: number) => id >= this.generated.firstId + from && id < this.generated.firstId + to;
    return [...this.#kept.keys(), ...this.#deleted].filter(inside).length;
  }

  /** Ids of the kept rows, ascending by a field (empty ones last), then by id. */
  keptSortedBy(field: string): readonly number[] {
    const known = this.#sorted.get(field);
    if (known) return known;
    const key = (id: number) => Number(this.#kept.get(id)?.[field] ?? Number.POSITIVE_INFINITY);
    const sorted = [...this.#kept.keys()].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
    this.#sorted.set(field, sorted);
    return sorted;
  }

  /** Deleted ids, of generated and of other records. */
  deletedIds(): number[] {
    return [...this.#deleted].sort((a, b) => a - b);
  }

  /** Ids of the records where a field has a value, compared without case; null if that would take reading all records. */
  findEqual(field: string, value: string | number): number[] | null {
    const index = this.#indexes.get(field);
    const find = this.generated.find[field];
    if (!index || (!find && this.generated.count > 0)) return null;
    const key = typeof value === 'string' ? value.toLowerCase() : value;
    const untouched = (find?.(key) ?? []).map((i) => i + this.generated.firstId).filter((id) => this.isUntouched(id));
    return [...untouched, ...(index.get(key) ?? [])];
  }

  #before(id: number): TableChange {
    return { id, kept: this.#kept.get(id), wasDeleted: this.#deleted.has(id) };
  }

  #keep(row: Row): void {
    this.#kept.set(row.id, row);
    this.#sorted = new Map();
    for (const [field, index] of this.#indexes) {
      const key = indexKey(row[field]);
      if (key === null) continue;
      const ids = index.get(key);
      if (ids) ids.add(row.id);
      else index.set(key, new Set([row.id]));
    }
  }

  #forget(id: number): void {
    const before = this.#kept.get(id);
    if (!before) return;
    this.#kept.delete(id);
    this.#sorted = new Map();
    for (const [field, index] of this.#indexes) {
      const key = indexKey(before[field]);
      if (key !== null) index.get(key)?.delete(id);
    }
  }
}

function indexKey(value: Stored | undefined): string | number | null {
  if (typeof value === 'string') return value.toLowerCase();
  return typeof value === 'number' ? value : null;
}
