import { isDeepStrictEqual } from 'node:util';

/** A member of a canonical entity by its path: `email`, `billing.city`, `lines`. */
export type FieldPath = string;

/** One member that differs, as a preview shows it. */
export interface FieldChange {
  readonly field: FieldPath;
  readonly old: unknown;
  readonly new: unknown;
}

/**
 * The members in which `after` differs from `before`. Objects are compared member by member, arrays as a whole. What either side
 * leaves out is not compared: it is not held there. Pure; in the order of `after`.
 */
export function diffFields(before: object, after: object): FieldChange[] {
  const old = flatten(before);
  return [...flatten(after)].flatMap(([field, value]) => {
    if (!old.has(field)) return [];
    const was = old.get(field);
    return isDeepStrictEqual(was, value) ? [] : [{ field, old: was ?? null, new: value ?? null }];
  });
}

/** The members that are there, each by its path. An empty object has none. */
export function flatten(value: object, prefix = ''): Map<FieldPath, unknown> {
  const fields = new Map<FieldPath, unknown>();
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const path = prefix + name;
    if (isPlainObject(member)) for (const [inner, leaf] of flatten(member, `${path}.`)) fields.set(inner, leaf);
    else fields.set(path, member);
  }
  return fields;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
