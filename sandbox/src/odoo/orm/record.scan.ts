import type { RecordTable } from './record.table.ts';

export interface ScanParts {
  /** `id`, or a field that never decreases from one generated record to the next. */
  field: string;
  descending: boolean;
  /** The range of generated records to read, by index, `to` excluded. Kept records are all read. */
  from: number;
  to: number;
}

/** Reads a table in the order of a field, merging generated and kept records; ties in any order. */
export function* scan(table: RecordTable, { field, descending, from, to }: ScanParts): Generator<number> {
  const kept = table.keptSortedBy(field);
  const step = descending ? -1 : 1;
  const { firstId } = table.generated;
  const keyOf = (id: number) => Number(table.value(id, field) ?? Number.POSITIVE_INFINITY);
  const keyAt = (index: number) => Number(table.generatedValue(index, field));
  let index = descending ? to - 1 : from;
  let place = descending ? kept.length - 1 : 0;
  let keptKey = nextKey();

  function nextKey(): number | null {
    const id = kept[place];
    return id === undefined ? null : keyOf(id);
  }

  while (index >= from && index < to) {
    if (table.isUntouched(firstId + index)) {
      const key = keyAt(index);
      while (keptKey !== null && (keptKey - key) * step < 0) {
        yield kept[place] ?? 0;
        place += step;
        keptKey = nextKey();
      }
      yield firstId + index;
    }
    index += step;
  }
  for (; keptKey !== null; keptKey = nextKey()) {
    yield kept[place] ?? 0;
    place += step;
  }
}
