import { firstWhere, mergedSequence, type Ranking, type Sequence } from './merged.sequence.ts';
import type { OverlayStore } from './overlay.store.ts';

/** What records are sorted by, ascending; ties by id. */
export interface SortOrder<T> {
  name: string;
  key(record: T): number | string;
  /** The key of a generated record, without generating it. Absent: generated records ascend by it already. */
  generatedKey?: (index: number) => number | string;
}

/** Which records a list shows. */
export interface Filter<T> {
  /** Equal names must mean equal filters. */
  name: string;
  matches(record: T): boolean;
  /** Matches generated records by index; `all` or `none` when no check is needed. */
  generated: 'all' | 'none' | ((index: number) => boolean);
}

export interface ListRequest<T> {
  filter: Filter<T>;
  order: SortOrder<T>;
  descending: boolean;
  exclude: readonly number[];
  offset: number;
  limit: number;
}

/** One page of records, and how many there are on all pages. */
export interface RecordPage<T> {
  total: number;
  records: T[];
}

const REMEMBERED = 6;

/** A page of the records that match the filter. A page of a million costs as little as one of a thousand. */
export function listRecords<T extends { readonly id: number }>(
  store: OverlayStore<T>,
  { filter, order, descending, exclude, offset, limit }: ListRequest<T>,
): RecordPage<T> {
  const name = JSON.stringify([filter.name, order.name, exclude]);
  let remembered = store.sequences.get(name);
  if (remembered?.version !== store.version) {
    remembered = { version: store.version, sequence: sequenceOf(store, filter, order, new Set(exclude)) };
    remember(store.sequences, name, remembered);
  }
  const { sequence } = remembered;
  const records: T[] = [];
  const end = Math.min(sequence.length, offset + limit);
  for (let position = offset; position < end; position += 1) {
    const record = store.get(sequence.idAt(descending ? sequence.length - 1 - position : position));
    if (record) records.push(record);
  }
  return { total: sequence.length, records };
}

/** A page of a few known records; without an order they stay as given. */
export function listKnown<T extends { readonly id: number }>(
  known: readonly T[],
  {
    order,
    descending,
    offset,
    limit,
  }: Pick<ListRequest<T>, 'descending' | 'offset' | 'limit'> & {
    order: SortOrder<T> | null;
  },
): RecordPage<T> {
  const sorted = order ? [...known].sort((a, b) => compareKeys(order.key(a), a.id, order.key(b), b.id)) : [...known];
  if (descending && order) sorted.reverse();
  return { total: known.length, records: sorted.slice(offset, offset + limit) };
}

function sequenceOf<T extends { readonly id: number }>(
  store: OverlayStore<T>,
  filter: Filter<T>,
  order: SortOrder<T>,
  excluded: ReadonlySet<number>,
): Sequence {
  const { generated } = store;
  const passes = (id: number) => {
    const index = generated.indexOf(id);
    return (
      index !== null && (typeof filter.generated === 'function' ? filter.generated(index) : filter.generated === 'all')
    );
  };
  const added = [...store.kept()].filter((record) => !excluded.has(record.id) && filter.matches(record));
  added.sort((a, b) => compareKeys(order.key(a), a.id, order.key(b), b.id));
  const removed = [...new Set([...store.touched(), ...excluded])].filter(passes);
  return mergedSequence(rankingOf(store, filter, order), added, removed);
}

function rankingOf<T extends { readonly id: number }>(
  store: OverlayStore<T>,
  filter: Filter<T>,
  order: SortOrder<T>,
): Ranking<T> {
  const { generated } = store;
  const keyOf = order.generatedKey ?? ((index: number) => order.key(generated.make(index)));
  const isAfter = (index: number, record: T) =>
    compareKeys(keyOf(index), generated.idAt(index), order.key(record), record.id) > 0;
  if (filter.generated === 'all' && !order.generatedKey) {
    return {
      count: generated.count,
      idAt: (rank) => generated.idAt(rank),
      rankOf: (id) => generated.indexOf(id) ?? -1,
      isAfter,
    };
  }
  const indices = filter.generated === 'none' ? new Uint32Array() : indicesOf(store, filter, order);
  const at = (rank: number) => indices[rank] ?? 0;
  return {
    count: indices.length,
    idAt: (rank) => generated.idAt(at(rank)),
    rankOf: (id) => {
      const key = keyOf(generated.indexOf(id) ?? 0);
      return firstWhere(indices.length, (rank) => compareKeys(keyOf(at(rank)), generated.idAt(at(rank)), key, id) >= 0);
    },
    isAfter: (rank, record) => isAfter(at(rank), record),
  };
}

/** The sorted indices of the generated records that match; cached for the next page, because writes do not change them. */
function indicesOf<T extends { readonly id: number }>(
  store: OverlayStore<T>,
  filter: Filter<T>,
  { name, generatedKey }: SortOrder<T>,
): Uint32Array {
  const known = store.indices.get(`${filter.name} ${generatedKey ? name : ''}`);
  if (known) return known;
  const { count } = store.generated;
  const passes = typeof filter.generated === 'function' ? filter.generated : () => filter.generated === 'all';
  const found = new Uint32Array(count);
  let length = 0;
  for (let index = 0; index < count; index += 1) if (passes(index)) found[length++] = index;
  const indices = found.slice(0, length);
  if (generatedKey) {
    const keys = new Map(Array.from(indices, (index) => [index, generatedKey(index)]));
    indices.sort((a, b) => compareKeys(keys.get(a) ?? 0, a, keys.get(b) ?? 0, b));
  }
  remember(store.indices, `${filter.name} ${generatedKey ? name : ''}`, indices);
  return indices;
}

function compareKeys(a: number | string, idA: number, b: number | string, idB: number): number {
  if (a === b) return idA - idB;
  return a < b ? -1 : 1;
}

function remember<V>(map: Map<string, V>, name: string, value: V): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
