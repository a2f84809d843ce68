import { ConnectorError } from '../../contract/connector.error.ts';
import type { Cursor, ExternalItem, Page, ReadPosition } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import type { Raw, ShopList } from '../shop/shop.client.ts';
import { FIRST_POSITION, type IdPosition, parsePosition, readIdPage, type Window } from './id.pagination.ts';
import { naiveUtc, watermarkAt } from './modified.bounds.ts';

/** One of the listings that a read goes through: the trash and then the rest, customers and then guests. */
export interface Phase {
  readonly name: string;
  /** `before`: when the read began, once that is known. The next sync reads later changes. */
  list(window: Window, before: string | null): Promise<ShopList>;
  items(rows: readonly Raw[]): Promise<readonly ExternalItem[]>;
  /** How many rows the phase will have. Called once, before the phase begins. */
  total(): Promise<number>;
}

/** Checkpoints store it, so its names stay as they are. */
interface PhaseCursor {
  readonly phase: string;
  readonly position: IdPosition;
  /** By the shop's clock, naive UTC. */
  readonly before: string | null;
  /** How many items of this phase were returned. */
  readonly returned: number;
  /** By the name of a phase: the number of its rows until it is over, then of the items that it returned. */
  readonly totals: Readonly<Record<string, number>>;
}

/** Reads the next page that has items, or the last page. */
export async function readPhases(phases: readonly Phase[], { cursor, pageSize }: ReadPosition): Promise<Page> {
  let at = cursor === null ? await firstCursor(phases) : parseCursor(cursor, phases);
  for (;;) {
    const { page, next } = await readPhase(phases, at, Math.max(1, pageSize));
    if (page.items.length > 0 || next === null) return page;
    at = next;
  }
}

async function readPhase(phases: readonly Phase[], at: PhaseCursor, pageSize: number) {
  const phase = phases.find(({ name }) => name === at.phase);
  if (!phase) throw notACursor();
  let before = at.before;
  const fetch = async (window: Window) => {
    const list = await phase.list(window, before);
    before ??= naiveUtc(list.readAt);
    return list;
  };
  const { rows, position, done, total } = await readIdPage(fetch, at.position, pageSize);
  const items = await phase.items(rows);
  const returned = at.returned + items.length;
  const totals = { ...at.totals, [phase.name]: done ? returned : total };
  const nextPhase = done ? phases[phases.indexOf(phase) + 1] : phase;
  const next: PhaseCursor | null = nextPhase
    ? {
        phase: nextPhase.name,
        position: done ? FIRST_POSITION : position,
        before,
        returned: done ? 0 : returned,
        totals,
      }
    : null;
  const page: Page = {
    items,
    rows: rows.filter((row) => idOf(row) !== null).length,
    next: next && { ...next },
    total: Object.values(totals).reduce((sum, count) => sum + count, 0),
    ...(next === null && before !== null && { watermark: watermarkAt(before) }),
  };
  return { page, next };
}

/** Counts the later phases first, so that the total is known from the first page on. */
async function firstCursor([first, ...later]: readonly Phase[]): Promise<PhaseCursor> {
  if (!first) throw new ConnectorError('rejected', 'There is nothing to read.');
  const counts = await Promise.all(
    later.map(async (phase): Promise<[string, number]> => [phase.name, await phase.total()]),
  );
  return { phase: first.name, position: FIRST_POSITION, before: null, returned: 0, totals: Object.fromEntries(counts) };
}

function parseCursor(cursor: Cursor, phases: readonly Phase[]): PhaseCursor {
  const { phase, position, before, returned, totals } = cursor;
  if (!phases.some(({ name }) => name === phase)) throw notACursor();
  const counts = Object.entries(totals ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    phase: String(phase),
    position: parsePosition(position),
    before: typeof before === 'string' ? before : null,
    returned: typeof returned === 'number' ? returned : 0,
    totals: Object.fromEntries(counts),
  };
}

function notACursor(): ConnectorError {
  return new ConnectorError('rejected', 'This is not a cursor of this WooCommerce read.');
}
