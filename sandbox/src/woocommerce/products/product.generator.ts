import { hash32 } from '../../seeded.random.ts';
import { fromCents, percentOf } from '../store/cents.money.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import { BLANK_PRODUCT, BLANK_SELLABLE, CATEGORIES } from './product.defaults.ts';
import { isVariable, parentIndexOf, productIdAt, variationIdAt } from './product.ids.ts';
import type { CatalogueSeed, ProductRecord, VariationRecord } from './product.types.ts';

const HOUR = 3_600_000;
const OPENED = Date.UTC(2025, 2, 1);
const OPTIONS = ['S', 'M', 'L', 'X / XL'] as const;

/** Every generated product was created and changed within this span, in milliseconds. */
export const PRODUCT_SPAN = { from: OPENED, to: OPENED + (2100 + 200 * 24) * HOUR };

/** The fields that lists filter by. Cheap, because a filter asks for them for every product. */
export function productFacts(index: number, shop: CatalogueSeed) {
  const number = index + 1;
  const createdAt = OPENED + Math.floor(number / Math.max(20, Math.ceil(shop.products / 2000))) * HOUR;
  const changed = number % 3 === 0 ? 0 : hash32(shop.seed, index, 20) % (200 * 86_400);
  return {
    createdAt,
    modifiedAt: createdAt + changed * 1000,
    status: number % 40 === 0 ? 'draft' : 'publish',
    type: isVariable(index) ? 'variable' : 'simple',
  };
}

/** Every 33rd name contains markup and quotes (recording 76). */
export function productName(index: number): string {
  const number = index + 1;
  return number % 33 === 0 ? `Kaffee & Kuchen – “Größe” <em>${number}</em>` : `Product ${number}`;
}

/** Every 50th product has no SKU. */
export function productSku(index: number): string {
  return (index + 1) % 50 === 0 ? '' : `SKU-${String(index + 1).padStart(4, '0')}`;
}

export function variationSku(index: number): string {
  const parent = productSku(parentIndexOf(index));
  return parent === '' ? '' : `${parent}-${(index % OPTIONS.length) + 1}`;
}

/** In cents; null for every 29th, which has no price (recording 64), and for variable products. */
export function productPrice(index: number, { seed }: CatalogueSeed): number | null {
  if (isVariable(index) || (index + 1) % 29 === 0) return null;
  return 1 + (hash32(seed, index, 21) % 99_999);
}

/** 10 to 13 in whole units, as in the recorded shop. In cents. */
export function variationPrice(index: number): number {
  return 1000 + (index % OPTIONS.length) * 100;
}

export function variationOption(index: number): string {
  return OPTIONS[index % OPTIONS.length] ?? '';
}

/** The generated product of an index; equal seeds make equal products. Every 13th simple one is on sale. */
export function generateProduct(index: number, shop: CatalogueSeed): ProductRecord {
  const number = index + 1;
  const cents = productPrice(index, shop);
  const managed = !isVariable(index) && number % 4 === 1;
  const quantity = number % 7;
  const category = CATEGORIES[number % 5 === 0 ? 1 : 0];
  return {
    ...BLANK_PRODUCT,
    ...productFacts(index, shop),
    id: productIdAt(index),
    name: productName(index),
    slug: slugOf(productName(index)),
    description: 'Line one\n\nZeile €',
    sku: productSku(index),
    regular_price: cents === null ? '' : fromCents(cents),
    sale_price: cents !== null && number % 13 === 0 ? fromCents(percentOf(cents, 80)) : '',
    manage_stock: managed,
    stock_quantity: managed ? quantity : null,
    stock_status: managed && quantity === 0 ? 'outofstock' : 'instock',
    weight: isVariable(index) ? '' : '0.5',
    total_sales: number % 3,
    categories: category ? [category] : [],
    attributes: isVariable(index)
      ? [{ id: 0, name: 'Größe', position: 0, visible: true, variation: true, options: OPTIONS }]
      : [],
  };
}

/** The generated variation of an index that counts variations alone; the first of each product is sold out. */
export function generateVariation(index: number, shop: CatalogueSeed): VariationRecord {
  const parent = parentIndexOf(index);
  const { createdAt, modifiedAt } = productFacts(parent, shop);
  const quantity = (index % OPTIONS.length) * 5;
  return {
    ...BLANK_SELLABLE,
    id: variationIdAt(index),
    parent_id: productIdAt(parent),
    createdAt,
    modifiedAt,
    sku: variationSku(index),
    regular_price: String(variationPrice(index) / 100),
    manage_stock: true,
    stock_quantity: quantity,
    stock_status: quantity === 0 ? 'outofstock' : 'instock',
    image: null,
    attributes: [{ id: 0, name: 'Größe', option: variationOption(index) }],
  };
}
