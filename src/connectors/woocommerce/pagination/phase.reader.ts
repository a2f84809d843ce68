import { ConnectorError } from '../../contract/connector.error.ts';
import type { Cursor, ExternalItem, Page, ReadPosition } from '../../contract/connector.types.ts';
import type { Raw, ShopList } from '../shop/shop.client.ts';
import { placeOf, WALK_START, type WalkPlace, type Window, walkOn } from './id.pagination.ts';
import { naiveUtc, watermarkAt } from './modified.bounds.ts';

/** One listing of a walk that leads through several: the trash and then what lives, customers and then guests. */
export interface Phase {
  readonly name: string;
  /** `before`: when the walk began, once that is known; changes after it belong to the next walk. */
  list(window: Window, before: string | null): Promise<ShopList>;
  items(rows: readonly Raw[]): Promise<readonly ExternalItem[]>;
  /** How many rows the phase will have; asked for once, before its turn comes. */
  total(): Promise<number>;
}

interface WalkCursor {
  readonly phase: string;
  readonly place: WalkPlace;
  /** By the shop's clock, naive UTC. */
  readonly before: string | null;
  /** Items this phase has told so far. */
  readonly told: number;
  /** Of each phase, by name: rows while it is not over, then the items it told. */
  readonly totals: Readonly<Record<string, number>>;
}

/** Reads the next page that has items, or the last one. */
export async function readPhases(phases: readonly Phase[], { cursor, pageSize }: ReadPosition): Promise<Page> {
  let at = cursor === null ? await startOf(phases) : parseCursor(cursor, phases);
  for (;;) {
    const { page, next } = await readOn(phases, at, Math.max(1, pageSize));
    if (page.items.length > 0 || next === null) return page;
    at = next;
  }
}

async function readOn(phases: readonly Phase[], at: WalkCursor, pageSize: number) {
  const phase = phases.find(({ name }) => name === at.phase);
  if (!phase) throw new ConnectorError('rejected', 'This cursor is not one of a WooCommerce walk.');
  let before = at.before;
  const fetch = async (window: Window) => {
    const list = await phase.list(window, before);
    before ??= naiveUtc(list.readAt);
    return list;
  };
  const { rows, place, done, total } = await walkOn(fetch, at.place, pageSize);
  const items = await phase.items(rows);
  const told = at.told + items.length;
  const totals = { ...at.totals, [phase.name]: done ? told : total };
  const following = done ? phases[phases.indexOf(phase) + 1] : phase;
  const next: WalkCursor | null = following
    ? { phase: following.name, place: done ? WALK_START : place, before, told: done ? 0 : told, totals }
    : null;
  const page: Page = {
    items,
    next: next && { ...next },
    total: Object.values(totals).reduce((sum, count) => sum + count, 0),
    ...(next === null && before !== null && { watermark: watermarkAt(before) }),
  };
  return { page, next };
}

/** Later phases are counted first, so that the total is known from the first page on. */
async function startOf([first, ...later]: readonly Phase[]): Promise<WalkCursor> {
  if (!first) throw new ConnectorError('rejected', 'There is nothing to read.');
  const counts = await Promise.all(
    later.map(async (phase): Promise<[string, number]> => [phase.name, await phase.total()]),
  );
  return { phase: first.name, place: WALK_START, before: null, told: 0, totals: Object.fromEntries(counts) };
}

function parseCursor(cursor: Cursor, phases: readonly Phase[]): WalkCursor {
  const { phase, place, before, told, totals } = cursor;
  const known = phases.some(({ name }) => name === phase);
  if (!known) throw new ConnectorError('rejected', 'This cursor is not one of this WooCommerce walk.');
  const counts = Object.entries(totals ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    phase: String(phase),
    place: placeOf(place),
    before: typeof before === 'string' ? before : null,
    told: typeof told === 'number' ? told : 0,
    totals: Object.fromEntries(counts),
  };
}
