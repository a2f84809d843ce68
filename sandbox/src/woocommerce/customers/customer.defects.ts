import { hash32 } from '../../seeded.random.ts';
import type { ShopSeed } from './customer.types.ts';

/** What is wrong with a customer's data: no email, or a space inside it. Imports that bypass WooCommerce leave both. */
export type Defect = 'empty email' | 'blank in email';

/** How many generated customers have a defect: exactly customers × badRate, rounded. */
export function badCustomerCount({ customers, badRate }: ShopSeed): number {
  return Math.round(customers * badRate);
}

/**
 * The defect of the generated customer of an index (0-based, id − 2), or null. Defects are spread evenly over the shop, so
 * that every part of a sync meets its share. The seed only shifts them.
 */
export function defectOf(index: number, shop: ShopSeed): Defect | null {
  const bad = badCustomerCount(shop);
  if (bad === 0) return null;
  const shift = hash32(shop.seed, 0, 1) % shop.customers;
  // The number of defects before an index grows linearly to `bad` over the shop: exact in integers up to 2^53.
  const before = (position: number) => Math.floor((position * bad + shift) / shop.customers);
  if (before(index + 1) === before(index)) return null;
  return before(index) % 2 === 0 ? 'empty email' : 'blank in email';
}

/** All indices with a defect, ascending. */
export function badCustomerIndices(shop: ShopSeed): number[] {
  return Array.from({ length: shop.customers }, (_, index) => index).filter((index) => defectOf(index, shop) !== null);
}
