import { createHash } from 'node:crypto';
import { InvalidValue } from '../../border/exact.value.ts';
import { shownValue } from '../../border/shown.value.ts';
import { deepPath, tooDeep } from '../../border/storable.value.ts';
import type { ExternalItem, Match } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The metadata that marks objects we created. Its value is the key of the create. */
const SYNC_KEY = '_sync_key';

export function idOf(raw: Raw): number | null {
  const id = Number(raw.id);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** The id that a member names, 0 for none. Throws InvalidValue: which one is meant cannot be guessed from what is no id. */
export function numberOfId(value: unknown, field: string): number {
  const id = value === null || value === '' ? Number.NaN : Number(value);
  if (!Number.isSafeInteger(id) || id < 0) throw new InvalidValue('id', field, value);
  return id;
}

export function recordOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

/** Also accepts an object: PHP encodes a list with gaps as one. */
export function listOf(value: unknown): readonly Raw[] {
  return typeof value === 'object' && value !== null ? Object.values(value).map(recordOf) : [];
}

export function syncKeyOf(raw: Raw): string | null {
  const value = listOf(raw.meta_data).find(({ key }) => key === SYNC_KEY)?.value;
  return typeof value === 'string' ? value : null;
}

/** Whose create made it: of this key, of another one, or a person. */
export function madeFor(key: string, raw: Raw): Pick<Match, 'marked' | 'markedForAnother'> {
  const own = syncKeyOf(raw);
  if (own === null) return {};
  return own === key ? { marked: true } : { markedForAnother: true };
}

export function markedWith(key: string) {
  return [{ key: SYNC_KEY, value: key }];
}

/** Compares by code unit, not by a locale, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Metadata of plugins is nested, but not as deep as this. */
const MAX_ROW_DEPTH = 64;

/** The item for a row that cannot be mapped, since it has no id or is nested without end; null for any other row. */
export function unmappable(raw: Raw): ExternalItem | null {
  const id = idOf(raw);
  if (id === null) return withoutId(raw);
  const path = deepPath(raw, MAX_ROW_DEPTH);
  return path && { external_id: String(id), data: null, problem: tooDeep(path, MAX_ROW_DEPTH), raw: shownValue(raw) };
}

/** Its external id is a hash, which stays the same as long as the row does. */
function withoutId(raw: Raw): ExternalItem {
  const hash = createHash('sha256')
    .update(JSON.stringify(shownValue(raw)))
    .digest('hex')
    .slice(0, 16);
  return {
    external_id: `unknown:${hash}`,
    data: null,
    problem: { error_class: 'no_id', message: 'The shop returned this row without an id.' },
    raw,
  };
}

/** A row in the trash. */
export function trashed(raw: Raw): ExternalItem {
  const id = idOf(raw);
  return id === null ? withoutId(raw) : { external_id: String(id), data: null, deleted: true, archived: true };
}
