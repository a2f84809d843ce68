import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import { byKey, comparedMembers, elementOf, hasElements, memberPath } from './list.elements.ts';

/** The path of a field of a canonical entity: `email`, `billing.city`, `variations[Size=M].price`. */
export type FieldPath = string;

/** A field that differs, as a preview shows it. */
export interface FieldChange {
  readonly field: FieldPath;
  readonly old: unknown;
  readonly new: unknown;
}

/** The top-level field of a path. */
export const topOf = (field: FieldPath): string => field.split(/[.[]/, 1)[0] as string;

/**
 * The fields in which `after` differs from `before`, in the order of `after`. Objects are compared field by field, variations and lines
 * by key, and other lists as a whole. A field that one side omits is not compared, because that side does not store it. Pure.
 */
export function diffFields(before: object, after: object): FieldChange[] {
  const old = members(before);
  return [...members(after)].flatMap(([field, value]) => {
    if (!old.has(field)) return [];
    const was = old.get(field);
    return isDeepStrictEqual(was, value) ? [] : [{ field, old: was ?? null, new: value ?? null }];
  });
}

/** The fields of the variations and lines that only `after` contains, if `before` has the list. Pure. */
export function newElementFields(before: object, after: object): Set<FieldPath> {
  const old = members(before);
  const fields = [...members(after).keys()].filter((field) => {
    const key = elementOf(field);
    const keys = key === null ? undefined : old.get(topOf(field));
    return Array.isArray(keys) && !keys.includes(key);
  });
  return new Set(fields);
}

/** The compared values by path. The path of a list of variations or lines holds the sorted keys of its elements. */
function members(value: object): Map<FieldPath, unknown> {
  const fields = new Map<FieldPath, unknown>();
  for (const [path, leaf] of flatten(value)) {
    if (!hasElements(path, leaf)) {
      fields.set(path, path === 'attributes' ? inAnyOrder(leaf) : leaf);
      continue;
    }
    const elements = byKey(path, leaf);
    fields.set(path, [...elements.keys()].sort());
    for (const [key, element] of elements)
      for (const [member, inner] of comparedMembers(element)) fields.set(memberPath(path, key, member), inner);
  }
  return fields;
}

/** The order of an attribute's options affects only their display, so it is not compared. */
function inAnyOrder(attributes: unknown): unknown {
  if (!Array.isArray(attributes)) return attributes;
  return attributes.map(({ name, options }: { name: string; options: readonly string[] }) => ({
    name,
    options: [...options].sort(),
  }));
}

/** The defined fields by path. Lists are kept whole. An empty object has no fields. */
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

export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** SHA-256 (base64url) of the canonical JSON (RFC 8785) of an entity. Equal content has an equal hash, whatever the order of its fields. */
export function contentHash(data: unknown): string {
  return createHash('sha256')
    .update(canonicalize(data) ?? 'null')
    .digest('base64url');
}
