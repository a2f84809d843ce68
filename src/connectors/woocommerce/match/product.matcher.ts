import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { comparableName } from '../../canonical/comparable.text.ts';
import type { Candidate, Match } from '../../contract/connector.types.ts';
import type { SkuHolders } from '../mapping/order-line.mapping.ts';
import { trashed } from '../mapping/raw.reader.ts';
import { nameOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, productItems } from '../read/product.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
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
  const named = await namesakesOf(shop, candidates, signal);
  const wanted = [...new Set([...ids.filter((id) => id !== undefined), ...named.flat()])];
  const { rows, hidden } = await rawByIds(PRODUCTS, shop, wanted, signal);
  const items = [...(await productItems(shop, rows, signal)), ...hidden];
  const unknown = skus.map((list, i) => (ids[i] === undefined ? list : []));
  const inTrash = holdersOf(unknown, await findSkus(shop, unknown.flat(), signal, 'trash'));
  return candidates.map(({ key, data }, i) => {
    const trashedId = inTrash[i];
    if (trashedId !== undefined) return [trashed({ id: trashedId })];
    // A product that was created without a SKU has the key in its place.
    const marked = !(data as CanonicalProduct).sku && String(holders.get(key)?.product_id) === ids[i];
    return items.flatMap((item): Match[] => {
      if (item.external_id === ids[i]) return [marked ? { ...item, marked } : item];
      return named[i]?.includes(item.external_id) ? [{ ...item, namesake: true }] : [];
    });
  });
}

/** WordPress looks for each word by itself, for more than nine only for the whole text. It stores signs as entities, which no word is. */
const SEARCHED_WORDS = 9;

/** Ids of the products that have the name of each candidate that asks for them. The shop searches for one text at a time. */
function namesakesOf({ client }: Shop, candidates: readonly Candidate[], signal: AbortSignal): Promise<string[][]> {
  return inParallel(candidates, async ({ byName, data }) => {
    const { name } = data as CanonicalProduct;
    const called = byName ? comparableName(name) : null;
    if (called === null) return [];
    const ids = new Set<string>();
    const visit = (rows: readonly Raw[]) => {
      for (const row of rows) if (comparableName(nameOf(row.name)) === called) ids.add(String(row.id));
      return false;
    };
    const words = name?.match(/[\p{L}\p{N}]+/gu)?.slice(0, SEARCHED_WORDS) ?? [];
    const params = { search: words.join(' '), status: 'any', _fields: 'id,name' };
    await readListing(client, { path: '/products', params }, visit, signal);
    return [...ids];
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
