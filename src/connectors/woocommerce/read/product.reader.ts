import type { ExternalItem } from '../../contract/connector.types.ts';
import { PRODUCT_FIELDS, productFromShop } from '../mapping/product.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { VARIATION_FIELDS } from '../mapping/variation.mapping.ts';
import { WALK_START, walkOn } from '../pagination/id.pagination.ts';
import type { Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import type { Documents } from './document.reader.ts';
import { inParallel, type Shop } from './shop.context.ts';

/**
 * `context=edit` shows texts and prices as they are stored, as the answer to a write does; a plain read shows them as a page of the
 * shop would, with paragraphs added and prices converted by plugins.
 */
export const PRODUCTS: Documents = {
  entity: 'product',
  path: '/products',
  shown: { context: 'edit', _fields: PRODUCT_FIELDS },
  toItems: (shop, rows, signal) => productItems(shop, rows, signal),
};

/** Reads the variations of those that have some. */
export function productItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
  return inParallel(rows, async (raw) => {
    const id = idOf(raw);
    const variable = raw.type === 'variable' && raw.status !== 'trash';
    return productFromShop(raw, variable && id !== null ? await variationsOf(shop, id, signal) : []);
  });
}

/** All of them, as the shop shows them; none when the product is gone meanwhile. */
export async function variationsOf({ client }: Shop, productId: number, signal: AbortSignal): Promise<Raw[]> {
  const listed = { orderby: 'id', order: 'asc', status: 'any', context: 'edit', _fields: VARIATION_FIELDS };
  const found: Raw[] = [];
  try {
    for (let place = WALK_START, done = false; !done; ) {
      const step = await walkOn(
        ({ offset, perPage }) =>
          client.list(`/products/${productId}/variations`, { ...listed, offset, per_page: perPage }, signal),
        place,
        100,
      );
      found.push(...step.rows);
      ({ place, done } = step);
    }
  } catch (error) {
    if (shopCodeOf(error) === null) throw error;
  }
  return found;
}
