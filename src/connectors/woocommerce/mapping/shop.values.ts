import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** The shop shows what is empty as `""`; a number where text is expected is taken as it is written. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Of a name, which the shop keeps HTML-escaped. */
export function nameOf(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : decodeEntities(text);
}

/** Null for nothing and for what is no number. */
export function decimalOf(value: unknown): Decimal | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return toDecimal(value) ?? null;
}

/** An amount, which is never nothing. */
export function amountOf(value: unknown): Decimal {
  return decimalOf(value) ?? '0';
}

/** The shop's `*_gmt` times are UTC and do not say so. */
export function timestampOf(value: unknown): Timestamp | null {
  const [, time] = (typeof value === 'string' && /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z?$/.exec(value)) || [];
  return time === undefined ? null : `${time}Z`;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** Once over the text, so that `&amp;lt;` becomes `&lt;` and no more. */
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
 * A person's name as the shop stores it. It strips what looks like a tag and escapes what is left, once; escaped here, the name
 * comes back as it was given.
 */
export function encodeName(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A product's title is HTML of its own: only what would be read back as another text is escaped. */
export function encodeTitle(text: string): string {
  return text.replace(/&(?=#?\w+;)/g, '&amp;');
}

/** One line for people: tags and line ends gone, at most 300 characters. */
export function plainMessage(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = decodeEntities(value.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
