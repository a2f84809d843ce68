import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CustomerQuery, findCustomers } from './customer.query.ts';
import { compareUsers } from './customer.sequence.ts';
import { CustomerService } from './customer.service.ts';
import { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';

const EVERYBODY: CustomerQuery = {
  role: 'all',
  orderby: 'id',
  order: 'asc',
  search: '',
  email: '',
  include: [],
  exclude: [],
  offset: 0,
  limit: 100,
};

/** A shop in which some were deleted and some created, with user names all over the alphabet. */
const livedInShops = fc
  .record({
    customers: fc.integer({ min: 0, max: 260 }),
    deleted: fc.uniqueArray(fc.integer({ min: 2, max: 270 }), { maxLength: 30 }),
    created: fc.uniqueArray(fc.stringMatching(/^(a|customer|z)[0-9a-z]{0,4}$/), { maxLength: 20 }),
  })
  .map(({ customers, deleted, created }) => {
    const store = new CustomerStore({ seed: 1, customers, badRate: 0.05 });
    const service = new CustomerService(
      store,
      () => Date.UTC(2026, 0, 1),
      () => undefined,
    );
    for (const username of created) {
      if (store.idOfUsername(username) === null) service.create({ email: `${username}@made.example`, username });
    }
    for (const id of deleted) if (store.get(id)) service.delete(id, true);
    return store;
  });

describe('Lists of customers', () => {
  it('show everyone exactly once over their pages, in the order that sorting all of them gives', () => {
    const orders = fc.constantFrom('id', 'name', 'registered_date' as const);
    const cases = [livedInShops, orders, fc.boolean(), fc.integer({ min: 1, max: 100 })] as const;
    fc.assert(
      fc.property(...cases, (store, orderby, descending, limit) => {
        const query: CustomerQuery = { ...EVERYBODY, orderby, order: descending ? 'desc' : 'asc', limit };
        const expected = everybody(store).sort((a, b) => compareUsers(a, b, orderby));
        expect(readAllPages(store, query)).toEqual((descending ? expected.reverse() : expected).map(({ id }) => id));
      }),
      { numRuns: 150 },
    );
  });

  it('find the same people with a filter as by looking at everyone', () => {
    fc.assert(
      fc.property(livedInShops, fc.constantFrom('1', '12', 'customer2', 'made', 'R1@', 'nobody'), (store, search) => {
        const expected = everybody(store).filter(({ id, username, email }) => {
          const text = search.toLowerCase();
          const inEmail = email.toLowerCase().includes(text);
          if (text.includes('@')) return inEmail;
          return username.includes(text) || (/^\d+$/.test(text) ? String(id) === text : inEmail);
        });
        expect(readAllPages(store, { ...EVERYBODY, search })).toEqual(expected.map(({ id }) => id));
      }),
    );
  });

  it('keep the order of include, and leave out exclude', () => {
    const store = new CustomerStore({ seed: 1, customers: 50, badRate: 0 });
    const include = [30, 4, 17, 999];
    expect(readAllPages(store, { ...EVERYBODY, orderby: 'include', include })).toEqual([30, 4, 17]);
    expect(readAllPages(store, { ...EVERYBODY, include, exclude: [4] })).toEqual([17, 30]);
    expect(readAllPages(store, { ...EVERYBODY, role: 'customer', exclude: [2, 3, 999] }).slice(0, 2)).toEqual([4, 5]);
  });

  it('distinguish the roles', () => {
    const store = new CustomerStore({ seed: 1, customers: 3, badRate: 0 });
    expect(readAllPages(store, { ...EVERYBODY, role: 'customer' })).toEqual([2, 3, 4]);
    expect(readAllPages(store, { ...EVERYBODY, role: 'administrator' })).toEqual([1]);
    expect(readAllPages(store, { ...EVERYBODY, role: 'editor' })).toEqual([]);
  });

  it('give any page of a million in a few milliseconds, by id and by name', () => {
    const store = new CustomerStore({ seed: 1, customers: 1_000_000, badRate: 0.01 });
    findCustomers(store, EVERYBODY);
    for (const orderby of ['id', 'name'] as const) {
      const started = performance.now();
      for (const offset of [0, 250_000, 500_000, 750_000, 999_900]) {
        expect(findCustomers(store, { ...EVERYBODY, orderby, offset, role: 'customer' }).customers).toHaveLength(100);
      }
      expect((performance.now() - started) / 5).toBeLessThan(50); // measured: under 3; the rest is for a busy machine
    }
  });
});

function everybody(store: CustomerStore): CustomerRecord[] {
  const ids = Array.from({ length: store.shop.customers + 40 }, (_, index) => index + 1);
  return ids.flatMap((id) => store.get(id) ?? []);
}

function readAllPages(store: CustomerStore, query: CustomerQuery): number[] {
  const ids: number[] = [];
  for (let offset = 0; ; offset += query.limit) {
    const { customers, total } = findCustomers(store, { ...query, offset });
    ids.push(...customers.map(({ id }) => id));
    if (offset + query.limit >= total) return ids;
  }
}
