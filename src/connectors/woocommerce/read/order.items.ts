import type { ExternalItem } from '../../contract/connector.types.ts';
import { TOTAL_ROUNDED } from '../mapping/exact.totals.ts';
import { orderFromShop } from '../mapping/order.mapping.ts';
import { isPlaced } from '../mapping/order-status.mapping.ts';
import { idOf, listOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import type { Raw } from '../shop/shop.client.ts';
import { rowsByIds } from './rows-by-id.lookup.ts';
import type { Shop } from './shop.context.ts';

/** Without what nobody has ordered. */
export async function orderItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
  const placed = await withOwnSkus(shop, rows.filter(isPlaced), signal);
  const items = placed.map((raw) => orderFromShop(raw, shop.settings, null));
  if (!items.some(({ problem }) => problem?.error_class === TOTAL_ROUNDED)) return items;
  const shown = await shop.decimals.ask(signal);
  return placed.map((raw) => orderFromShop(raw, shop.settings, shown));
}

/** A line of a variation without a SKU shows that of its product, which other systems would take for the product or for another variation. */
async function withOwnSkus(shop: Shop, orders: readonly Raw[], signal: AbortSignal): Promise<readonly Raw[]> {
  const products = new Set(orders.flatMap((order) => listOf(order.line_items).flatMap(productOfVariation)));
  if (products.size === 0) return orders;
  const wanted = { path: '/products', listed: { status: 'any' }, format: { _fields: 'id,sku' } };
  const { rows } = await rowsByIds(shop, wanted, [...products].map(String), signal);
  const skus = new Map(rows.map((row) => [idOf(row), textOf(row.sku)]));
  return orders.map((order) => {
    if (typeof order.line_items !== 'object' || order.line_items === null) return order;
    const lines = listOf(order.line_items).map((line) => {
      const [product] = productOfVariation(line);
      return product !== undefined && skus.get(product) === line.sku ? { ...line, sku: null } : line;
    });
    return { ...order, line_items: lines };
  });
}

function productOfVariation({ product_id, variation_id, sku }: Raw): number[] {
  const product = idOf({ id: product_id });
  return product === null || idOf({ id: variation_id }) === null || textOf(sku) === null ? [] : [product];
}
