import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Raw } from '../shop/shop.client.ts';
import { type FetchWindow, FIRST_POSITION, type IdPosition, parsePosition, readIdPage } from './id.pagination.ts';
import { findRowNotShown } from './listing.reader.ts';

/** A listing ordered by id; rows that are `hidden` are counted and not shown. */
class Listing {
  ids: number[];
  hidden = new Set<number>();
  asked = 0;

  constructor(ids: readonly number[]) {
    this.ids = [...ids];
  }

  readonly fetch: FetchWindow = async ({ offset, perPage, reversed = false }) => {
    this.asked += 1;
    if (perPage < 1 || perPage > 100 || offset < 0) throw new Error('The shop refuses this window.');
    const page = (reversed ? [...this.ids].reverse() : this.ids).slice(offset, offset + perPage);
    return { rows: page.filter((id) => !this.hidden.has(id)).map((id) => ({ id })), total: this.ids.length };
  };
}

interface Reading {
  readonly ids: number[];
  readonly steps: number;
}

async function readAll(
  listing: Listing,
  pageSize: (step: number) => number,
  between: (step: number) => void = () => {},
): Promise<Reading> {
  const ids: number[] = [];
  let position: IdPosition = FIRST_POSITION;
  for (let step = 0; step < 5000; step += 1) {
    const size = pageSize(step);
    const { rows, position: next, done } = await readIdPage(listing.fetch, position, size);
    if (rows.length > size) throw new Error('More than was asked for.');
    ids.push(...rows.map(({ id }) => Number(id)));
    if (done) return { ids, steps: step + 1 };
    position = JSON.parse(JSON.stringify(next));
    between(step);
  }
  throw new Error('The pagination does not end.');
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('Pagination by id', () => {
  it('asks for little more than the rows there are, and looks once more where the total ends', async () => {
    const listing = new Listing(upTo(1000));
    expect((await readAll(listing, () => 100)).ids).toEqual(upTo(1000));
    expect(listing.asked).toBe(12);
  });

  it('ends at once where there is nothing', async () => {
    expect(await readAll(new Listing([]), () => 10)).toEqual({ ids: [], steps: 1 });
  });

  it('continues after short pages, however many rows the shop does not show', async () => {
    const listing = new Listing(upTo(700));
    for (let id = 50; id <= 420; id += 1) listing.hidden.add(id);
    const seen = await readAll(listing, () => 20);
    expect(seen.ids).toEqual(upTo(700).filter((id) => !listing.hidden.has(id)));
  });

  it('asks for a window without rows again in smaller parts, and refuses a listing that shows none of its rows', async () => {
    const listing = new Listing(upTo(90));
    const whole: FetchWindow = async (window) => {
      const found = await listing.fetch(window);
      return window.perPage > 1 ? { ...found, rows: [] } : found;
    };
    const { rows } = await readIdPage(whole, FIRST_POSITION, 100);
    expect(rows.map(({ id }) => id)).toEqual([1]);
    for (const id of listing.ids) listing.hidden.add(id);
    await expect(readIdPage(listing.fetch, FIRST_POSITION, 100)).rejects.toThrow(/90 rows/);
  });

  it('goes on when the look behind the last row finds none, and says that there are more', async () => {
    const listing = new Listing([1, 2]);
    let asked = 0;
    const fetch: FetchWindow = async (window) => {
      asked += 1;
      const { rows } = await listing.fetch(window);
      return asked === 2 ? { rows: [], total: 2 } : { rows: rows.slice(0, 1), total: 0 };
    };
    const first = await readIdPage(fetch, FIRST_POSITION, 100);
    expect(first).toMatchObject({ rows: [{ id: 1 }], done: false });
    expect((await readIdPage(fetch, first.position, 100)).rows).toEqual([{ id: 2 }]);
  });

  it('finds its position again after nearly everything before it has left', async () => {
    const listing = new Listing(upTo(1000));
    const seen = await readAll(
      listing,
      () => 50,
      (step) => {
        if (step === 9) listing.ids = listing.ids.filter((id) => id > 480);
      },
    );
    expect(seen.ids).toEqual(upTo(1000));
  });

  it('returns rows that a shifted page has pushed off the end', async () => {
    const listing = new Listing(upTo(30));
    const shifted: FetchWindow = async (window) => {
      const duplicates = window.offset === 19 ? 3 : 0;
      return listing.fetch({ ...window, offset: window.offset - duplicates });
    };
    const returned: Raw[] = [];
    let position: IdPosition = { offset: 20, last_id: 20 };
    for (let done = false, steps = 0; !done && steps < 5; steps += 1) {
      const page = await readIdPage(shifted, position, 10);
      returned.push(...page.rows);
      ({ position, done } = page);
    }
    expect(returned.map(({ id }) => id)).toEqual(upTo(30).slice(20));
  });

  it('returns a row without an id once', async () => {
    const rows: Raw[] = [{ id: 1 }, { name: 'broken' }, { id: 3 }];
    const fetch: FetchWindow = async ({ offset, perPage }) => ({
      rows: rows.slice(offset, offset + perPage),
      total: 3,
    });
    const returned: Raw[] = [];
    let position = FIRST_POSITION;
    for (let done = false, steps = 0; !done && steps < 20; steps += 1) {
      const page = await readIdPage(fetch, position, 1);
      returned.push(...page.rows);
      ({ position, done } = page);
    }
    expect(returned).toEqual(rows);
  });

  it('loses no row that stays and returns none twice, whatever leaves, enters or is hidden meanwhile', async () => {
    const change = fc.record({
      step: fc.nat(40),
      leave: fc.array(fc.nat(250), { maxLength: 30 }),
      leaveBelow: fc.option(fc.nat(250), { nil: 0 }),
      enter: fc.nat(5),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 });
    const hidden = fc.array(fc.nat(250), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(200),
        fc.array(change, { maxLength: 6 }),
        sizes,
        hidden,
        async (count, changes, size, hide) => {
          const listing = new Listing(upTo(count));
          for (const id of hide) listing.hidden.add(id);
          const left = new Set<number>();
          const entered = new Set<number>();
          const reading = readAll(
            listing,
            (step) => size[step % size.length] ?? 1,
            (step) => {
              for (const now of changes.filter((planned) => planned.step === step)) {
                const gone = new Set([...now.leave, ...upTo(now.leaveBelow)]);
                for (const id of listing.ids.filter((id) => gone.has(id))) left.add(id);
                listing.ids = listing.ids.filter((id) => !gone.has(id));
                for (let i = 0; i < now.enter; i += 1) {
                  const id = 1000 + entered.size;
                  entered.add(id);
                  listing.ids.push(id);
                }
              }
            },
          );
          // A listing that shows none of the rows that it counts is refused.
          const seen = await reading.catch((error) => {
            if (listing.ids.every((id) => listing.hidden.has(id))) return null;
            throw error;
          });
          if (seen === null) return;
          expect(new Set(seen.ids).size).toBe(seen.ids.length);
          const stayed = [...upTo(count), ...entered].filter((id) => !left.has(id) && !listing.hidden.has(id));
          expect(seen.ids).toEqual(expect.arrayContaining(stayed));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lacks rows at its end exactly when some are counted and not shown, whatever the pages, caps and totals', async () => {
    const listings = fc.record({
      count: fc.integer({ min: 1, max: 250 }),
      hide: fc.array(fc.integer({ min: 1, max: 250 }), { maxLength: 5 }),
      sizes: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 3 }),
      caps: fc.array(fc.constantFrom(1, 3, 10, 100), { minLength: 1, maxLength: 3 }),
      added: fc.constantFrom(0, 0, 7, -7, null),
    });
    const check = async ({
      count,
      hide,
      sizes,
      caps,
      added,
    }: typeof listings extends fc.Arbitrary<infer T> ? T : never) => {
      const listing = new Listing(upTo(count));
      for (const id of hide) if (id <= count) listing.hidden.add(id);
      fc.pre(listing.hidden.size < count);
      // Nothing tells of a row that is neither shown nor counted.
      fc.pre(listing.hidden.size === 0 || (added ?? -1) >= 0);
      const fetch: FetchWindow = async (window) => {
        const { rows, total } = await listing.fetch(window);
        const cap = caps[listing.asked % caps.length];
        return {
          rows: rows.slice(0, cap),
          total: added === null || total === null ? null : Math.max(0, total + added),
        };
      };
      let position: IdPosition = FIRST_POSITION;
      for (let step = 0; step < 5000; step += 1) {
        const page = await readIdPage(fetch, position, sizes[step % sizes.length] ?? 1);
        expect(page.lacksRows).toBe(page.done && listing.hidden.size > 0);
        if (page.done) {
          const found = await findRowNotShown('/rows', fetch);
          const [first = 0] = [...listing.hidden].sort((a, b) => a - b);
          expect(found?.message ?? null).toEqual(
            first === 0
              ? null
              : expect.stringContaining(first === 1 ? 'the first one is' : `the one after ${first - 1} is`),
          );
          return;
        }
        position = JSON.parse(JSON.stringify(page.position));
      }
      throw new Error('The pagination does not end.');
    };
    await fc.assert(fc.asyncProperty(listings, check), { numRuns: 200 });
  });

  it('looks for hidden rows in few requests where a shop shows the same row at every place', async () => {
    let asked = 0;
    const stuck: FetchWindow = async () => {
      asked += 1;
      return { rows: [{ id: 1 }], total: null };
    };
    const { lacksRows } = await readIdPage(stuck, FIRST_POSITION, 100);
    expect([lacksRows, await findRowNotShown('/rows', stuck)]).toEqual([true, null]);
    expect(asked).toBeLessThan(8);
  });

  it('refuses a value that is not a position', () => {
    for (const value of [null, {}, { offset: -1, last_id: 0 }, { offset: '5', last_id: 1 }]) {
      expect(() => parsePosition(value)).toThrow(expect.objectContaining({ kind: 'rejected' }));
    }
  });
});
