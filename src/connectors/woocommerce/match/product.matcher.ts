import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, productItems } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import { findSkus } from './sku.lookup.ts';

/**
 * Matches by the product's SKU. A product without one matches the product of a variation with the same SKU, or the product that
 * carries the key of an earlier create as its SKU.
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
  const { rows, hidden } = await rawByIds(PRODUCTS, shop, wanted, signal);
  const items = [...(await productItems(shop, rows, signal)), ...hidden];
  return ids.map((id) => items.filter(({ external_id }) => external_id === id));
}

/** The first SKU that the shop knows decides. */
function skusOf({ key, data }: Candidate): string[] {
  const { sku, variations = [] } = data as CanonicalProduct;
  return [sku, ...variations.map((variation) => variation.sku), sku ? null : key].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}
