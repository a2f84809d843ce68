import { timestampOf } from '../pagination/modified.bounds.ts';
import type { Shop } from './shop.context.ts';

const NEWEST = { orderby: 'modified', order: 'desc', per_page: 1, _fields: 'id,date_modified_gmt' } as const;

/**
 * When the shop last changed one of the rows, by its own data, which no proxy writes. A change that is still to come cannot be earlier.
 * A row that was imported with a time in the future says nothing about that. Null when there is no row.
 */
export async function newestChange({ client }: Shop, path: string, signal: AbortSignal): Promise<number | null> {
  const lists = await Promise.all(['any', 'trash'].map((status) => client.list(path, { ...NEWEST, status }, signal)));
  const times = lists.flatMap(({ rows, latest }) => {
    const time = timestampOf(rows[0]?.date_modified_gmt);
    return time === null ? [] : [Math.min(time, latest)];
  });
  return times.length === 0 ? null : Math.max(...times);
}
