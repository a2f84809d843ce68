import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** Null for `""`, which the shop returns for an empty field. Accepts a number where text is expected. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The text of a name, which the shop stores HTML-escaped. */
export function nameOf(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : decodeEntities(text);
}

/** Null for an empty field and for a value that is not a number. */
export function decimalOf(value: unknown): Decimal | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return toDecimal(value) ?? null;
}

/** For amounts, which are never empty. */
export function amountOf(value: unknown): Decimal {
  return decimalOf(value) ?? '0';
}

/** Null when the shop does not manage the stock. For a variation whose product manages it (`parent`), that is so as well. */
export function stockFromShop({ manage_stock, stock_quantity }: Readonly<Record<string, unknown>>): Decimal | null {
  return manage_stock === true ? (decimalOf(stock_quantity as number | null) ?? '0') : null;
}

/** The shop expects a JSON number here, unlike prices. It rejects a fraction itself, unless a plugin allows one. */
export function stockToShop(stock: Decimal | null): Readonly<Record<string, unknown>> {
  return stock === null ? { manage_stock: false } : { manage_stock: true, stock_quantity: Number(stock) };
}

/** The shop's `*_gmt` times are UTC, without a zone. */
export function timestampOf(value: unknown): Timestamp | null {
  const [, time] = (typeof value === 'string' && /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z?$/.exec(value)) || [];
  return time === undefined ? null : `${time}Z`;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** Decodes once, so that `&amp;lt;` becomes `&lt;`, not `<`. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));/g,
    (whole, dec, hex, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
    },
  );
}

/**
 * Escapes a person's name. The shop strips what looks like a tag and escapes the rest, but does not escape twice. So a name that is
 * escaped here reads back as it was written.
 */
export function encodeName(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A product's title is HTML. This escapes only what would read back as a different text. */
export function encodeTitle(text: string): string {
  return text.replace(/&(?=#?\w+;)/g, '&amp;');
}

/** One line for people, without tags and line breaks, at most 300 characters. */
export function plainMessage(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = decodeEntities(value.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
