import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findOrders } from '../orders/order.query.ts';
import { OrderStore } from '../orders/order.store.ts';
import type { OrderRecord } from '../orders/order.types.ts';
import { judgeSpan, passesDates, readDateFilter } from './date.filter.ts';
import { type Filter, listRecords, type SortOrder } from './record.listing.ts';

const SHOP = { seed: 1, guestRate: 0.2, customers: 50, products: 40, badRate: 0 };
const PRESENCE = { listsDrafts: false, hasCustomer: () => true, deletions: () => 0 };
const LATE = Date.UTC(2026, 0, 1);

type Write = { kind: 'change' | 'delete' | 'create'; place: number; second: number };

/** A shop that lived: some orders were changed, deleted and made since. */
const livedInShops = fc
  .record({
    orders: fc.integer({ min: 0, max: 120 }),
    writes: fc.array(
      fc.record<Write>({
        kind: fc.constantFrom('change', 'delete', 'create'),
        place: fc.nat(130),
        second: fc.nat(5),
      }),
      { maxLength: 40 },
    ),
  })
  .map(({ orders, writes }) => {
    const store = new OrderStore({ ...SHOP, orders });
    for (const [n, { kind, place, second }] of writes.entries()) {
      const id = store.generated.idAt(place);
      const before = store.get(id);
      if (kind === 'delete') store.delete(id);
      else if (kind === 'change' && before) store.put({ ...before, modifiedAt: LATE + second * 1000 });
      else store.put({ ...blank(10_000 + n), createdAt: LATE + second * 1000, modifiedAt: LATE + second * 1000 });
    }
    return store;
  });

const ALL: Filter<OrderRecord> = { name: 'all', matches: () => true, generated: 'all' };
const ODD: Filter<OrderRecord> = {
  name: 'odd',
  matches: ({ modifiedAt }) => (modifiedAt / 1000) % 2 === 1,
  generated: (index) => (blankStore.generated.make(index).modifiedAt / 1000) % 2 === 1,
};
const blankStore = new OrderStore({ ...SHOP, orders: 120 });

describe('Lists of records', () => {
  it('show everything that passes exactly once over their pages, in the order that sorting all of it gives', () => {
    const orders: SortOrder<OrderRecord>[] = [
      { name: 'id', key: ({ id }) => id },
      { name: 'date', key: ({ createdAt }) => createdAt },
    ];
    const cases = [livedInShops, fc.constantFrom(...orders), fc.boolean(), fc.integer({ min: 1, max: 60 })] as const;
    fc.assert(
      fc.property(...cases, fc.array(fc.nat(400), { maxLength: 5 }), (store, order, descending, limit, exclude) => {
        const request = { filter: ALL, order, descending, exclude, limit };
        const expected = [...store.all()].filter(({ id }) => !exclude.includes(id));
        expected.sort((a, b) => Number(order.key(a)) - Number(order.key(b)) || a.id - b.id);
        expect(readAllPages((offset) => listRecords(store, { ...request, offset }), limit)).toEqual(
          (descending ? expected.reverse() : expected).map(({ id }) => id),
        );
      }),
    );
  });

  it('find by a filter and sort by any key as looking at everything does', () => {
    const order: SortOrder<OrderRecord> = {
      name: 'modified',
      key: ({ modifiedAt }) => modifiedAt,
      generatedKey: (index) => blankStore.generated.make(index).modifiedAt,
    };
    const whole = livedInShops.filter((store) => store.shop.orders > 0);
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 60 }), (lived, limit) => {
        const store = withSameCount(lived);
        const request = { filter: ODD, order, descending: false, exclude: [], limit };
        const expected = [...store.all()].filter(ODD.matches);
        expected.sort((a, b) => a.modifiedAt - b.modifiedAt || a.id - b.id);
        expect(readAllPages((offset) => listRecords(store, { ...request, offset }), limit)).toEqual(
          expected.map(({ id }) => id),
        );
      }),
    );
  });

  it('give any page of a million orders in a few milliseconds, also with a frozen modified_before', () => {
    const store = new OrderStore({ ...SHOP, orders: 1_000_000, customers: 1_000_000, products: 100_000 });
    const params = {
      ...{ per_page: 100, page: 1, order: 'asc', orderby: 'id', include: [], exclude: [], status: ['any'] },
      ...{ modified_before: '2026-11-01T00:00:00', modified_after: '2001-01-01T00:00:00', dates_are_gmt: true },
    };
    findOrders(store, PRESENCE, params);
    const started = performance.now();
    for (const page of [1, 2500, 5000, 7500, 10_000]) {
      const { total, records } = findOrders(store, PRESENCE, { ...params, page });
      expect([total, records.length]).toEqual([1_000_000, 100]);
    }
    expect((performance.now() - started) / 5).toBeLessThan(50); // measured: about 2; the rest is for a busy machine
  });
});

describe('Date filters', () => {
  const at = (text: string) => ({ createdAt: Date.parse(text), modifiedAt: Date.parse(text) });

  it('compare whole seconds, both ends left out', () => {
    const filter = readDateFilter({ modified_after: '2026-01-01T10:00:00', dates_are_gmt: true });
    expect(passesDates(at('2026-01-01T10:00:00Z'), filter)).toBe(false);
    expect(passesDates(at('2026-01-01T10:00:01Z'), filter)).toBe(true);
  });

  it('mean shop time, an hour ahead, unless dates_are_gmt', () => {
    const filter = readDateFilter({ modified_after: '2026-01-01T11:00:00' });
    expect([at('2026-01-01T10:00:00Z'), at('2026-01-01T10:00:01Z')].map((when) => passesDates(when, filter))).toEqual([
      false,
      true,
    ]);
  });

  it('lose an hour of changes to a Z beside dates_are_gmt, as real shops east of UTC do', () => {
    const filter = readDateFilter({ modified_after: '2026-01-01T10:00:00Z', dates_are_gmt: true });
    expect(passesDates(at('2026-01-01T10:59:59Z'), filter)).toBe(false);
    expect(passesDates(at('2026-01-01T11:00:01Z'), filter)).toBe(true);
  });

  it('judge a span as looking at each of its days would', () => {
    const day = (n: number) => Date.UTC(2025, 0, 1 + n);
    const span = { from: day(10), to: day(20) };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }), (after, before) => {
        const filter = {
          created: [-Infinity, Infinity] as const,
          modified: [day(after), day(before)] as const,
        };
        const passing = [10, 11, 15, 19, 20].filter((n) =>
          passesDates({ createdAt: 0, modifiedAt: day(n) }, filter),
        ).length;
        const judged = judgeSpan(span, filter);
        if (judged !== 'some') expect(passing).toBe(judged === 'all' ? 5 : 0);
      }),
    );
  });
});

function blank(id: number): OrderRecord {
  return { ...blankStore.generated.make(0), id };
}

/** The same writes over as many orders as the precomputed keys know. */
function withSameCount(lived: OrderStore): OrderStore {
  const store = new OrderStore({ ...SHOP, orders: 120 });
  for (const record of lived.kept()) store.put(record);
  for (const id of lived.touched()) if (!lived.get(id)) store.delete(id);
  return store;
}

function readAllPages(
  page: (offset: number) => { total: number; records: readonly OrderRecord[] },
  limit: number,
): number[] {
  const ids: number[] = [];
  for (let offset = 0; ; offset += limit) {
    const { records, total } = page(offset);
    ids.push(...records.map(({ id }) => id));
    if (offset + limit >= total) return ids;
  }
}
