import { isTooLarge, oversized } from '../../border/smaller.parts.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { Cursor, ExternalItem, Page, ReadPosition } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Raw, ShopList } from '../shop/shop.client.ts';
import {
  type FetchWindow,
  FIRST_POSITION,
  type IdPage,
  type IdPosition,
  parsePosition,
  readIdPage,
  type Window,
} from './id.pagination.ts';
import { findRowNotShown } from './listing.reader.ts';
import { naiveUtc, watermarkAt } from './modified.bounds.ts';

/** One of the listings that a read goes through: the trash and then the rest, customers and then guests. */
export interface Phase {
  readonly name: string;
  readonly path: string;
  list(window: Window): Promise<ShopList>;
  /** The same rows with nothing but their ids, which no row makes too large. */
  ids(window: Window): Promise<ShopList>;
  items(rows: readonly Raw[]): Promise<readonly ExternalItem[]>;
  /** How many rows the phase will have, as far as the shop says. Called once, before the phase begins. */
  total(): Promise<number | null>;
  /** It is read as empty when the shop shows none of the rows that it counts: what it has is also found by the ids that are known. */
  readonly mayShowNone?: boolean;
}

/** Checkpoints store it, so its names stay as they are. */
interface PhaseCursor {
  readonly phase: string;
  readonly position: IdPosition;
  /** The newest change that the shop had when the read began, naive UTC. The next sync reads later ones. */
  readonly newest: string | null;
  /** How many items of this phase were returned. */
  readonly returned: number;
  /** By the name of a phase: the number of its rows until it is over, as the shop says; then of the items that it returned. */
  readonly totals: Readonly<Record<string, number | null>>;
}

/** Reads the next page that has items, or the last page. */
export async function readPhases(
  phases: readonly Phase[],
  newestChange: () => Promise<number | null>,
  { cursor, pageSize }: ReadPosition,
): Promise<Page> {
  let at = cursor === null ? await firstCursor(phases, await newestChange()) : parseCursor(cursor, phases);
  for (;;) {
    const { page, next } = await readPhase(phases, at, Math.max(1, pageSize));
    if (page.items.length > 0 || next === null) return page;
    at = next;
  }
}

async function readPhase(phases: readonly Phase[], at: PhaseCursor, pageSize: number) {
  const phase = phases.find(({ name }) => name === at.phase);
  if (!phase) throw notACursor();
  const { newest } = at;
  const { rows, position, total, ...read } = await readRows(phase, (window) => phase.list(window), at, pageSize);
  // A look for the rows that are missing has a page of its own.
  const done = read.done && !(read.lacksRows && rows.length > 0);
  const items = done && read.lacksRows && !phase.mayShowNone ? [...read.items, ...(await notShown(phase))] : read.items;
  const returned = at.returned + items.length;
  const known = done ? returned : total === null ? null : Math.max(total, returned);
  const totals: PhaseCursor['totals'] = { ...at.totals, [phase.name]: known };
  const nextPhase = done ? phases[phases.indexOf(phase) + 1] : phase;
  const next: PhaseCursor | null = nextPhase
    ? {
        phase: nextPhase.name,
        position: done ? FIRST_POSITION : position,
        newest,
        returned: done ? 0 : returned,
        totals,
      }
    : null;
  const page: Page = {
    items,
    rows: rows.filter((row) => idOf(row) !== null).length,
    next: next && { ...next },
    total: sumOf(Object.values(totals)),
    ...(next === null && newest !== null && { watermark: watermarkAt(newest) }),
  };
  return { page, next };
}

/** What the shop counts in this phase and does not show is told, since nobody can know what it is. */
async function notShown(phase: Phase): Promise<ExternalItem[]> {
  const found = await findRowNotShown(phase.path, (window) => phase.ids(window));
  return found ? [{ external_id: `unknown:${phase.name}-not-shown`, data: null, problem: found.problem }] : [];
}

interface PhaseRows extends IdPage {
  readonly items: readonly ExternalItem[];
}

/** A page of one row that is still too large is passed over: the row is an item with a problem. */
async function readRows(phase: Phase, fetch: FetchWindow, at: PhaseCursor, pageSize: number): Promise<PhaseRows> {
  try {
    const page = await readIdPage(fetch, at.position, pageSize, phase);
    return { ...page, items: await phase.items(page.rows) };
  } catch (error) {
    if (!isTooLarge(error) || pageSize > 1) throw error;
  }
  // The page began with the row before this one, and may have been too large because of it.
  const { offset, last_id } = at.position;
  const window = { offset, perPage: 1 };
  try {
    const { rows, total } = await fetch(window);
    const found = rows.filter((row) => (idOf(row) ?? 0) > last_id);
    const position = behindOne(at.position, found);
    return { rows: found, position, done: rows.length === 0, total, items: await phase.items(found), lacksRows: false };
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    return passedOver(phase, at, error);
  }
}

const behindOne = ({ offset, last_id, read }: IdPosition, rows: readonly Raw[]): IdPosition => ({
  offset: offset + 1,
  last_id: Math.max(last_id, ...rows.map((row) => idOf(row) ?? 0)),
  ...(read !== undefined && { read: read + rows.length }),
});

async function passedOver(phase: Phase, at: PhaseCursor, error: ConnectorError): Promise<PhaseRows> {
  const { offset } = at.position;
  // A shop that also makes this too large says neither its id nor how many follow.
  const list = await phase.ids({ offset, perPage: 1 }).catch((second) => {
    if (isTooLarge(second)) return null;
    throw second;
  });
  const rows = list?.rows ?? [];
  const id = rows.flatMap((row) => idOf(row) ?? [])[0];
  const name = id !== undefined && phase.name !== 'guests' ? String(id) : `unknown:${phase.name}-${id ?? offset}`;
  return {
    rows: id === undefined ? [{ id: offset + 1 }] : rows,
    // A row without an id stands for one that was read, too.
    position: behindOne(at.position, id === undefined ? [{}] : rows),
    lacksRows: false,
    // What follows is seen by the next read; a shop that makes even this too large has to say how much that is.
    done: list === null && offset + 1 >= (at.totals[phase.name] ?? 0),
    total: list?.total ?? at.totals[phase.name] ?? null,
    items: [oversized(name, error)],
  };
}

/** Null when one of them is not known. */
export const sumOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);

/** Counts the later phases first, so that the total is known from the first page on. */
async function firstCursor([first, ...later]: readonly Phase[], newest: number | null): Promise<PhaseCursor> {
  if (!first) throw new ConnectorError('rejected', 'There is nothing to read.');
  const counts = await Promise.all(
    later.map(async (phase): Promise<[string, number | null]> => [phase.name, await totalOf(phase)]),
  );
  return {
    ...{ phase: first.name, position: FIRST_POSITION, returned: 0, totals: Object.fromEntries(counts) },
    newest: newest === null ? null : naiveUtc(newest),
  };
}

/** 0 when the shop makes even this too large: the pages of the phase will show it. */
async function totalOf(phase: Phase): Promise<number | null> {
  try {
    return await phase.total();
  } catch (error) {
    if (isTooLarge(error)) return 0;
    throw error;
  }
}

function parseCursor(cursor: Cursor, phases: readonly Phase[]): PhaseCursor {
  const { phase, position, newest, returned, totals } = cursor;
  if (!phases.some(({ name }) => name === phase)) throw notACursor();
  const counts = Object.entries(totals ?? {}).filter(
    (entry): entry is [string, number | null] => entry[1] === null || typeof entry[1] === 'number',
  );
  return {
    phase: String(phase),
    position: parsePosition(position),
    newest: typeof newest === 'string' ? newest : null,
    returned: typeof returned === 'number' ? returned : 0,
    totals: Object.fromEntries(counts),
  };
}

function notACursor(): ConnectorError {
  return new ConnectorError('rejected', 'This is not a cursor of this WooCommerce read.');
}
