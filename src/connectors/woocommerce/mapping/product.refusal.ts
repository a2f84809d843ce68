import Big from 'big.js';
import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { type Changes, changes } from '../../canonical/changed.paths.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { isSameHtml } from './html.text.ts';
import { isStorableBarcode, isStorableCode, isStorableOption } from './plain.text.ts';

/** Why the shop would store something else than this product, as far as that is known before anything is sent. */
export function refusalBefore(data: CanonicalProduct, paths: Changes): ItemProblem | null {
  const { sku, barcode, attributes = [], variations = [] } = data;
  const written = (member: keyof CanonicalProduct) => changes(paths, member);
  if (written('sku') && sku && !isStorableCode(sku)) return textRefused('sku', sku);
  if (written('barcode') && barcode && !isStorableBarcode(barcode)) return textRefused('barcode', barcode);
  if (written('attributes')) {
    const texts = attributes.flatMap(({ name, options }) => [name, ...options]);
    const odd = texts.find((text) => !isStorableOption(text));
    if (odd !== undefined) return textRefused('attributes', odd);
  }
  if ((written('price') || written('sale_price')) && dropsSale(data)) return saleRefused('sale_price', data.sale_price);
  if (!written('variations')) return null;
  for (const variation of variations) {
    if (variation.sku && !isStorableCode(variation.sku)) return textRefused('variations.sku', variation.sku);
    if (variation.barcode && !isStorableBarcode(variation.barcode))
      return textRefused('variations.barcode', variation.barcode);
    const odd = Object.entries(variation.options)
      .flat()
      .find((text) => !isStorableOption(text));
    if (odd !== undefined) return textRefused('variations.options', odd);
    if (dropsSale(variation)) return saleRefused('variations.sale_price', variation.sale_price);
  }
  return null;
}

/** The text that the shop has stored as another one than was sent. */
export function lostText(sent: CanonicalProduct, stored: CanonicalProduct, paths: Changes): ItemProblem | null {
  const html = (['description', 'short_description'] as const).find(
    (member) => isWritten(sent, member, paths) && !isSameHtml(sent[member] ?? '', stored[member] ?? ''),
  );
  if (html) return textRefused(html, sent[html] ?? '');
  if (isWritten(sent, 'name', paths) && (sent.name ?? '') !== (stored.name ?? ''))
    return textRefused('name', sent.name ?? '');
  if (isWritten(sent, 'sku', paths) && sent.sku && sent.sku !== stored.sku) return textRefused('sku', sent.sku);
  const attribute = isWritten(sent, 'attributes', paths)
    ? sent.attributes?.find(({ name, options }) => {
        const same = stored.attributes?.find((other) => other.name === name);
        return !options.every((option) => same?.options.includes(option));
      })
    : undefined;
  return attribute ? textRefused('attributes', attribute.name) : null;
}

function isWritten(sent: CanonicalProduct, member: keyof CanonicalProduct, paths: Changes): boolean {
  return sent[member] !== undefined && changes(paths, member);
}

/** The shop drops a sale price that is not below the regular one, without a word. */
function dropsSale({ price, sale_price }: Pick<CanonicalProduct, 'price' | 'sale_price'>): boolean {
  if (sale_price === undefined || sale_price === null || price === undefined) return false;
  return price === null || new Big(sale_price).gte(price);
}

function saleRefused(field: string, price: string | null | undefined): ItemProblem {
  const message = `The shop keeps no ${field} that is not below the price: ${price}.`;
  return { error_class: 'sale_refused', message, final: true };
}

/** A long text is a description, and people know where it is. */
const MAX_SHOWN = 80;

function textRefused(field: string, text: string): ItemProblem {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return {
    error_class: 'text_refused',
    message: `The shop cannot store the ${field} "${shown}" as it is.`,
    final: true,
  };
}
