import { hash32 } from '../../seeded.random.ts';
import { firstIdAfterProducts } from '../products/product.ids.ts';

/** WordPress numbers orders after the products. Every 7th order is refunded, and its refund has the next id. */
const CYCLE = 7;

export type Sizes = { products: number; orders: number };

export function orderIdAt(index: number, { products }: Pick<Sizes, 'products'>): number {
  return firstIdAfterProducts(products) + index + Math.floor(index / CYCLE);
}

/** The index of a generated order, null for another id. */
export function orderIndexOf(id: number, { products, orders }: Sizes): number | null {
  const distance = id - firstIdAfterProducts(products);
  const place = distance % (CYCLE + 1);
  if (distance < 0 || place === CYCLE) return null;
  const index = Math.floor(distance / (CYCLE + 1)) * CYCLE + place;
  return index < orders ? index : null;
}

/** The first id above all generated records. */
export function firstFreeId(sizes: Sizes): number {
  return orderIdAt(sizes.orders, sizes);
}

/** Order lines have a numbering of their own, ten ids for each order. */
export function lineIdAt(index: number, line: number): number {
  return index * 10 + line + 1;
}

/** Meta data has its own numbering, too, twenty ids for each order. */
export function orderMetaId(index: number, place: number): number {
  return 1000 + index * 20 + place;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The secret in an order's payment link: `wc_order_` and 13 letters. */
export function orderKey(seed: number, index: number): string {
  const letters = Array.from({ length: 13 }, (_, place) => LETTERS[hash32(seed, index, 100 + place) % LETTERS.length]);
  return `wc_order_${letters.join('')}`;
}
