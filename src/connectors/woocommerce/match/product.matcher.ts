import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, productItems } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import { findSkus } from './sku.lookup.ts';

/**
 * By the product's SKU; without one by those of its variations, whose product it is then, or by the key that a create without any SKU
 * was given as one.
 */
export async function matchProducts(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<ExternalItem[][]> {
  const skus = candidates.map(skusOf);
  const holders = await findSkus(shop, skus.flat(), signal);
  const ids = skus.map((list) => {
    const holder = list.map((sku) => holders.get(sku)).find((found) => found !== undefined);
    return holder && String(holder.product_id);
  });
  const wanted = [...new Set(ids.filter((id) => id !== undefined))];
  const items = await productItems(shop, await rawByIds(PRODUCTS, shop, wanted, signal), signal);
  return ids.map((id) => items.filter(({ external_id }) => external_id === id));
}

/** In the order in which they count. */
function skusOf({ key, data }: Candidate): string[] {
  const { sku, variations = [] } = data as CanonicalProduct;
  return [sku, ...variations.map((variation) => variation.sku), sku ? null : key].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}
