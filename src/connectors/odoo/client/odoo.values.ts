import Big from 'big.js';
import { exactDecimal, InvalidValue, timeOf } from '../../border/exact.value.ts';
import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Row } from '../api/odoo-api.types.ts';

/** Drops the rounding error of a float (12.299999999999999) and keeps any amount of money. */
const DEFAULT_DECIMALS = 6;

/** Null for `false` and empty text, between which Odoo makes no consistent difference. Keeps spaces, as Odoo does. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A record that is not archived. */
export const isActive = (value: unknown): boolean => value !== false;

/** For a write to Odoo, where `false` clears a field. */
export function orFalse<T>(value: T | null | undefined): T | false {
  return value === null || value === undefined || value === '' ? false : value;
}

/** A decimal as Odoo takes it. Throws InvalidValue where the float would lose digits. */
export function floatOf(
  value: Decimal | null | undefined,
  field: string,
  kind: 'price' | 'quantity' = 'price',
): number {
  const float = Number(value ?? 0);
  if (value && toDecimal(float) !== toDecimal(value)) throw new InvalidValue(kind, field, value);
  return float;
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

/**
 * A float as an exact decimal, without the error of binary fractions; null where Odoo has none. Throws InvalidValue for what is no
 * number, and for a float so large that it has lost digits.
 */
export function decimalOf(
  value: unknown,
  field: string,
  { kind = 'price', decimals = null }: { readonly kind?: 'price' | 'quantity'; readonly decimals?: number | null } = {},
): Decimal | null {
  if (value === undefined || value === null || value === false || value === '') return null;
  const exact = exactDecimal(value);
  if (exact === undefined) throw new InvalidValue(kind, field, value);
  const rounded = new Big(exact).round(Math.max(decimals ?? DEFAULT_DECIMALS, 0), Big.roundHalfUp);
  return toDecimal(rounded.toFixed()) ?? null;
}

/** For what a document cannot be without. Throws InvalidValue also when there is none. */
export function amountOf(value: unknown, field: string, kind: 'price' | 'quantity' = 'price'): Decimal {
  const decimal = decimalOf(value, field, { kind });
  if (decimal === null) throw new InvalidValue(kind, field, value);
  return decimal;
}

/** `2026-05-01 10:00:00`, which is UTC, as `2026-05-01T10:00:00Z`; null where Odoo has none. Throws InvalidValue. */
export function timestampOf(value: unknown, field: string): Timestamp | null {
  return value === false ? null : timeOf(value, field);
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

/** As Odoo shows lines and computes taxes; sorts rows with `sequence` and `id`. */
export function bySequence(a: Row, b: Row): number {
  return Number(a.sequence ?? 0) - Number(b.sequence ?? 0) || Number(a.id) - Number(b.id);
}
