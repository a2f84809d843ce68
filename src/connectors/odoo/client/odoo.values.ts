import Big from 'big.js';
import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** Enough to drop the noise of a float (12.299999999999999) and to keep any amount of money. */
const NOISE_FREE = 6;

/** `false` and empty text are null: Odoo tells them apart only by accident. Blanks stay, as Odoo keeps what it was given. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** As it is written to Odoo: `false` clears a field. */
export function orFalse<T>(value: T | null | undefined): T | false {
  return value === null || value === undefined || value === '' ? false : value;
}

/** The id of a many2one `[id, label]`; a bare id counts as well. */
export function idOf(value: unknown): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === 'number' ? id : null;
}

export function labelOf(value: unknown): string | null {
  return Array.isArray(value) ? text(value[1]) : null;
}

export function idsOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'number') : [];
}

/** A float as exact text, without what binary fractions added; null for anything that is not a number. */
export function decimalOf(value: unknown, decimals: number | null = null): Decimal | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const rounded = new Big(value).round(Math.max(decimals ?? NOISE_FREE, 0), Big.roundHalfUp);
  return toDecimal(rounded.toFixed()) ?? null;
}

/** `2026-05-01 10:00:00`, which is UTC, as `2026-05-01T10:00:00Z`. */
export function timestampOf(value: unknown): Timestamp | null {
  const found = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(value) : null;
  return found ? `${found[1]}T${found[2]}Z` : null;
}

/** RFC 3339 or milliseconds as Odoo writes times; never with a Z, which 19 refuses. Null when it is no time. */
export function odooTime(value: string | number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString().slice(0, 19).replace('T', ' ');
}

/** Odoo's own time text, moved by so many seconds. */
export function shiftTime(time: string, seconds: number): string {
  return odooTime(Date.parse(`${time.replace(' ', 'T')}Z`) + seconds * 1000) ?? time;
}

/** The number of an external id; null for what cannot be one of Odoo's. */
export function toId(externalId: string | null | undefined): number | null {
  return externalId !== null && externalId !== undefined && /^[1-9]\d{0,9}$/.test(externalId)
    ? Number(externalId)
    : null;
}
