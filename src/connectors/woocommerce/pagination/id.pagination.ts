import { FetchBound } from '../../border/fetch.bound.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The shop allows no larger page. */
const LARGEST_PAGE = 100;
const FIRST_REWIND_ROWS = 8;
/** Rows may disappear again while we search for the position. After this many searches the listing is read as it is. */
const MAX_REWINDS = 5;

/** How far the pagination has come. Plain JSON: cursors store it. */
export interface IdPosition {
  /** How many rows were read, a lower bound: the row before this offset had an id of at most `last_id`. */
  readonly offset: number;
  readonly last_id: number;
}

export const FIRST_POSITION: IdPosition = { offset: 0, last_id: 0 };

export interface Window {
  readonly offset: number;
  readonly perPage: number;
}

/** Reads rows of one listing, ordered by ascending id. */
export type FetchWindow = (window: Window) => Promise<{ readonly rows: readonly Raw[]; readonly total: number }>;

export interface IdPage {
  /** At most `limit` rows, with ids above the position's. */
  readonly rows: readonly Raw[];
  readonly position: IdPosition;
  readonly done: boolean;
  /** Of the listing, as of now. */
  readonly total: number;
}

/**
 * Reads the next rows of a listing that others change meanwhile. The shop pages by offset, so when rows leave the listing, later rows
 * move to earlier offsets. Each window therefore begins with the last row of the page before. If another row stands there, rows
 * before it have left, and the window moves back until it begins with a known id. Ids only grow, so no row is lost and none is
 * returned twice. The shop's total says where the listing ends; a page may be short, since the shop counts rows that it does not show.
 */
export async function readIdPage(fetch: FetchWindow, from: IdPosition, limit: number): Promise<IdPage> {
  let window: Window = firstWindow(from, limit);
  let rewind = { searching: true, rows: FIRST_REWIND_ROWS, count: 0 };
  const bound = new FetchBound('The listing of the shop');
  for (;;) {
    const { rows, total } = await fetch(window);
    const fetched: Fetched = { window, rows, total, from, limit };
    // A window without rows, when more follow, says nothing about the rows before it. What follows will.
    const saysNothing = rows.length === 0 && window.offset >= from.offset - 1 && window.offset + window.perPage < total;
    const isLost = !saysNothing && !isConnected(fetched);
    if (isLost && (rewind.searching || rewind.count < MAX_REWINDS)) {
      rewind = rewind.searching
        ? { ...rewind, rows: rewind.rows * 4 }
        : { searching: true, rows: FIRST_REWIND_ROWS, count: rewind.count + 1 };
      window = { offset: Math.max(0, window.offset - rewind.rows), perPage: LARGEST_PAGE };
      continue;
    }
    const page = pageOf(fetched);
    if (page.rows.length > 0 || page.done) return page;
    bound.fetched(0);
    // The window held only known rows, or rows that the shop counts and does not show: continue behind it.
    rewind = { ...rewind, searching: false };
    window = { offset: Math.max(window.offset + 1, page.position.offset - 1), perPage: LARGEST_PAGE };
  }
}

interface Fetched {
  readonly window: Window;
  readonly rows: readonly Raw[];
  readonly total: number;
  readonly from: IdPosition;
  readonly limit: number;
}

function firstWindow({ offset }: IdPosition, limit: number): Window {
  const overlap = offset > 0 ? 1 : 0;
  return { offset: offset - overlap, perPage: Math.min(LARGEST_PAGE, limit + overlap) };
}

/** True when no row can lie between the rows of earlier pages and those of this window. */
function isConnected({ window, rows, from }: Fetched): boolean {
  const [first] = rows.flatMap((row) => idOf(row) ?? []);
  return window.offset === 0 || (first !== undefined && first <= from.last_id);
}

function pageOf({ window, rows, total, from, limit }: Fetched): IdPage {
  // Only its offset shows whether a row without an id was returned before.
  const isNew = (row: Raw, i: number) => {
    const id = idOf(row);
    return id === null ? window.offset + i >= from.offset : id > from.last_id;
  };
  const found = rows.filter(isNew);
  const end = Math.min(window.offset + window.perPage, total);
  const page = found.slice(0, limit);
  const complete = page.length === found.length;
  const last = page.at(-1);
  // More known rows than the overlap: the page was shifted, which may have pushed rows off its end. So read once more.
  const shifted = found.length > 0 && rows.length - found.length > 1;
  return {
    rows: page,
    position: {
      offset: complete || last === undefined ? end : window.offset + rows.indexOf(last) + 1,
      last_id: Math.max(from.last_id, ...page.map((row) => idOf(row) ?? 0)),
    },
    done: complete && end >= total && !shifted,
    total,
  };
}

/** Throws ConnectorError `rejected` when the value is not a position. */
export function parsePosition(value: unknown): IdPosition {
  const { offset, last_id } = (value ?? {}) as Partial<Record<keyof IdPosition, unknown>>;
  if (isCount(offset) && isCount(last_id)) return { offset, last_id };
  throw new ConnectorError('rejected', 'This is not a cursor of the WooCommerce connector.');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
