import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import type { Candidate, Match } from '../../contract/connector.types.ts';
import type { SkuHolders } from '../mapping/order-line.mapping.ts';
import { trashed } from '../mapping/raw.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, productItems } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import { findSkus } from './sku.lookup.ts';

/**
 * Matches by the product's SKU. A product without one matches the product of a variation with the same SKU, or the product that
 * carries the key of an earlier create as its SKU. A product in the trash keeps its SKU: it matches when no other does.
 */
export async function matchProducts(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  const skus = candidates.map(skusOf);
  const holders = await findSkus(shop, skus.flat(), signal);
  const ids = holdersOf(skus, holders);
  const wanted = [...new Set(ids.filter((id) => id !== undefined))];
  const { rows, hidden } = await rawByIds(PRODUCTS, shop, wanted, signal);
  const items = [...(await productItems(shop, rows, signal)), ...hidden];
  const unknown = skus.map((list, i) => (ids[i] === undefined ? list : []));
  const inTrash = holdersOf(unknown, await findSkus(shop, unknown.flat(), signal, 'trash'));
  return candidates.map(({ key, data }, i) => {
    const trashedId = inTrash[i];
    if (trashedId !== undefined) return [trashed({ id: trashedId })];
    // A product that was created without a SKU has the key in its place.
    const marked = !(data as CanonicalProduct).sku && String(holders.get(key)?.product_id) === ids[i];
    const found = items.filter(({ external_id }) => external_id === ids[i]);
    return marked ? found.map((item): Match => ({ ...item, marked })) : found;
  });
}

/** The product of the first SKU that the shop knows, for each list. */
function holdersOf(skus: readonly (readonly string[])[], holders: SkuHolders): (string | undefined)[] {
  return skus.map((list) => {
    const holder = list.map((sku) => holders.get(sku)).find((found) => found !== undefined);
    return holder && String(holder.product_id);
  });
}

/** The first SKU that the shop knows decides. */
function skusOf({ key, data }: Candidate): string[] {
  const { sku, variations = [] } = data as CanonicalProduct;
  return [sku, ...variations.map((variation) => variation.sku), sku ? null : key].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}
