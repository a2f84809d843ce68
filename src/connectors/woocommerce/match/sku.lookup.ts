import type { SkuHolder, SkuHolders } from '../mapping/order-line.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { chunksOf, inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The shop searches for several SKUs, separated by commas. A longer list would make a URL that hosts refuse. */
const SKUS_PER_CALL = 25;

type Status = 'any' | 'trash';

/** Finds the product or variation that has each SKU, outside the trash or in it. Leaves out SKUs that no product has. */
export async function findSkus(
  shop: Shop,
  skus: readonly string[],
  signal: AbortSignal,
  status: Status = 'any',
): Promise<SkuHolders> {
  const holders = new Map<string, SkuHolder>();
  await visitHolders(shop, skus, status, signal, (sku, holder, chunk) => {
    if (!holders.has(sku)) holders.set(sku, holder);
    return chunk.every((one) => holders.has(one));
  });
  return holders;
}

/** The ids of all products that have each SKU, or a variation with it: plugins and imports give one to several. */
export async function findProductsOf(
  shop: Shop,
  skus: readonly string[],
  signal: AbortSignal,
  status: Status = 'any',
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const products = new Map<string, Set<number>>();
  await visitHolders(shop, skus, status, signal, (sku, { product_id }) => {
    products.set(sku, (products.get(sku) ?? new Set()).add(product_id));
    return false;
  });
  return products;
}

/** `visit` returns true when enough of the chunk is known. */
async function visitHolders(
  { client }: Shop,
  skus: readonly string[],
  status: Status,
  signal: AbortSignal,
  visit: (sku: string, holder: SkuHolder, chunk: readonly string[]) => boolean,
): Promise<void> {
  const wanted = [...new Set(skus)];
  const plain = wanted.filter((sku) => !sku.includes(','));
  const calls = [...chunksOf(plain, SKUS_PER_CALL), ...wanted.filter((sku) => sku.includes(',')).map((sku) => [sku])];
  await inParallel(calls, async (chunk) => {
    const params = { sku: chunk.join(','), status, _fields: 'id,sku,type,parent_id' };
    const visitRows = (rows: readonly Raw[]) => {
      let isEnough = false;
      for (const row of rows) {
        const [id, parent, sku] = [idOf(row), idOf({ id: row.parent_id }), textOf(row.sku)];
        if (id === null || sku === null) continue;
        const variation = parent !== null && row.type === 'variation';
        const holder = variation ? { product_id: parent, variation_id: id } : { product_id: id, variation_id: 0 };
        isEnough = visit(sku, holder, chunk);
      }
      return isEnough;
    };
    await readListing(client, { path: '/products', params }, visitRows, signal);
  });
}
