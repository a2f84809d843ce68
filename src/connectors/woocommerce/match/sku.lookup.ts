import type { SkuHolder, SkuHolders } from '../mapping/order-line.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { chunksOf, inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The shop searches for several SKUs, separated by commas. A longer list would make a URL that hosts refuse. */
const SKUS_PER_CALL = 25;

/** Finds the product or variation that has each SKU, outside the trash or in it. Leaves out SKUs that no product has. */
export async function findSkus(
  { client }: Shop,
  skus: readonly string[],
  signal: AbortSignal,
  status: 'any' | 'trash' = 'any',
): Promise<SkuHolders> {
  const wanted = [...new Set(skus)];
  const plain = wanted.filter((sku) => !sku.includes(','));
  const calls = [...chunksOf(plain, SKUS_PER_CALL), ...wanted.filter((sku) => sku.includes(',')).map((sku) => [sku])];
  const holders = new Map<string, SkuHolder>();
  await inParallel(calls, async (chunk) => {
    const params = { sku: chunk.join(','), status, _fields: 'id,sku,type,parent_id' };
    const visit = (rows: readonly Raw[]) => {
      for (const row of rows) {
        const [id, parent, sku] = [idOf(row), idOf({ id: row.parent_id }), textOf(row.sku)];
        if (id === null || sku === null || holders.has(sku)) continue;
        const variation = parent !== null && row.type === 'variation';
        holders.set(sku, variation ? { product_id: parent, variation_id: id } : { product_id: id, variation_id: 0 });
      }
      return chunk.every((sku) => holders.has(sku));
    };
    await readListing(client, { path: '/products', params }, visit, signal);
  });
  return holders;
}
