import { FetchBound } from '../../border/fetch.bound.ts';
import { isTooMuch } from '../../border/smaller.parts.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
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
  return ({ offset, perPage, reversed = false }: Window): Promise<ShopList> => {
    const order = reversed === newestFirst ? 'asc' : 'desc';
    return client.page(path, { ...params, orderby: 'id', order, offset, per_page: perPage }, signal);
  };
}

/** The shop counts rows that it does not show, so what was not found may be among them. */
export class RowsNotShown extends ConnectorError {
  /** `after`: the id of the row before the first one that is not shown. */
  constructor(path: string, total: number | null, after: number | null) {
    const count = total === null ? 'an unknown number of rows' : `${total} rows`;
    const place = after === null ? 'the first one' : `the one after ${after}`;
    super(
      'protocol',
      `The shop's list at ${path} has ${count}, and not all of them were shown, however few were asked for: ${place} is missing.`,
    );
  }

  /** Of the one item that was looked for. */
  get problem(): ItemProblem {
    return { error_class: 'not_shown', message: this.message };
  }
}

type Visit = (rows: readonly Raw[], total: number | null) => boolean;

/**
 * Reads a listing from its beginning until `visit` returns true or no row follows: for look-ups, which need no position to resume from. Rows
 * may come twice. A page that is too much for the shop is halved.
 *
 * It is at its end when as many rows came as the shop says that there are. When fewer came, each place of the listing is asked for again:
 * a cap, a cache, a plugin may have left out any of them, and the total may be wrong. A row that is counted and not shown, even alone,
 * throws RowsNotShown, or is passed over.
 */
export async function readListing(
  client: ShopClient,
  listing: Listing,
  visit: Visit,
  signal: AbortSignal,
): Promise<void> {
  const { fetch, largest } = bearable(windowsOf(client, listing, signal));
  const isWhole = await readOnce(fetch, listing, visit);
  if (!isWhole) await readEachPlace(fetch, listing, visit, largest);
}

/**
 * The first row of a listing that the shop counts and does not show, even alone; null when it shows all, or repeats itself so that nobody can
 * tell. Asks as `readEachPlace`.
 */
export async function findRowNotShown(path: string, windows: FetchWindow): Promise<RowsNotShown | null> {
  const { fetch, largest } = bearable(windows);
  let last: number | null = null;
  for (let offset = 0, perPage = LARGEST_PAGE; ; ) {
    perPage = Math.min(perPage, largest());
    const { rows, total } = await fetch({ offset, perPage });
    const newest = idOf(rows.at(-1) ?? {});
    if (rows.length === 0 && perPage > 1) {
      if (idOf((await lastOf(fetch)) ?? {}) === last && last !== null) return null;
      perPage = tenthOf(perPage);
    } else if (rows.length === 0) return offset < (total ?? 0) ? new RowsNotShown(path, total, last) : null;
    else if (rows.length < perPage && !(await standsAt(fetch, offset + rows.length - 1, newest)))
      perPage = half(perPage);
    else {
      if (newest === null || newest <= (last ?? 0)) return null;
      last = newest;
      offset += rows.length;
      perPage = rows.length < perPage ? perPage : perPage * 2;
    }
  }
}

/** Windows that are halved when one is too much for the shop, and the largest that it bears. */
function bearable(windows: FetchWindow): { readonly fetch: FetchWindow; readonly largest: () => number } {
  let largest = LARGEST_PAGE;
  const fetch: FetchWindow = async (window) => {
    for (;;) {
      try {
        return await windows({ ...window, perPage: Math.min(window.perPage, largest) });
      } catch (error) {
        if (!isTooMuch(error) || Math.min(window.perPage, largest) === 1) throw error;
        largest = half(Math.min(window.perPage, largest));
      }
    }
  };
  return { fetch, largest: () => largest };
}

/** True when `visit` ended it or as many rows came as were promised. The next place comes from the rows that came. */
async function readOnce(fetch: FetchWindow, { path }: Listing, visit: Visit): Promise<boolean> {
  const bound = new FetchBound(`The shop's list at ${path}`);
  const seen = new Set<number>();
  /** By the last answer with rows, or one without that says more: behind the end a shop says 0. */
  let promised: number | null = null;
  for (let offset = 0; ; ) {
    const { rows, total } = await fetch({ offset, perPage: LARGEST_PAGE });
    if (rows.length > 0 && visit(rows, total)) return true;
    if (rows.length > 0 || offset === 0) promised = total;
    if (rows.length === 0 && promised !== null) return Math.max(promised, total ?? 0) <= seen.size;
    if (rows.length === 0) return isLast(await lastOf(fetch), (id) => seen.has(id), seen.size === 0);
    const before = seen.size;
    for (const row of rows) seen.add(idOf(row) ?? 0);
    bound.fetched(seen.size - before);
    // The last row again, so that one that left before it cannot hide the next. A page of one row has no room for that.
    const promisesMore = offset + rows.length < (total ?? 0);
    offset += promisesMore ? Math.max(1, rows.length - 1) : rows.length;
  }
}

/**
 * A window with as many rows as were asked for hides none; one with fewer does not if its last row, asked for alone, stands where it should.
 * Any other is asked for in smaller parts, down to one row. The end is a place without a row behind the last row of the listing.
 */
async function readEachPlace(fetch: FetchWindow, listing: Listing, visit: Visit, largest: () => number): Promise<void> {
  const bound = new FetchBound(`The shop's list at ${listing.path}`);
  let last: number | null = null;
  for (let offset = 0, perPage = LARGEST_PAGE, empty = 0; ; ) {
    perPage = Math.min(perPage, largest());
    const { rows, total } = await fetch({ offset, perPage });
    if (rows.length > 0 && visit(rows, total)) return;
    if (rows.length === 0) {
      if (empty === 0 && isLast(await lastOf(fetch), (id) => id === last, total === null && last === null)) return;
      empty = Math.max(empty, perPage);
      if (perPage > 1) {
        perPage = tenthOf(perPage);
        continue;
      }
      if (!listing.passesOverHidden) throw new RowsNotShown(listing.path, total, last);
      if (offset + empty >= (total ?? 0)) return;
      bound.fetched(0);
      [offset, perPage, empty] = [offset + empty, LARGEST_PAGE, 0];
      continue;
    }
    empty = 0;
    const newest = idOf(rows.at(-1) ?? {});
    if (rows.length < perPage && !(await standsAt(fetch, offset + rows.length - 1, newest))) {
      bound.fetched(0);
      perPage = half(perPage);
      continue;
    }
    bound.fetched(newest === last ? 0 : rows.length);
    last = newest;
    perPage = rows.length < perPage ? perPage : perPage * 2;
    offset += rows.length;
  }
}

const half = (count: number): number => Math.max(1, Math.floor(count / 2));

async function lastOf(fetch: FetchWindow): Promise<Raw | undefined> {
  return (await fetch({ offset: 0, perPage: 1, reversed: true })).rows[0];
}

function isLast(row: Raw | undefined, isKnown: (id: number) => boolean, mayBeEmpty: boolean): boolean {
  return row === undefined ? mayBeEmpty : isKnown(idOf(row) ?? 0);
}

async function standsAt(fetch: FetchWindow, offset: number, id: number | null): Promise<boolean> {
  const { rows } = await fetch({ offset, perPage: 1 });
  return rows.length > 0 && idOf(rows[0] ?? {}) === id;
}
