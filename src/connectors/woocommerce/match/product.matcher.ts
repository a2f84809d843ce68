import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { comparableName } from '../../canonical/comparable.text.ts';
import type { Candidate, Match } from '../../contract/connector.types.ts';
import { idOf, madeFor, trashed } from '../mapping/raw.reader.ts';
import { nameOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, productItems } from '../read/product.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import { findProductsOf } from './sku.lookup.ts';

/**
 * Matches by SKU: all products that have one of the item's, or a variation with one. A product that was created without a SKU carries the
 * key of its create in its place. A product in the trash keeps its SKU: it matches when no other does.
 */
export async function matchProducts(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  const skus = candidates.map(skusOf);
  const holders = await findProductsOf(shop, skus.flat(), signal);
  const ids = skus.map((list) => idsOf(list, holders));
  const named = await namesakesOf(shop, candidates, signal);
  const wanted = [...new Set([...ids.flat(), ...named.flat()])];
  const { rows, hidden } = await rawByIds(PRODUCTS, shop, wanted, signal);
  const items = [...(await productItems(shop, rows, signal)), ...hidden];
  const rawById = new Map(rows.map((raw) => [String(idOf(raw)), raw]));
  const unknown = skus.map((list, i) => (ids[i]?.length === 0 ? list : []));
  const inTrash = await findProductsOf(shop, unknown.flat(), signal, 'trash');
  return candidates.map(({ key }, i) => {
    const trashedIds = idsOf(unknown[i] ?? [], inTrash);
    if (trashedIds.length > 0) return trashedIds.map((id) => trashed({ id }));
    return items.flatMap((item): Match[] => {
      const id = item.external_id;
      if (ids[i]?.includes(id)) return [{ ...item, ...madeFor(key, rawById.get(id) ?? {}) }];
      return named[i]?.includes(id) ? [{ ...item, namesake: true }] : [];
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

function idsOf(skus: readonly string[], products: ReadonlyMap<string, ReadonlySet<number>>): string[] {
  return [...new Set(skus.flatMap((sku) => [...(products.get(sku) ?? [])]))].map(String);
}

function skusOf({ key, data }: Candidate): string[] {
  const { sku, variations = [] } = data as CanonicalProduct;
  return [sku, ...variations.map((variation) => variation.sku), sku ? null : key].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}
