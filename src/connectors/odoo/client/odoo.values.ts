import Big from 'big.js';
import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** Drops the rounding error of a float (12.299999999999999) and keeps any amount of money. */
const DEFAULT_DECIMALS = 6;

/** Null for `false` and empty text, between which Odoo makes no consistent difference. Keeps spaces, as Odoo does. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** For a write to Odoo, where `false` clears a field. */
export function orFalse<T>(value: T | null | undefined): T | false {
  return value === null || value === undefined || value === '' ? false : value;
}

/** The id of a many2one `[id, label]`, or a plain id. */
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

/** A float as an exact decimal, without the error of binary fractions; null for anything that is not a number. */
export function decimalOf(value: unknown, decimals: number | null = null): Decimal | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const rounded = new Big(value).round(Math.max(decimals ?? DEFAULT_DECIMALS, 0), Big.roundHalfUp);
  return toDecimal(rounded.toFixed()) ?? null;
}

/** `2026-05-01 10:00:00`, which is UTC, as `2026-05-01T10:00:00Z`. */
export function timestampOf(value: unknown): Timestamp | null {
  const found = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(value) : null;
  return found ? `${found[1]}T${found[2]}Z` : null;
}

/** RFC 3339 or milliseconds in Odoo's format, without a Z, which 19 refuses. Null when the value is not a time. */
export function odooTime(value: string | number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString().slice(0, 19).replace('T', ' ');
}

/** A time in Odoo's format, moved by a number of seconds. */
export function shiftTime(time: string, seconds: number): string {
  return odooTime(Date.parse(`${time.replace(' ', 'T')}Z`) + seconds * 1000) ?? time;
}

/** The number of an external id; null when it cannot be an id of Odoo. */
export function toId(externalId: string | null | undefined): number | null {
  return externalId !== null && externalId !== undefined && /^[1-9]\d{0,9}$/.test(externalId)
    ? Number(externalId)
    : null;
}
