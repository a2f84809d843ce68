import { FetchBound } from '../../border/fetch.bound.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The shop allows no larger page. */
export const LARGEST_PAGE = 100;
const FIRST_REWIND_ROWS = 8;
/** Rows may disappear again while we search for the position. After this many searches the listing is read as it is. */
const MAX_REWINDS = 5;

/** How far the pagination has come. Plain JSON: cursors store it. */
export interface IdPosition {
  /** How many rows were read, a lower bound: the row before this offset had an id of at most `last_id`. */
  readonly offset: number;
  readonly last_id: number;
  /** How many rows were returned; a position of an older release does not say it. */
  readonly read?: number;
}

export const FIRST_POSITION: IdPosition = { offset: 0, last_id: 0, read: 0 };

export interface Window {
  readonly offset: number;
  readonly perPage: number;
  /** From the end of the listing, in place of from its beginning. */
  readonly reversed?: boolean;
}

/** What the shop shows of a window: fewer rows than were asked for, if it likes, and a total that may be of last month. */
interface WindowRows {
  readonly rows: readonly Raw[];
  /** Null when the shop does not say. */
  readonly total: number | null;
}

/** Reads rows of one listing, ordered by id. */
export type FetchWindow = (window: Window) => Promise<WindowRows>;

export interface IdPage extends WindowRows {
  /** At most `limit` rows, with ids above the position's. */
  readonly rows: readonly Raw[];
  readonly position: IdPosition;
  readonly done: boolean;
  /**
   * Of the end: there are more places than rows came. The shop counts rows that it does not show, or some have come back before the
   * position meanwhile: `findRowNotShown` tells.
   */
  readonly lacksRows: boolean;
}

/**
 * Reads the next rows of a listing that others change meanwhile. The shop pages by offset, so when rows leave the listing, later rows
 * move to earlier offsets. Each window therefore begins with the last row of the page before. If another row stands there, rows
 * before it have left, and the window moves back until it begins with a known id. Ids only grow, so no row is lost and none is
 * returned twice.
 *
 * The next place comes from the rows that came, since plugins cap a page at any size. The shop's total is a hint, which a cache may have
 * kept: when it promises nothing, one more look decides. While it promises more, a window without rows is asked for again in tenths, down
 * to one row, and then passed over (the shop counts rows that it does not show). A listing that counts rows and shows none is refused, unless it
 * `mayShowNone`.
 */
export async function readIdPage(
  fetch: FetchWindow,
  from: IdPosition,
  limit: number,
  { mayShowNone = false } = {},
): Promise<IdPage> {
  let window: Window = firstWindow(from, limit);
  let rewind = { searching: true, rows: FIRST_REWIND_ROWS, count: 0 };
  /** No unknown row lies before this offset, as the windows of this call showed. */
  let knownTo = 0;
  let askedNewest = false;
  /** The largest window at its offset that had no row, while its parts are asked for. */
  let empty: Window = { offset: -1, perPage: 0 };
  const bound = new FetchBound('The listing of the shop');
  const places = new Places(from);
  const fetchCounted: FetchWindow = async (asked) => {
    const answer = await fetch(asked);
    places.saw(asked, answer.rows);
    return answer;
  };
  const end = (page: Omit<IdPage, 'done' | 'lacksRows'>, done: boolean): IdPage => ({
    ...page,
    done,
    lacksRows: done && places.lacks(page.position),
  });
  for (;;) {
    const { rows, total } = await fetchCounted(window);
    const fetched: Fetched = { window, rows, total, from, limit };
    const isEmpty = rows.length === 0;
    const promisesMore = (isEmpty ? window.offset : endOf(fetched)) < (total ?? 0);
    // A window without rows, when more follow, says nothing about the rows before it. What follows will.
    const saysNothing = isEmpty && window.offset >= from.offset - 1 && promisesMore;
    const isLost = !saysNothing && window.offset > knownTo && !isConnected(fetched);
    if (isLost && (rewind.searching || rewind.count < MAX_REWINDS)) {
      rewind = rewind.searching
        ? { ...rewind, rows: rewind.rows * 4 }
        : { searching: true, rows: FIRST_REWIND_ROWS, count: rewind.count + 1 };
      window = { offset: Math.max(0, window.offset - rewind.rows), perPage: LARGEST_PAGE };
      continue;
    }
    const { isComplete, ...page } = pageOf(fetched);
    if (page.rows.length > 0) {
      return end(page, isComplete && !promisesMore && !(await showsMore(fetchCounted, page.position, window)));
    }
    if (isEmpty && !promisesMore) return end(page, true);
    if (isEmpty && !askedNewest) {
      askedNewest = true;
      if (await endsAt(fetch, from.last_id)) return end(page, true);
    }
    if (isEmpty) {
      if (empty.offset !== window.offset) empty = window;
      if (window.perPage > 1) {
        window = { ...window, perPage: tenthOf(window.perPage) };
        continue;
      }
      const behind = empty.offset + empty.perPage;
      if (behind >= (total ?? 0) && from.last_id === 0 && !mayShowNone) throw notShown(total);
      places.passedOver();
    }
    bound.fetched(0);
    // The window held only known rows, or rows that the shop counts and does not show: continue behind it.
    rewind = { ...rewind, searching: false };
    const passed: Window = isEmpty ? empty : window;
    knownTo = endOf({ window: passed, rows });
    window = { offset: knownTo, perPage: Math.min(LARGEST_PAGE, Math.max(limit, passed.perPage)) };
  }
}

const notShown = (total: number | null) =>
  new ConnectorError(
    'protocol',
    `The listing of the shop: rows and total contradict each other. It says ${total} rows and showed none, however few were asked for.`,
  );

/** Of a window without rows: few requests, since a shop that hides rows for good answers as many windows in a row so. */
export const tenthOf = (perPage: number): number => Math.max(1, Math.floor(perPage / 10));

/** How many places of the listing are known to hold a row. */
class Places {
  readonly #readBefore: number | undefined;
  #known: number;
  #hasPassedOver = false;

  constructor({ offset, read }: IdPosition) {
    this.#readBefore = read;
    this.#known = offset;
  }

  saw({ offset, perPage }: Window, rows: readonly Raw[]): void {
    if (rows.length > 0) this.#known = Math.max(this.#known, offset + Math.min(rows.length, perPage));
  }

  /** One that is counted and not shown, even alone. */
  passedOver(): void {
    this.#hasPassedOver = true;
  }

  lacks({ read }: IdPosition): boolean {
    return this.#readBefore !== undefined && (this.#hasPassedOver || this.#known > (read ?? 0));
  }
}

interface Fetched extends WindowRows {
  readonly window: Window;
  readonly from: IdPosition;
  readonly limit: number;
}

function firstWindow({ offset }: IdPosition, limit: number): Window {
  const overlap = offset > 0 ? 1 : 0;
  return { offset: offset - overlap, perPage: Math.min(LARGEST_PAGE, limit + overlap) };
}

/** Behind the rows that came; behind the whole window when none did. */
const endOf = ({ window, rows }: Pick<Fetched, 'window' | 'rows'>): number =>
  window.offset + (rows.length || window.perPage);

/** True when no row can lie between the rows of earlier pages and those of this window. */
function isConnected({ window, rows, from }: Fetched): boolean {
  const [first] = rows.flatMap((row) => idOf(row) ?? []);
  return window.offset === 0 || (first !== undefined && first <= from.last_id);
}

function pageOf(fetched: Fetched): Omit<IdPage, 'done' | 'lacksRows'> & { readonly isComplete: boolean } {
  const { window, rows, total, from, limit } = fetched;
  // Only its offset shows whether a row without an id was returned before.
  const isNew = (row: Raw, i: number) => {
    const id = idOf(row);
    return id === null ? window.offset + i >= from.offset : id > from.last_id;
  };
  const found = rows.filter(isNew);
  const page = found.slice(0, limit);
  const isWhole = page.length === found.length;
  const last = page.at(-1);
  // More known rows than the overlap: the page was shifted, which may have pushed rows off its end. So read once more.
  const shifted = found.length > 0 && rows.length - found.length > 1;
  return {
    rows: page,
    position: {
      offset: isWhole || last === undefined ? endOf(fetched) : window.offset + rows.indexOf(last) + 1,
      last_id: Math.max(from.last_id, ...page.map((row) => idOf(row) ?? 0)),
      ...(from.read !== undefined && { read: from.read + page.length }),
    },
    isComplete: isWhole && !shifted,
    total,
  };
}

/** Whether a row stands behind the page although the total promises none, or a later total does. */
async function showsMore(fetch: FetchWindow, { offset, last_id }: IdPosition, { perPage }: Window): Promise<boolean> {
  const { rows, total } = await fetch({ offset, perPage });
  if (rows.length === 0) return offset < (total ?? 0);
  return rows.some((row) => (idOf(row) ?? Number.POSITIVE_INFINITY) > last_id);
}

/** Whether the greatest id that the shop shows was read, although the total promises more. */
async function endsAt(fetch: FetchWindow, lastId: number): Promise<boolean> {
  const { rows } = await fetch({ offset: 0, perPage: 1, reversed: true });
  const greatest = Math.max(...rows.map((row) => idOf(row) ?? 0));
  return rows.length > 0 && greatest <= lastId;
}

/** Throws ConnectorError `rejected` when the value is not a position. */
export function parsePosition(value: unknown): IdPosition {
  const { offset, last_id, read } = (value ?? {}) as Partial<Record<keyof IdPosition, unknown>>;
  if (isCount(offset) && isCount(last_id)) return { offset, last_id, ...(isCount(read) && { read }) };
  throw new ConnectorError('rejected', 'This is not a cursor of the WooCommerce connector.');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
