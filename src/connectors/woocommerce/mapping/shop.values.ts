import { flagOf, neededText, plainText, quantityOf } from '../../border/exact.value.ts';
import type { Decimal, Timestamp } from '../../canonical/canonical.types.ts';

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

/** As `nameOf`. Throws InvalidValue for what is no text. */
export function plainName(value: unknown, field: string): string | null {
  const text = plainText(value, field);
  return text === null ? null : decodeEntities(text);
}

/** As `plainName`, of what has a name in any case. */
export const neededName = (value: unknown, field: string): string => decodeEntities(neededText(value, field));

/** Whether a product or a variation is, by its status. */
export const isPublished = (status: unknown, field: string): boolean => neededText(status, field) === 'publish';

/**
 * Null when the shop does not manage the stock. For a variation whose product manages it (`parent`), that is so as well. Undefined when
 * it manages a stock and does not say how many: that is neither none nor any number. Throws InvalidValue.
 */
export function stockFromShop(raw: Readonly<Record<string, unknown>>, within = ''): Decimal | null | undefined {
  if (!('manage_stock' in raw)) return undefined;
  const isManaged = raw.manage_stock !== MANAGED_BY_PRODUCT && flagOf(raw.manage_stock, `${within}manage_stock`);
  return isManaged ? (quantityOf(raw.stock_quantity, `${within}stock_quantity`) ?? undefined) : null;
}

const MANAGED_BY_PRODUCT = 'parent';

/** The shop expects a JSON number here, unlike prices. It rejects a fraction itself, unless a plugin allows one. */
export function stockToShop(stock: Decimal | null): Readonly<Record<string, unknown>> {
  return stock === null ? { manage_stock: false } : { manage_stock: true, stock_quantity: Number(stock) };
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
 * Escapes a name. The shop strips what looks like a tag and escapes the rest, but does not escape twice. So a name that is
 * escaped here reads back as it was written.
 */
export function encodeName(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A product's name is HTML: a tag that the shop does not know vanishes, also `< 2 >`, as does white space at its ends. */
export function encodeTitle(text: string): string {
  return encodeName(text).replace(/^\s+|\s+$/g, asEntities);
}

/** The name of a category: as a title; the shop also removes doubled white space and what looks like a percent-encoded octet. */
export function encodeTerm(text: string): string {
  return encodeTitle(text)
    .replace(/%(?=[0-9a-f]{2})/gi, asEntities)
    .replace(/[\r\n\t]|(?<= ) /g, asEntities);
}

/** For texts in which the shop takes a backslash as an escape. */
export function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

function asEntities(text: string): string {
  return [...text].map((sign) => `&#${sign.codePointAt(0)};`).join('');
}

/** A time of ours as the shop's `*_gmt` fields take it. An empty text clears one; the shop ignores null. */
export function gmtTime(time: Timestamp | null): string {
  return time?.replace(/Z$/, '') ?? '';
}

/** One line for people, without tags and line breaks, at most 300 characters. */
export function plainMessage(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = decodeEntities(value.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
