import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import { type FieldPath, isPlainObject, topOf } from './field.diff.ts';
import { byKey, elementOf, hasElements, type ListElement, memberPath } from './list.elements.ts';

interface Merge {
  readonly target: CanonicalData;
  /** The current data of the destination. */
  readonly current: CanonicalData;
  /** The paths that are written. */
  readonly written: ReadonlySet<FieldPath>;
  /** The data of the source at the last sync. Null when the two match for the first time. */
  readonly before: CanonicalData | null;
  /** The paths that the source changed since. */
  readonly changed?: ReadonlySet<FieldPath>;
}

/**
 * The data to write. A list is written as a whole, so its elements keep the destination's values in all fields that are not written: a
 * new price of one variation does not reset another variation. An element that only the destination has is removed if the source had it
 * at the last sync, and one that only the source has is added if it is new there or changed. Pure.
 */
export function mergeLists({ target, current, written, before, changed }: Merge): CanonicalData {
  const merged = Object.entries(target).map(([name, wanted]) => {
    const present: unknown = current[name as keyof CanonicalData];
    if (!hasElements(name, wanted) || !hasElements(name, present)) return [name, wanted];
    const there = byKey(name, present);
    const had = listOf(name, before);
    const touched = new Set([...(changed ?? [])].filter((path) => topOf(path) === name).map(elementOf));
    const isWritten = written.has(name);
    const here = byKey(name, wanted);
    const mine = [...here].flatMap(([key, element]) => {
      const other = there.get(key);
      if (!other) return isWritten && (touched.has(key) || !had.has(key)) ? [element] : [];
      return [kept(name, key, { element, other, written })];
    });
    const theirs = [...there].filter(([key]) => !here.has(key) && !(isWritten && had.has(key)));
    return [name, [...mine, ...theirs.map(([, element]) => element)]];
  });
  return Object.fromEntries(merged) as CanonicalData;
}

/** Fields that the source does not have are not written, because the destination may change them at the same time. */
function kept(
  name: string,
  key: string,
  { element, other, written }: { element: ListElement; other: ListElement; written: ReadonlySet<FieldPath> },
): ListElement {
  return Object.fromEntries(
    Object.entries(element).map(([member, value]) =>
      written.has(memberPath(name, key, member)) || other[member] === undefined
        ? [member, value]
        : [member, other[member]],
    ),
  );
}

/** `data` with the values of `before` at these paths, which hold changes that have not been synced back yet. Pure. */
export function restoreFields(
  data: CanonicalData,
  before: CanonicalData,
  paths: ReadonlySet<FieldPath>,
): CanonicalData {
  return (paths.size === 0 ? data : restoreObject(data, before, paths, '')) as CanonicalData;
}

function restoreObject(data: object, before: object, paths: ReadonlySet<FieldPath>, prefix: string): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const path = prefix + name;
      const was: unknown = (before as Record<string, unknown>)[name];
      if (hasElements(path, value)) return [name, restoreElements(path, value, listOf(path, before), paths)];
      if (isPlainObject(value))
        return [name, isPlainObject(was) ? restoreObject(value, was, paths, `${path}.`) : value];
      return [name, paths.has(path) ? was : value];
    }),
  );
}

function restoreElements(
  name: string,
  list: readonly ListElement[],
  before: ReadonlyMap<string, ListElement>,
  paths: ReadonlySet<FieldPath>,
): ListElement[] {
  const now = byKey(name, list);
  const same = [...now].map(([key, element]): [string, ListElement] => {
    const was = before.get(key);
    const back = Object.entries(element).map(([member, value]) =>
      // A new element has no agreed values.
      paths.has(memberPath(name, key, member)) ? [member, was ? was[member] : null] : [member, value],
    );
    return [key, Object.fromEntries(back)];
  });
  if (!paths.has(name)) return same.map(([, element]) => element);
  const kept = same.filter(([key]) => before.has(key));
  const lost = [...before].filter(([key]) => !now.has(key));
  return [...kept, ...lost].map(([, element]) => element);
}

function listOf(name: string, data: object | null): Map<string, ListElement> {
  const list: unknown = (data as Record<string, unknown> | null)?.[name];
  return hasElements(name, list) ? byKey(name, list) : new Map();
}

/** `now`, with what it leaves out as it was before: that a system says nothing of a field is no change of it. */
export function remembering<T extends object>(now: T, before: object | undefined): T {
  if (before === undefined) return now;
  const was = before as Record<string, unknown>;
  const both = Object.entries(now).map(([name, value]) => {
    const old = was[name];
    return [name, isPlainObject(value) && isPlainObject(old) ? remembering(value, old) : value];
  });
  return { ...before, ...Object.fromEntries(both) };
}
