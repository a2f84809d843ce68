import type { ItemProblem } from '../contract/connector.types.ts';
import { shownPath } from './shown.value.ts';
import {
  KEYS,
  LONG_TEXTS,
  MAX_ID_BYTES,
  MAX_ITEM_BYTES,
  MAX_ITEM_DEPTH,
  MAX_KEY_BYTES,
  MAX_MEMBERS,
  MAX_NAME_BYTES,
  MAX_TEXT_BYTES,
} from './storable.limits.ts';

/** More are not named. */
const MAX_FIELDS_NAMED = 5;
const ITEM_LIMIT = `the item is larger than ${MAX_ITEM_BYTES / 1024} KiB`;

/** A value that is still to be read, and where it stands. A path is put together only for a message. */
interface Visit {
  readonly value: unknown;
  readonly name: string;
  readonly depth: number;
  readonly parent: Visit | null;
}

const ROOT = { name: '', depth: 0, parent: null };

function pathOf(visit: Visit): string[] {
  const path: string[] = [];
  for (let at: Visit | null = visit; at?.parent; at = at.parent) path.push(at.name);
  return path.reverse();
}

/** True when Postgres can store the text: it has neither NUL nor a lone surrogate, which UTF-8 does not have. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** What cannot be stored about an id; null when it can be. */
export function problemOfId(id: string): ItemProblem | null {
  if (id === '') return { error_class: 'no_id', message: 'The system returned this item without an id.' };
  if (!isStorableText(id)) return unstorable('text', ['id']);
  return Buffer.byteLength(id) > MAX_ID_BYTES ? tooLarge(['id'], `longer than ${MAX_ID_BYTES} bytes`) : null;
}

/**
 * What cannot be stored about the data of an item; null when all of it can be. Reads at most `MAX_ITEM_BYTES` of it, and without
 * recursion, so that the check cannot be overwhelmed by what it looks for. Pure.
 */
export function problemOfData(data: unknown): ItemProblem | null {
  const found = { text: new Set<string>(), value: new Set<string>(), large: new Map<string, string>() };
  let bytes = 0;
  const open: Visit[] = [{ value: data, ...ROOT }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { value, depth } = visit;
    if (depth > MAX_ITEM_DEPTH) return tooDeep(pathOf(visit), MAX_ITEM_DEPTH);
    bytes += 8;
    if (typeof value === 'string') {
      const size = Buffer.byteLength(value);
      const limit = limitOf(visit.name);
      bytes += size;
      if (!isStorableText(value)) found.text.add(shownPath(pathOf(visit)));
      if (size > limit) found.large.set(shownPath(pathOf(visit)), `longer than ${limit} bytes`);
    } else if (isContainer(value)) {
      const names = Object.keys(value);
      if (names.length > MAX_MEMBERS) return tooLarge([shownPath(pathOf(visit))], `more than ${MAX_MEMBERS} members`);
      // What is last on the stack is visited first, so the names in a message are in the order of the data.
      for (const name of names.reverse()) {
        const member = { value: (value as Record<string, unknown>)[name], name, depth: depth + 1, parent: visit };
        open.push(member);
        if (Array.isArray(value)) continue;
        const size = Buffer.byteLength(name);
        bytes += size;
        if (!isStorableText(name)) found.text.add(shownPath(pathOf(member)));
        if (size > MAX_NAME_BYTES)
          found.large.set(shownPath(pathOf(member)), `a name longer than ${MAX_NAME_BYTES} bytes`);
      }
    } else if (!isPlain(value)) found.value.add(shownPath(pathOf(visit)));
    if (bytes > MAX_ITEM_BYTES) return tooLarge([...found.large.keys(), shownPath(pathOf(visit))], ITEM_LIMIT);
  }
  for (const [, what] of found.large) return tooLarge([...found.large.keys()], what);
  if (found.text.size > 0) return unstorable('text', [...found.text]);
  return found.value.size > 0 ? unstorable('value', [...found.value]) : null;
}

/** The path at which a value is nested deeper than `max`; null when it is not. */
export function deepPath(root: unknown, max: number): readonly string[] | null {
  const open: Visit[] = [{ value: root, ...ROOT }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { value, depth } = visit;
    if (depth > max) return pathOf(visit);
    if (!isContainer(value)) continue;
    for (const name of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[name];
      if (isContainer(member)) open.push({ value: member, name, depth: depth + 1, parent: visit });
    }
  }
  return null;
}

export function tooDeep(path: readonly string[], max: number): ItemProblem {
  const message = `${shownPath(path)} is nested deeper than ${max} levels.`;
  return { error_class: 'too_deep', message };
}

function limitOf(name: string): number {
  if (KEYS.has(name)) return MAX_KEY_BYTES;
  return LONG_TEXTS.has(name) ? Number.POSITIVE_INFINITY : MAX_TEXT_BYTES;
}

function tooLarge(fields: readonly string[], what: string): ItemProblem {
  return { error_class: 'too_large', message: `Too large: ${named(fields) || 'the item'}, ${what}.` };
}

function unstorable(what: 'text' | 'value', fields: readonly string[]): ItemProblem {
  const reason =
    what === 'text'
      ? 'a NUL character or half of a surrogate pair, which a database cannot store'
      : 'a value that JSON does not have';
  return { error_class: `unstorable_${what}`, message: `${named(fields)} contains ${reason}.` };
}

function named(fields: readonly string[]): string {
  const more = fields.length > MAX_FIELDS_NAMED ? ` and ${fields.length - MAX_FIELDS_NAMED} more fields` : '';
  return fields.slice(0, MAX_FIELDS_NAMED).join(', ') + more;
}

/** What canonical JSON has a text for. */
function isPlain(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean' || Number.isFinite(value);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
