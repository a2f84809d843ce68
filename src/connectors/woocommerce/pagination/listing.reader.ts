import { FetchBound } from '../../border/fetch.bound.ts';
import { isTooMuch } from '../../border/smaller.parts.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Params, Raw, ShopClient, ShopList } from '../shop/shop.client.ts';
import { type FetchWindow, LARGEST_PAGE, tenthOf, type Window } from './id.pagination.ts';

export interface Listing {
  readonly path: string;
  /** The filters and `_fields`. */
  readonly params: Params;
  readonly newestFirst?: boolean;
  /** A look-up that does without rows that are counted and not shown. */
  readonly passesOverHidden?: boolean;
}

/** Windows of a listing, ordered by id. */
export function windowsOf(client: ShopClient, { path, params, newestFirst = false }: Listing, signal: AbortSignal) {
  return ({ offset, perPage, newestFirst: reversed = false }: Window): Promise<ShopList> => {
    const order = reversed === newestFirst ? 'asc' : 'desc';
    return client.page(path, { ...params, orderby: 'id', order, offset, per_page: perPage }, signal);
  };
}

/** The shop counts rows that it does not show, so what was not found may be among them. */
export class RowsNotShown extends ConnectorError {
  constructor(path: string, total: number | null) {
    const count = total === null ? 'an unknown number of rows' : `${total} rows`;
    super(
      'protocol',
      `The shop's list at ${path} has ${count}, and not all of them were shown, however few were asked for.`,
    );
  }
}

/** A window that brought fewer rows than were asked for: because of a cap, or because it left some out. */
interface ShortWindow {
  readonly offset: number;
  /** Of which this many came. */
  readonly rows: number;
  readonly last: number | null;
  /** Whether the window behind it begins with its last row. */
  readonly overlaps: boolean;
}

/**
 * Reads a listing from its beginning until `visit` returns true or no row follows: for look-ups, which need no position to resume from. The
 * next place comes from the rows that came, and a total alone ends nothing. Rows may come twice.
 *
 * The end is an answer without rows, and a total that promises none there, or the last row of the listing among those seen. Any other
 * answer without rows, and one that left out rows between others, is asked for again in smaller parts, down to one row. A row that even then is
 * counted and not shown throws RowsNotShown, or is passed over. A page that is too much for the shop is halved, too.
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
  let largest = LARGEST_PAGE;
  let short: ShortWindow | null = null;
  /** The largest window at this offset that had no row. */
  let empty = 0;
  for (let offset = 0, perPage = largest; ; ) {
    const list = await fetch({ offset, perPage }).catch((error) => {
      if (!isTooMuch(error) || perPage === 1) throw error;
      return null;
    });
    if (list === null) {
      largest = perPage = half(perPage);
      continue;
    }
    const { rows, total } = list;
    if (rows.length > 0 && visit(rows, total)) return;
    const [first, before] = [idOf(rows[0] ?? {}), seen.size];
    const known: boolean = first !== null && seen.has(first);
    for (const row of rows) seen.add(idOf(row) ?? 0);
    if (rows.length > 0 || perPage === 1) bound.fetched(seen.size - before);
    if (rows.length === 0) {
      if (await isEnd(fetch, { offset, total, seen }, listing)) return;
      empty = Math.max(empty, perPage);
      if (perPage > 1) {
        perPage = tenthOf(perPage);
        continue;
      }
      if (!listing.passesOverHidden) throw new RowsNotShown(listing.path, total);
      [offset, perPage, empty, short] = [offset + empty, largest, 0, null];
      continue;
    }
    empty = 0;
    // Behind a cap stands the row that was last, or a new one. Where another stands, the window before left something out.
    if (short && short.rows > 0 && (short.overlaps ? first !== short.last : known)) {
      [offset, perPage, short] = [short.offset, half(Math.max(2, short.rows)), null];
      continue;
    }
    const promisesMore = offset + rows.length < (total ?? 0);
    // The last row again, so that one that left before it cannot hide the next. A page of one row has no room for that.
    const overlaps = promisesMore && rows.length > 1;
    const isShort = rows.length < perPage;
    short = isShort ? { offset, rows: rows.length, last: idOf(rows.at(-1) ?? {}), overlaps } : null;
    offset += overlaps ? rows.length - 1 : rows.length;
    perPage = isShort && rows.length === 1 && promisesMore ? 1 : Math.min(largest, isShort ? largest : perPage * 2);
  }
}

const half = (count: number): number => Math.max(1, Math.floor(count / 2));

interface EmptyWindow {
  readonly offset: number;
  readonly total: number | null;
  readonly seen: ReadonlySet<number>;
}

/** Whether nothing stands behind a window without rows. */
async function isEnd(fetch: FetchWindow, { offset, total, seen }: EmptyWindow, listing: Listing): Promise<boolean> {
  if (total !== null && total <= offset) return true;
  // Rows between others were left out, or some left meanwhile: the last one says nothing about those.
  if (offset < seen.size) return false;
  const [last] = (await fetch({ offset: 0, perPage: 1, newestFirst: !listing.newestFirst })).rows;
  return last ? seen.has(idOf(last) ?? 0) : total === null && seen.size === 0;
}
