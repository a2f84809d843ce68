import { hash32 } from '../../seeded.random.ts';
import type { ShopSeed } from './customer.types.ts';

/** How a bad customer is bad: no email at all, or a blank inside it (both come from imports past WooCommerce). */
export type Defect = 'empty email' | 'blank in email';

/** How many of the generated customers are bad: exactly customers × badRate, rounded. */
export function badCustomerCount({ customers, badRate }: ShopSeed): number {
  return Math.round(customers * badRate);
}

/**
 * What is wrong with the generated customer of that index (0-based, id − 2), or null. The bad ones lie evenly over the
 * whole shop, so that every part of a sync meets its share; the seed only shifts them.
 */
export function defectOf(index: number, shop: ShopSeed): Defect | null {
  const bad = badCustomerCount(shop);
  if (bad === 0) return null;
  const shift = hash32(shop.seed, 0, 1) % shop.customers;
  // The number of bad ones before an index grows by `bad` over the shop: exact in integers up to 2^53.
  const before = (position: number) => Math.floor((position * bad + shift) / shop.customers);
  if (before(index + 1) === before(index)) return null;
  return before(index) % 2 === 0 ? 'empty email' : 'blank in email';
}

/** All indices that defectOf() calls bad, ascending. */
export function badCustomerIndices(shop: ShopSeed): number[] {
  return Array.from({ length: shop.customers }, (_, index) => index).filter((index) => defectOf(index, shop) !== null);
}
