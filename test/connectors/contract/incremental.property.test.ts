import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cursor, Page, Watermark } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { LIVE } from './connector.pagination.ts';
import {
  type Change,
  type ChangingSystem,
  type Clock,
  changingOdoo,
  changingShop,
  type SystemOptions,
} from './incremental.support.ts';

/** How many programs of changes and reads are tried of each kind. */
const READS = Number(process.env.INCREMENTAL_READS ?? 100);

/** One page of a read: what happens before it, what happens while its response is on its way, and its size. */
interface Turn {
  readonly before: readonly Change[];
  readonly during: readonly Change[];
  /** The index of the response, among those to this read, during which `during` happens. */
  readonly response: number;
  readonly pageSize: number;
  /** The page comes to nothing, as when a worker is killed, and is read again later. */
  readonly lost: boolean;
}

const picked = (what: 'update' | 'remove' | 'restore' | 'erase' | 'begin') =>
  fc.record({ do: fc.constant(what), pick: fc.nat(60) });
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.nat(3000) });
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: picked('update') },
  { weight: 2, arbitrary: picked('remove') },
  { weight: 2, arbitrary: picked('restore') },
  { weight: 1, arbitrary: picked('erase') },
  { weight: 2, arbitrary: picked('begin') },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update many' as const),
      pick: fc.nat(60),
      many: fc.integer({ min: 2, max: 9 }),
    }),
  },
  { weight: 4, arbitrary: pass },
);
const turn: fc.Arbitrary<Turn> = fc.record({
  before: fc.array(change, { maxLength: 4 }),
  during: fc.oneof(fc.constant([]), fc.tuple(change, pass), fc.tuple(pass, change)),
  response: fc.nat(3),
  pageSize: fc.integer({ min: 1, max: 9 }),
  lost: fc.nat(5).map((n) => n === 0),
});
/** A full read and two incremental ones. */
const program = fc.tuple(
  ...[1, 2, 3].map(() => fc.array(turn, { minLength: 1, maxLength: 7 })),
) as unknown as fc.Arbitrary<[Turn[], Turn[], Turn[]]>;

const QUIET: Turn = { before: [], during: [], response: 0, pageSize: 20, lost: false };

/** The state of a reader that applies each item that it reads, as the records do. */
async function readAll(
  { session, entity, ...system }: ChangingSystem,
  known: Map<string, string>,
  since: Watermark | null,
  turns: readonly Turn[],
): Promise<Watermark> {
  const query = { mode: since === null ? 'full' : 'incremental', since, filters: {} } as const;
  const [there, returned] = [system.ids(), new Set<string>()];
  let cursor: Cursor | null = null;
  for (let pages = 0; pages < 500; pages += 1) {
    const { before, during, response, pageSize, lost } = turns[pages] ?? QUIET;
    for (const next of before) system.change(next);
    system.duringResponse(during, response);
    const page: Page = await session.read(entity, query, { cursor, pageSize }, LIVE);
    if (page.items.length > pageSize) throw new Error(`${page.items.length} items in a page of ${pageSize}`);
    if (lost) continue;
    for (const item of page.items) {
      if (item.problem) throw new Error(JSON.stringify(item.problem));
      returned.add(item.external_id);
      if (item.deleted) known.delete(item.external_id);
      else known.set(item.external_id, system.versionOf(item));
    }
    // As a checkpoint keeps it.
    cursor = JSON.parse(JSON.stringify(page.next));
    if (cursor === null) {
      // An item that a full read leaves out looks deleted.
      const stayed = since === null ? there.filter((id) => !system.removed.has(id) && !system.erased.has(id)) : [];
      expect(stayed.filter((id) => !returned.has(id))).toEqual([]);
      return JSON.parse(JSON.stringify(page.watermark));
    }
  }
  throw new Error('the pagination does not end');
}

const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
afterAll(() => clients.close());

async function missesNothing(
  open: (options: SystemOptions) => Promise<ChangingSystem>,
  settings: Readonly<Record<string, unknown>>,
  [first, second, third]: readonly [Turn[], Turn[], Turn[]],
  skew: number,
): Promise<void> {
  const clock: Clock = { now: Date.UTC(2030, 0, 1) + 400 };
  const system = await open({ clients, clock, settings, skew });
  try {
    const known = new Map<string, string>();
    let watermark = await readAll(system, known, null, first);
    watermark = await readAll(system, known, watermark, second);
    watermark = await readAll(system, known, watermark, third);
    system.duringResponse([], 0);
    const truth = system.truth();
    // A read leaves the second in which it begins to the next read.
    clock.now += 1000;
    await readAll(system, known, watermark, []);
    for (const id of system.erased) known.delete(id);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(truth));
  } finally {
    await system.stop();
  }
}

const SKEW = fc.constantFrom(0, -3_600_000, 90_000);

describe('Incremental reads, whatever changes during and between their requests,', () => {
  it.each(['product', 'order'] as const)('miss no %s of a shop, even without an overlap', async (entity) => {
    const property = fc.asyncProperty(program, fc.constantFrom(0, 0, 2, 120), SKEW, (turns, overlap_seconds, skew) =>
      missesNothing((options) => changingShop(entity, options), { overlap_seconds }, turns, skew),
    );
    await fc.assert(property, { numRuns: READS });
  });

  it.each([18, 19] as const)('miss no partner of Odoo %i, saved late or not', async (version) => {
    const property = fc.asyncProperty(program, SKEW, (turns, skew) =>
      missesNothing((options) => changingOdoo(version, options), {}, turns, skew),
    );
    await fc.assert(property, { numRuns: READS });
  });
});
