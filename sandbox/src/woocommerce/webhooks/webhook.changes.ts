import { unknownProduct } from '../products/product.errors.ts';
import type { Change } from '../store/change.feed.ts';

/** What webhooks tell of a change: mostly more than it is, and of an order that is deleted for good nothing. */
export function toldChanges(change: Change, legacy: boolean): Change[] {
  if (change.silent) return [];
  const { resource, event } = change;
  // What is made is told as updated, too (recordings 175 and 183).
  if (event === 'created' && resource !== 'product') return [change, { ...change, event: 'updated' }];
  // 7.9 keeps its orders as posts, and takes those in the trash for products (recordings 197 and 198).
  if (!legacy || resource !== 'order') return [change];
  if (event === 'deleted') return [change, { ...change, resource: 'product' }];
  if (event === 'restored') return [change, { ...change, resource: 'product', body: () => unknownProduct().body() }];
  return [change];
}
