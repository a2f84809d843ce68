import { FetchBound } from '../../border/fetch.bound.ts';
import { isTooMuch } from '../../border/smaller.parts.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Params, Raw, ShopClient, ShopList } from '../shop/shop.client.ts';
import { LARGEST_PAGE, type Window } from './id.pagination.ts';

export interface Listing {
  readonly path: string;
  /** The filters and `_fields`. */
  readonly params: Params;
  readonly newestFirst?: boolean;
}

/** Windows of a listing, ordered by id. */
export function windowsOf(client: ShopClient, { path, params, newestFirst = false }: Listing, signal: AbortSignal) {
  return ({ offset, perPage, newestFirst: reversed = false }: Window): Promise<ShopList> => {
    const order = reversed === newestFirst ? 'asc' : 'desc';
    return client.page(path, { ...params, orderby: 'id', order, offset, per_page: perPage }, signal);
  };
}

/**
 * Reads a listing from its beginning until `visit` returns true or no row follows: for look-ups, which need no position to resume from. The
 * next place comes from the rows that came, and a total ends nothing. Windows without rows are passed over while more is promised (the
 * shop counts rows that it does not show), unless the last row of the listing was seen. A page that is too much for the shop is halved.
 * Rows may come twice.
 */
export async function readListing(
  client: ShopClient,
  listing: Listing,
  visit: (rows: readonly Raw[], total: number | null) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const fetch = windowsOf(client, listing, signal);
  const bound = new FetchBound(`The shop's list at ${listing.path}`);
  const seen = new Set<number>();
  for (let offset = 0, perPage = LARGEST_PAGE; ; ) {
    const list = await fetch({ offset, perPage }).catch((error) => {
      if (!isTooMuch(error) || perPage === 1) throw error;
      return null;
    });
    if (list === null) {
      perPage = Math.floor(perPage / 2);
      continue;
    }
    const { rows, total } = list;
    if (rows.length > 0 && visit(rows, total)) return;
    if (rows.length === 0 && offset + perPage >= (total ?? 0)) return;
    const before = seen.size;
    for (const row of rows) seen.add(idOf(row) ?? 0);
    bound.fetched(seen.size - before);
    if (rows.length === 0) {
      const [last] = (await fetch({ offset: 0, perPage: 1, newestFirst: !listing.newestFirst })).rows;
      if (last && seen.has(idOf(last) ?? 0)) return;
    }
    const promisesMore = offset + rows.length < (total ?? 0);
    // The last row again, so that one that left before it cannot hide the next. A page of one row has no room for that.
    offset += rows.length === 0 ? perPage : promisesMore ? Math.max(1, rows.length - 1) : rows.length;
  }
}
