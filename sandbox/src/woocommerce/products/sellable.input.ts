import { mergeMeta } from '../customers/customer.input.ts';
import { cleanNumber } from '../store/cents.money.ts';
import { SHOP_OFFSET } from '../store/shop.clock.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { imageRefused, unknownImage } from './product.errors.ts';
import type { ProductImage, Sellable } from './product.types.ts';

const TEXTS = ['description', 'global_unique_id', 'tax_status', 'tax_class', 'status'] as const;
const FLAGS = ['virtual', 'downloadable'] as const;

/** Replaces the given prices, stock, weights and texts. Fields that are not given stay. */
export function mergeSellable<T extends Sellable>(record: T, input: Params, nextMetaId: () => number): T {
  const next: Sellable = {
    ...record,
    ...pick(input, TEXTS, String),
    ...pick(input, FLAGS, (value) => value === true || value === 'true'),
    ...pick(input, ['regular_price', 'sale_price', 'weight'], cleanNumber),
    ...pick(input, ['menu_order'], Number),
    saleFrom: saleDate(input, 'date_on_sale_from', record.saleFrom),
    saleTo: saleDate(input, 'date_on_sale_to', record.saleTo),
    dimensions: { ...record.dimensions, ...pick(fields(input.dimensions), ['length', 'width', 'height'], cleanNumber) },
    meta_data: mergeMeta(record.meta_data, input.meta_data, nextMetaId),
    ...mergedStock(record, input),
  };
  return { ...record, ...next, sale_price: salePrice(next) };
}

type Stock = Pick<Sellable, 'manage_stock' | 'stock_quantity' | 'stock_status' | 'backorders' | 'low_stock_amount'>;

/** Managed stock determines the status; unmanaged stock has no quantity. */
function mergedStock(record: Sellable, input: Params): Stock {
  const manage_stock = input.manage_stock == null ? record.manage_stock : isTrue(input.manage_stock);
  const low_stock_amount = input.low_stock_amount == null ? record.low_stock_amount : Number(input.low_stock_amount);
  if (!manage_stock) {
    const stock_status = input.stock_status == null ? record.stock_status : String(input.stock_status);
    return { manage_stock, stock_quantity: null, stock_status, backorders: 'no', low_stock_amount };
  }
  const backorders = input.backorders == null ? record.backorders : String(input.backorders);
  const stock_quantity = Math.trunc(Number(input.stock_quantity ?? record.stock_quantity ?? 0)) || 0;
  const empty = backorders === 'no' ? 'outofstock' : 'onbackorder';
  return {
    manage_stock,
    stock_quantity,
    stock_status: stock_quantity > 0 ? 'instock' : empty,
    backorders,
    low_stock_amount,
  };
}

/** Images given by `src`, which WordPress would fetch; one that is none refuses the product (recordings 309 to 318). One with a known id stays. */
export function mergeImages(
  known: readonly ProductImage[],
  given: unknown,
  upload: (src: string) => ProductImage,
): readonly ProductImage[] {
  if (!Array.isArray(given)) return known;
  return given.map(fields).flatMap((image) => {
    const before = known.find(({ id }) => id === Number(image.id));
    const src = String(image.src ?? before?.src ?? '');
    if (src === '' && Number(image.id) > 0) throw unknownImage(Number(image.id));
    if (src === '') return [];
    if (!before && !isPicture(src)) throw imageRefused(src);
    return [{ ...(before ?? upload(src)), ...pick(image, ['name', 'alt'], String) }];
  });
}

/** An address with the ending of a picture that WordPress takes. What it would answer is not asked. */
function isPicture(src: string): boolean {
  const url = URL.parse(src);
  return /^https?:$/.test(url?.protocol ?? '') && /\.(?:jpe?g|png|gif|webp|avif|bmp)$/i.test(url?.pathname ?? '');
}

/** The given fields among `names`, each converted by `turn`; null counts as not given. */
export function pick<N extends string, V>(input: Params, names: readonly N[], turn: (value: unknown) => V) {
  const given = names.filter((name) => (input[name] ?? null) !== null);
  return Object.fromEntries(given.map((name) => [name, turn(input[name])])) as Partial<Record<N, V>>;
}

export function fields(value: unknown): Params {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 'yes' || value === '1' || value === 1;
}

/** Null leaves the date, an empty text clears it (recordings 274, 276). */
function saleDate(input: Params, name: string, before: number | null): number | null {
  const gmt = input[`${name}_gmt`];
  const local = input[name];
  if (gmt != null) return gmt === '' ? null : Date.parse(`${String(gmt).replace(/Z$/, '')}Z`) || null;
  if (local != null) return local === '' ? null : Date.parse(`${local}Z`) - SHOP_OFFSET || null;
  return before;
}

/** A sale price that is not below the regular one vanishes (recordings 284 to 287). */
function salePrice({ regular_price, sale_price }: Sellable): string {
  return sale_price !== '' && Number(sale_price) < Number(regular_price) ? sale_price : '';
}
