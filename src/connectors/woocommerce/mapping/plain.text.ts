import { decodeEntities } from './shop.values.ts';

/** What the shop makes of a code or an option: one line, without tags and percent-encoded octets (its own `wc_clean`). */
function cleaned(text: string): string {
  const plain = text
    .replace(/<[^>]*?(?=<|>|$)>?/g, (found) => (found.endsWith('>') ? found : found.replace('<', '&lt;')))
    .replace(/<(?!\s)[^>]*>/g, '')
    .replace(/[\r\n\t ]+/g, ' ')
    .trim();
  return /%[a-f0-9]{2}/i.test(plain) ? cleaned(plain.replace(/%[a-f0-9]{2}/gi, '')) : plain;
}

/** A code (SKU) that the shop stores as it is. */
export function isStorableCode(text: string): boolean {
  return cleaned(text) === text;
}

/** The name or an option of an attribute that reads back as it was written. The shop separates options by a bar. */
export function isStorableOption(text: string): boolean {
  return !text.includes('|') && decodeEntities(text) === text && decodeEntities(cleaned(text)) === text;
}

/** A GTIN, UPC, EAN or ISBN: the shop drops anything but digits and hyphens. */
export function isStorableBarcode(text: string): boolean {
  return /^[0-9-]*$/.test(text);
}
