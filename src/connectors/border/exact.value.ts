import Big from 'big.js';
import type { CanonicalData, Decimal, Timestamp } from '../canonical/canonical.types.ts';
import { toDecimal } from '../canonical/decimal.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import { ItemRefused } from './item.refused.ts';
import { shownText } from './shown.value.ts';

/** What a value should have been. It makes the class of the problem: `invalid_price`. */
type Kind = 'price' | 'quantity' | 'date' | 'text' | 'list' | 'id' | 'flag';

const WORDS: Readonly<Record<Kind, string>> = {
  price: 'number',
  quantity: 'number',
  date: 'date and time',
  text: 'text',
  list: 'list',
  id: 'id',
  flag: 'yes or no',
};
const MAX_SHOWN_LENGTH = 60;

/** Thrown while an item is read from a system. `readItem` makes it that item's problem. */
export class InvalidValue extends ItemRefused {
  constructor(kind: Kind, field: string, value: unknown) {
    const shown = typeof value === 'number' ? String(value) : shownText(JSON.stringify(value) ?? '', MAX_SHOWN_LENGTH);
    const isMissing = isNone(value) && kind !== 'list';
    const message = isMissing ? `${field} is empty.` : `${field} is not a ${WORDS[kind]}: ${shown}.`;
    super(`invalid_${kind}`, message);
  }
}

/** The item, or the problem of the first of its values that is not what it should be. */
export function readItem(external_id: string, raw: unknown, read: () => CanonicalData): ExternalItem {
  try {
    return { external_id, data: known(read()) };
  } catch (error) {
    if (!(error instanceof ItemRefused)) throw error;
    return { external_id, data: null, problem: error.problem, raw };
  }
}

/**
 * Reads members of a row. One that the row does not have is undefined, so that it is left out of the item: that a system says nothing
 * of it does not mean that it is empty. `within`: where the row stands, such as `line_items`.
 */
export function membersOf(row: Readonly<Record<string, unknown>>, within = '') {
  return <T>(name: string, read: (value: unknown, field: string) => T): T | undefined =>
    name in row ? read(row[name], within + name) : undefined;
}

/** Without the members that are undefined. */
export function known<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

const isNone = (value: unknown): boolean => value === undefined || value === null || value === '';

/** No system counts with more. Above it, a text is no amount but a mistake. */
const MAX_WHOLE_DIGITS = 30;
const MAX_PLACES = 30;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;

/** An exact decimal; undefined for what is none. `1,5`, `€1`, `NaN`, blanks, and a number of JSON that has lost digits are none. */
export function exactDecimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number')
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? (toDecimal(value) ?? undefined) : undefined;
  if (typeof value !== 'string' || !DECIMAL.test(value)) return undefined;
  const big = new Big(value.replace('+', ''));
  const places = big.c.length - big.e - 1;
  return big.e < MAX_WHOLE_DIGITS && places <= MAX_PLACES
    ? (toDecimal(value.replace(/^\+/, '')) ?? undefined)
    : undefined;
}

const decimalReader =
  (kind: 'price' | 'quantity') =>
  (value: unknown, field: string): Decimal | null => {
    if (isNone(value)) return null;
    const decimal = exactDecimal(value);
    if (decimal === undefined) throw new InvalidValue(kind, field, value);
    return decimal;
  };

/** Null when there is none. Throws InvalidValue. */
export const priceOf = decimalReader('price');
export const quantityOf = decimalReader('quantity');

/** For what a document cannot be without, so that it is never filled in. Throws InvalidValue, also when there is none. */
export const amountOf = needed('price', priceOf);
export const countOf = needed('quantity', quantityOf);

function needed(kind: 'price' | 'quantity', read: typeof priceOf): (value: unknown, field: string) => Decimal {
  return (value, field) => {
    const decimal = read(value, field);
    if (decimal === null) throw new InvalidValue(kind, field, value);
    return decimal;
  };
}

/** A time in UTC: `2026-05-01T10:00:00`, also with a blank, fractions or a Z. Null when there is none. Throws InvalidValue. */
export function timeOf(value: unknown, field: string): Timestamp | null {
  if (isNone(value)) return null;
  const [, date, time] = (typeof value === 'string' && TIME.exec(value)) || [];
  const written = `${date}T${time}Z`;
  // A date that the calendar does not have, such as February 30, is parsed as another one.
  if (!date || !time || isoSeconds(Date.parse(written)) !== written) throw new InvalidValue('date', field, value);
  return written;
}

/** The year 0 and those before are what databases make of a missing date. */
const TIME = /^(?!0000)(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?Z?$/;

const isoSeconds = (time: number): string | null =>
  Number.isNaN(time) ? null : `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Null when there is none. Throws InvalidValue for what is neither text nor a number. */
export function plainText(value: unknown, field: string): string | null {
  if (isNone(value)) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new InvalidValue('text', field, value);
}

/** For a name, a state, and whatever else no item is without. Throws InvalidValue, also when there is none. */
export function neededText(value: unknown, field: string): string {
  const text = plainText(value, field);
  if (text === null) throw new InvalidValue('text', field, value);
  return text;
}

/** Throws InvalidValue for what is neither true nor false. */
export function flagOf(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new InvalidValue('flag', field, value);
  return value;
}

/** Also accepts an object: PHP encodes a list with gaps as one. Throws InvalidValue, also for null: only `[]` is an empty list. */
export function listItems(value: unknown, field: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) throw new InvalidValue('list', field, value);
  return Object.values(value);
}
