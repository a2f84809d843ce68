import type { Raw } from '../shop/shop.client.ts';

/** The member that marks what we created: the key of the create. */
const SYNC_KEY = '_sync_key';

export function idOf(raw: Raw): number | null {
  const id = Number(raw.id);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

export function recordOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

/** PHP shows a list with gaps as an object. */
export function listOf(value: unknown): readonly Raw[] {
  return typeof value === 'object' && value !== null ? Object.values(value).map(recordOf) : [];
}

export function syncKeyOf(raw: Raw): string | null {
  const value = listOf(raw.meta_data).find(({ key }) => key === SYNC_KEY)?.value;
  return typeof value === 'string' ? value : null;
}

export function markedWith(key: string) {
  return [{ key: SYNC_KEY, value: key }];
}

/** Texts in one order on every machine: by code unit, not by a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
