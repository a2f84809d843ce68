/**
 * The numbering of the recorded shop: ids begin at 11; every 8th product (the 1st, 9th, 17th…) is variable and is followed
 * by its four variations. So 12 ids hold 8 products.
 */
const FIRST = 11;
const GROUP = 8;
const VARIATIONS = 4;
const IDS = GROUP + VARIATIONS;

/** `index` is 0-based: product 1 has index 0. */
export function isVariable(index: number): boolean {
  return index % GROUP === 0;
}

export function productIdAt(index: number): number {
  return FIRST + index + VARIATIONS * Math.ceil(index / GROUP);
}

/** The index of a generated product, null for another id. */
export function productIndexOf(id: number, products: number): number | null {
  const place = (id - FIRST) % IDS;
  if (id < FIRST || (place >= 1 && place <= VARIATIONS)) return null;
  const index = Math.floor((id - FIRST) / IDS) * GROUP + (place === 0 ? 0 : place - VARIATIONS);
  return index < products ? index : null;
}

export function variationCount(products: number): number {
  return Math.ceil(products / GROUP) * VARIATIONS;
}

/** `index` counts variations alone. */
export function variationIdAt(index: number): number {
  return productIdAt(parentIndexOf(index)) + 1 + (index % VARIATIONS);
}

export function variationIndexOf(id: number, products: number): number | null {
  const place = (id - FIRST) % IDS;
  if (id < FIRST || place < 1 || place > VARIATIONS) return null;
  const index = Math.floor((id - FIRST) / IDS) * VARIATIONS + place - 1;
  return index < variationCount(products) ? index : null;
}

/** The index of the product that a variation belongs to. */
export function parentIndexOf(variationIndex: number): number {
  return Math.floor(variationIndex / VARIATIONS) * GROUP;
}

/** The indices of a variable product's variations. */
export function variationIndicesOf(productIndex: number): number[] {
  const first = (productIndex / GROUP) * VARIATIONS;
  return Array.from({ length: VARIATIONS }, (_, option) => first + option);
}

/** The first id that no generated product or variation has. */
export function firstIdAfterProducts(products: number): number {
  if (products === 0) return FIRST;
  return productIdAt(products - 1) + (isVariable(products - 1) ? VARIATIONS : 0) + 1;
}
