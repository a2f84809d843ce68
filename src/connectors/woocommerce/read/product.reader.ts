import type { ExternalItem } from '../../contract/connector.types.ts';
import { PRODUCT_FIELDS, productFromShop } from '../mapping/product.mapping.ts';
import { idOf, trashed } from '../mapping/raw.reader.ts';
import { VARIATION_FIELDS, withOwnCodes } from '../mapping/variation.mapping.ts';
import { RowsNotShown, readListing } from '../pagination/listing.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import type { Documents } from './document.reader.ts';
import { type FoundRows, rowsByIds } from './rows-by-id.lookup.ts';
import { chunksOf, inParallel, type Shop } from './shop.context.ts';

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

/** Also reads the variations of variable products. Leaves out what was deleted while it was read. */
export async function productItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
  const items = await inParallel(rows, async (raw): Promise<ExternalItem[]> => {
    const id = idOf(raw);
    if (raw.type !== 'variable' || raw.status === 'trash' || id === null) return [productFromShop(raw, [])];
    const { rows: variations, hidden, left } = await variationsOf(shop, raw, signal);
    if (left !== null) return left === 'trash' ? [trashed(raw)] : [];
    const [first] = hidden;
    if (first) return [{ external_id: String(id), data: null, problem: first.problem }];
    return [productFromShop(raw, variations)];
  });
  return items.flat();
}

/** A product with more is larger than an item may be, so the rest need not be read. */
const MAX_VARIATIONS = 10_000;
const IDS_PER_CALL = 100;

export interface FoundVariations extends FoundRows {
  /** Where the product went while it was read. */
  readonly left: 'trash' | 'gone' | null;
}

/**
 * All variations of a product outside the trash, or those in it, as the shop returns them. The list of a product that is gone is empty
 * and no error, as is that of a cache or a plugin. So what the list leaves out of the product's own list of ids is asked for by its id, after
 * the product itself. Those ids and the total also spare the look whether more follow. Variations that are counted and not shown are a
 * problem of this product, and of no other.
 */
export async function variationsOf(
  shop: Shop,
  product: Raw,
  signal: AbortSignal,
  status: 'any' | 'trash' = 'any',
): Promise<FoundVariations> {
  const ids = variationIds(product);
  const where = {
    path: `/products/${idOf(product)}/variations`,
    listed: { status },
    format: { context: 'edit', _fields: VARIATION_FIELDS },
  };
  // WooCommerce 7.9 lets a variation of another product be changed below this one, so only those that it has are ever named.
  const isOwn = ({ parent_id }: Raw) => parent_id === undefined || Number(parent_id) === idOf(product);
  const found = new Map<number | null, Raw>();
  const add = (rows: readonly Raw[], total: number | null) => {
    for (const row of rows.filter(isOwn)) found.set(idOf(row), withOwnCodes(row, product));
    const isWhole = status === 'any' && ids.length > 0 && total === found.size && ids.every((id) => found.has(id));
    return isWhole || found.size >= MAX_VARIATIONS;
  };
  try {
    const params = { ...where.listed, ...where.format };
    const listing = { path: where.path, params, passesOverHidden: status === 'any' && ids.length > 0 };
    await readListing(shop.client, listing, add, signal);
  } catch (error) {
    const isHidden = error instanceof RowsNotShown;
    const left = isHidden || shopCodeOf(error) !== null ? (await productNow(shop, product, signal)).left : null;
    if (left !== null) return { rows: [], hidden: [], left };
    if (!isHidden) throw error;
    return { rows: [], hidden: [{ external_id: String(idOf(product)), data: null, problem: error.problem }], left };
  }
  const isMissing = (id: number) => status === 'any' && !found.has(id);
  if (found.size >= MAX_VARIATIONS || !ids.some(isMissing))
    return { rows: [...found.values()], hidden: [], left: null };
  const now = await productNow(shop, product, signal);
  if (now.left !== null) return { rows: [], hidden: [], left: now.left };
  const hidden: ExternalItem[] = [];
  for (const part of chunksOf(now.ids.filter(isMissing), IDS_PER_CALL)) {
    const more = await rowsByIds(shop, where, part.map(String), signal);
    const proven = await ofProduct(shop, product, more.rows, signal);
    add(
      proven.filter((row) => row.status !== 'trash'),
      null,
    );
    hidden.push(...more.hidden);
  }
  return { rows: [...found.values()], hidden, left: null };
}

/** By its id, WooCommerce 7.9 shows a variation below any product, and does not say whose it is. Read as a product, it does. */
async function ofProduct(shop: Shop, product: Raw, rows: readonly Raw[], signal: AbortSignal): Promise<readonly Raw[]> {
  const silent = rows.filter(({ parent_id }) => parent_id === undefined).map(({ id }) => String(id));
  if (silent.length === 0) return rows;
  const where = { path: '/products', listed: { status: 'any' }, format: { _fields: 'id,parent_id' } };
  const found = await rowsByIds(shop, where, silent, signal);
  const own = new Set(found.rows.filter(({ parent_id }) => Number(parent_id) === idOf(product)).map(idOf));
  return rows.filter((row) => row.parent_id !== undefined || own.has(idOf(row)));
}

function variationIds({ variations }: Raw): number[] {
  return Array.isArray(variations) ? variations.map(Number) : [];
}

/** The product's own list of its variations by now, when it is still there. */
async function productNow(shop: Shop, { id, variations }: Raw, signal: AbortSignal) {
  const where = { path: '/products', listed: { status: 'any' }, format: { _fields: 'id,status,variations' } };
  const { rows, hidden } = await rowsByIds(shop, where, [String(id)], signal);
  const [row] = rows;
  if (!row) return { ids: variationIds({ variations }), left: hidden.length > 0 ? null : ('gone' as const) };
  return { ids: variationIds(row), left: row.status === 'trash' ? ('trash' as const) : null };
}
