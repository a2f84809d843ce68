import type { ExternalItem } from '../../contract/connector.types.ts';
import { PRODUCT_FIELDS, productFromShop } from '../mapping/product.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { VARIATION_FIELDS, withOwnCodes } from '../mapping/variation.mapping.ts';
import { readListing } from '../pagination/listing.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import type { Documents } from './document.reader.ts';
import { inParallel, type Shop } from './shop.context.ts';

/**
 * `context=edit` returns texts and prices as they are stored, as the response to a write does. A plain read returns them as a page of
 * the shop shows them, with added paragraphs and prices that plugins have converted.
 */
export const PRODUCTS: Documents = {
  entity: 'product',
  path: '/products',
  format: { context: 'edit', _fields: PRODUCT_FIELDS },
  toItems: (shop, rows, signal) => productItems(shop, rows, signal),
};

/** Also reads the variations of variable products. */
export function productItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
  return inParallel(rows, async (raw) => {
    const id = idOf(raw);
    const variable = raw.type === 'variable' && raw.status !== 'trash';
    return productFromShop(raw, variable && id !== null ? await variationsOf(shop, raw, signal) : []);
  });
}

/** A product with more is larger than an item may be, so the rest need not be read. */
const MAX_VARIATIONS = 10_000;

/**
 * All variations of a product outside the trash, or those in it, as the shop returns them; none when the product was deleted meanwhile. Its own list of their ids and the
 * total spare the look whether more follow.
 */
export async function variationsOf(
  { client }: Shop,
  product: Raw,
  signal: AbortSignal,
  status: 'any' | 'trash' = 'any',
): Promise<Raw[]> {
  const ids = Array.isArray(product.variations) ? product.variations.map(Number) : [];
  const params = { status, context: 'edit', _fields: VARIATION_FIELDS };
  // WooCommerce 7.9 lets a variation of another product be changed below this one, so only those that it has are ever named.
  const isOwn = ({ parent_id }: Raw) => parent_id === undefined || Number(parent_id) === idOf(product);
  const found = new Map<number | null, Raw>();
  const add = (rows: readonly Raw[], total: number | null) => {
    for (const row of rows.filter(isOwn)) found.set(idOf(row), withOwnCodes(row, product));
    const isWhole = status === 'any' && ids.length > 0 && total === found.size && ids.every((id) => found.has(id));
    return isWhole || found.size >= MAX_VARIATIONS;
  };
  try {
    await readListing(client, { path: `/products/${idOf(product)}/variations`, params }, add, signal);
  } catch (error) {
    if (shopCodeOf(error) === null) throw error;
  }
  return [...found.values()];
}
