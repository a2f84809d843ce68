import { hash32 } from '../../seeded.random.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The secret in an order's payment link: `wc_order_` and 13 letters. */
export function orderKey(seed: number, index: number): string {
  const letters = Array.from({ length: 13 }, (_, place) => LETTERS[hash32(seed, index, 100 + place) % LETTERS.length]);
  return `wc_order_${letters.join('')}`;
}
