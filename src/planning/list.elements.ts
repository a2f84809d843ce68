import type { CanonicalOrderLine, CanonicalVariation } from '../connectors/canonical/canonical.types.ts';

/** An element of a list whose elements are compared one by one. */
export type ListElement = Readonly<Record<string, unknown>>;

/** The key of an element, which is the same in every system. Ids of lines and variations differ from system to system. */
const KEYS: Readonly<Record<string, (element: never) => string>> = {
  variations: ({ options, sku }: CanonicalVariation) =>
    Object.entries(options)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, option]) => `${name}=${option}`)
      .join(', ') ||
    (sku ?? ''),
  lines: ({ kind, sku, name }: CanonicalOrderLine) => `${kind} ${sku || name}`,
};

/** Fields that are part of the key. */
const IN_KEY: ReadonlySet<string> = new Set(['options', 'kind']);

/** Whether the elements of this top-level field are compared one by one. Any other list is compared as a whole. */
export const hasElements = (name: string, value: unknown): value is readonly ListElement[] =>
  Object.hasOwn(KEYS, name) && Array.isArray(value);

/** The elements by key, in their order. The second element with the same key gets the suffix `#2`. */
export function byKey(name: string, list: readonly ListElement[]): Map<string, ListElement> {
  const elements = new Map<string, ListElement>();
  for (const element of list) {
    const key = KEYS[name]?.(element as never) ?? '';
    let unique = key;
    for (let n = 2; elements.has(unique); n += 1) unique = `${key} #${n}`;
    elements.set(unique, element);
  }
  return elements;
}

/** `variations[Size=M].price` */
export const memberPath = (name: string, key: string, member: string): string => `${name}[${key}].${member}`;

/** The fields of an element that are compared. */
export const comparedMembers = (element: ListElement): [string, unknown][] =>
  Object.entries(element).filter(([member, value]) => !IN_KEY.has(member) && value !== undefined);

/** The key of the element of a path; null for the path of anything else. */
export const elementOf = (path: string): string | null =>
  path.includes('[') ? path.slice(path.indexOf('[') + 1, path.lastIndexOf(']')) : null;
