import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import { byKey, comparedMembers, hasElements, memberPath } from './list.elements.ts';

/** A member of a canonical entity by its path: `email`, `billing.city`, `variations[Size=M].price`. */
export type FieldPath = string;

/** One member that differs, as a preview shows it. */
export interface FieldChange {
  readonly field: FieldPath;
  readonly old: unknown;
  readonly new: unknown;
}

/** The member of the entity itself that a path leads into. */
export const topOf = (field: FieldPath): string => field.split(/[.[]/, 1)[0] as string;

/**
 * The members in which `after` differs from `before`. Objects are compared member by member, variations and lines each with the one
 * of its key, other lists as a whole. What either side leaves out is not compared: it is not held there. Pure; in the order of `after`.
 */
export function diffFields(before: object, after: object): FieldChange[] {
  const old = members(before);
  return [...members(after)].flatMap(([field, value]) => {
    if (!old.has(field)) return [];
    const was = old.get(field);
    return isDeepStrictEqual(was, value) ? [] : [{ field, old: was ?? null, new: value ?? null }];
  });
}

/** The members of the variations and lines that only `after` has, where `before` has such a list at all. Pure. */
export function newElementFields(before: object, after: object): Set<FieldPath> {
  const old = members(before);
  const fields = [...members(after).keys()].filter((field) => {
    const keys = field.includes('[') ? old.get(topOf(field)) : undefined;
    return Array.isArray(keys) && !keys.includes(field.slice(field.indexOf('[') + 1, field.lastIndexOf(']')));
  });
  return new Set(fields);
}

/** What is compared, each by its path. The list of variations or lines itself stands for which there are. */
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

/** The order of an attribute's options is how a system shows them, no more. */
function inAnyOrder(attributes: unknown): unknown {
  if (!Array.isArray(attributes)) return attributes;
  return attributes.map(({ name, options }: { name: string; options: readonly string[] }) => ({
    name,
    options: [...options].sort(),
  }));
}

/** The members that are there, each by its path; lists whole. An empty object has none. */
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

/** SHA-256 (base64url) over the canonical JSON (RFC 8785) of an entity: equal content, equal hash, in whatever order it came. */
export function contentHash(data: unknown): string {
  return createHash('sha256')
    .update(canonicalize(data) ?? 'null')
    .digest('base64url');
}
