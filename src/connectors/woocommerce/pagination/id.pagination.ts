import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Raw } from '../shop/shop.client.ts';

/** The shop takes no more on a page. */
const LARGEST_PAGE = 100;
const FIRST_STEP_BACK = 8;
/** Rows may leave again while one looks for the place; after so many times the listing is taken as it is. */
const MOST_RETURNS = 5;

/** How far a walk has come; plain JSON. */
export interface WalkPlace {
  /** Rows of the listing that lie behind, a lower bound: the row before this one had an id of at most `last_id`. */
  readonly offset: number;
  readonly last_id: number;
}

export const WALK_START: WalkPlace = { offset: 0, last_id: 0 };

export interface Window {
  readonly offset: number;
  readonly perPage: number;
}

/** Reads rows of one listing that is ordered by id, upwards. */
export type FetchWindow = (window: Window) => Promise<{ readonly rows: readonly Raw[]; readonly total: number }>;

export interface WalkStep {
  /** Ids above the place's, at most as many as were asked for. */
  readonly rows: readonly Raw[];
  readonly place: WalkPlace;
  readonly done: boolean;
  /** Of the listing, as of now. */
  readonly total: number;
}

/**
 * The next rows of a listing that others change while it is walked. The shop pages by offset, so rows that leave the listing move
 * later ones to earlier offsets. Each window therefore begins with the last row seen: when another one stands there, rows before it
 * have left, and the walk steps back until it finds an id it knows. Ids only grow, so nothing is lost and nothing is told twice.
 * The end is where the shop's total says; a page may be short, since the shop counts rows that it then does not show.
 */
export async function walkOn(fetch: FetchWindow, from: WalkPlace, limit: number): Promise<WalkStep> {
  let window: Window = firstWindow(from, limit);
  let back = { looking: true, step: FIRST_STEP_BACK, returns: 0 };
  for (;;) {
    const { rows, total } = await fetch(window);
    const seen: Seen = { window, rows, total, from, limit };
    if (!isConnected(seen) && (back.looking || back.returns < MOST_RETURNS)) {
      back = back.looking
        ? { ...back, step: back.step * 4 }
        : { looking: true, step: FIRST_STEP_BACK, returns: back.returns + 1 };
      window = { offset: Math.max(0, window.offset - back.step), perPage: LARGEST_PAGE };
      continue;
    }
    const step = stepOf(seen);
    if (step.rows.length > 0 || step.done) return step;
    // Only rows that are known, or that the shop counts and does not show: go on behind them.
    back = { ...back, looking: false };
    window = { offset: Math.max(window.offset + 1, step.place.offset - 1), perPage: LARGEST_PAGE };
  }
}

interface Seen {
  readonly window: Window;
  readonly rows: readonly Raw[];
  readonly total: number;
  readonly from: WalkPlace;
  readonly limit: number;
}

function firstWindow({ offset }: WalkPlace, limit: number): Window {
  const overlap = offset > 0 ? 1 : 0;
  return { offset: offset - overlap, perPage: Math.min(LARGEST_PAGE, limit + overlap) };
}

/** Nothing lies between the rows seen before and those of this window. */
function isConnected({ window, rows, from }: Seen): boolean {
  const [first] = rows.flatMap((row) => idOf(row) ?? []);
  return window.offset === 0 || (first !== undefined && first <= from.last_id);
}

function stepOf({ window, rows, total, from, limit }: Seen): WalkStep {
  // A row without an id has only its place to tell whether it was told before.
  const isFresh = (row: Raw, i: number) => {
    const id = idOf(row);
    return id === null ? window.offset + i >= from.offset : id > from.last_id;
  };
  const fresh = rows.filter(isFresh);
  const end = Math.min(window.offset + window.perPage, total);
  const part = fresh.slice(0, limit);
  const whole = part.length === fresh.length;
  const last = part.at(-1);
  // More known rows than the overlap: the page was shifted, and rows at its end may have been pushed off it. Look once more.
  const shifted = fresh.length > 0 && rows.length - fresh.length > 1;
  return {
    rows: part,
    place: {
      offset: whole || last === undefined ? end : window.offset + rows.indexOf(last) + 1,
      last_id: Math.max(from.last_id, ...part.map((row) => idOf(row) ?? 0)),
    },
    done: whole && end >= total && !shifted,
    total,
  };
}

/** Throws ConnectorError `rejected` for a place that no walk has made. */
export function placeOf(value: unknown): WalkPlace {
  const { offset, last_id } = (value ?? {}) as Partial<Record<keyof WalkPlace, unknown>>;
  if (isCount(offset) && isCount(last_id)) return { offset, last_id };
  throw new ConnectorError('rejected', 'This cursor is not one of a WooCommerce walk.');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
