import type { ShopClient } from '../shop/shop.client.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import type { ShownDecimals } from './shown.decimals.ts';

/** What every part of a session needs. */
export interface Shop {
  readonly client: ShopClient;
  readonly settings: ShopSettings;
  readonly decimals: ShownDecimals;
}

/** How many calls run in parallel where one page or batch needs several. The limit of the connection applies as well. */
const PARALLEL_CALLS = 4;

/** Like Promise.all over `work`, a few at a time. Ends at the first failure. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_CALLS, items.length) }, worker));
  return results;
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Those for which it is true, and the others. */
export function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Those of the ids that can be ids of the shop. */
export function numericIds(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => /^[1-9]\d{0,14}$/.test(id)))];
}
