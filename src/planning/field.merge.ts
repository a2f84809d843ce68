import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import { type FieldPath, isPlainObject } from './field.diff.ts';
import { byKey, hasElements, type ListElement, memberPath } from './list.elements.ts';

interface Merge {
  readonly target: CanonicalData;
  /** As the destination has it. */
  readonly current: CanonicalData;
  /** The paths that are written. */
  readonly written: ReadonlySet<FieldPath>;
  /** The source at the last sync; null when the two meet for the first time. */
  readonly before: CanonicalData | null;
}

/**
 * `target` as it is written. A list is written whole, so its elements keep what the destination has of them wherever nothing passes:
 * a change of one variation's price takes no other variation back. An element only the destination has goes when the source had it. Pure.
 */
export function mergeLists({ target, current, written, before }: Merge): CanonicalData {
  const merged = Object.entries(target).map(([name, wanted]) => {
    const present: unknown = current[name as keyof CanonicalData];
    if (!hasElements(name, wanted) || !hasElements(name, present)) return [name, wanted];
    const there = byKey(name, present);
    const had = listOf(name, before);
    const isWritten = written.has(name);
    const here = byKey(name, wanted);
    const mine = [...here].flatMap(([key, element]) => {
      const other = there.get(key);
      if (!other) return isWritten ? [element] : [];
      return [kept(name, key, { element, other, written })];
    });
    const theirs = [...there].filter(([key]) => !here.has(key) && !(isWritten && had.has(key)));
    return [name, [...mine, ...theirs.map(([, element]) => element)]];
  });
  return Object.fromEntries(merged) as CanonicalData;
}

/** What the source does not hold stays out: the destination may change it while we write. */
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

/** `data` with what it had in `before` at these paths: a change that is still to pass the other way is not agreed on. Pure. */
export function takeBack(data: CanonicalData, before: CanonicalData, paths: ReadonlySet<FieldPath>): CanonicalData {
  return (paths.size === 0 ? data : walk(data, before, paths, '')) as CanonicalData;
}

function walk(data: object, before: object, paths: ReadonlySet<FieldPath>, prefix: string): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const path = prefix + name;
      const was: unknown = (before as Record<string, unknown>)[name];
      if (hasElements(path, value)) return [name, elementsBack(path, value, listOf(path, before), paths)];
      if (isPlainObject(value)) return [name, isPlainObject(was) ? walk(value, was, paths, `${path}.`) : value];
      return [name, paths.has(path) ? was : value];
    }),
  );
}

function elementsBack(
  name: string,
  list: readonly ListElement[],
  before: ReadonlyMap<string, ListElement>,
  paths: ReadonlySet<FieldPath>,
): ListElement[] {
  const now = byKey(name, list);
  const same = [...now].map(([key, element]): [string, ListElement] => {
    const was = before.get(key);
    const back = Object.entries(element).map(([member, value]) =>
      // Of an element that is new, nothing was agreed.
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
