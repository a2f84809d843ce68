import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import type { HttpRequest } from '../../../src/connectors/http/http.types.ts';
import { type FakeCall, FakeShop } from './fake-shop.support.ts';
import { recordedRows } from './recordings.support.ts';
import { FULL, NEVER, openShop, readAll } from './session.support.ts';

const [order = {}] = recordedRows('60-order-full');
const [variable = {}] = recordedRows('62-product-variable');
const [variation = {}] = recordedRows('63-variations');
const [customer = {}] = recordedRows('01-customers-page1');

type Answer = ReturnType<FakeShop['on']>;
const list = (rows: readonly object[], total: number | null): NonNullable<Answer> => ({
  status: 200,
  body: rows,
  headers: total === null ? {} : { 'x-wp-total': String(total) },
});
/** The window of the rows, which are in the order of their ids, that the call asks for. */
const windowOf = ({ query }: FakeCall, rows: readonly object[]): object[] => {
  const [from, count] = [Number(query.get('offset')), Number(query.get('per_page'))];
  return (query.get('order') === 'desc' ? [...rows].reverse() : rows).slice(from, from + count);
};
const GONE: NonNullable<Answer> = {
  status: 404,
  body: { code: 'woocommerce_rest_product_invalid_id', message: 'Invalid ID.' },
};
const BROKEN: Answer = { status: 400, body: { code: 'rest_invalid_param', message: 'Invalid parameter(s): offset' } };

describe('Look-ups in a shop that shows fewer rows than it has', () => {
  let shop: FakeShop;
  let session: ConnectorSession;
  /** Responds to lists at a path; a call of one id goes through to the shop. */
  const lists = (path: string, respond: (call: FakeCall) => Answer) => {
    shop.on = (call) => (call.method === 'GET' && call.path === path ? respond(call) : undefined);
  };
  beforeEach(() => {
    shop = new FakeShop();
    session = openShop(shop, { now: () => shop.now });
  });

  describe('Variations', () => {
    const LIST = 'products/23/variations';
    beforeEach(() => {
      shop.put('products', { ...variable, id: 23, variations: [26, 27, 28] });
      for (const id of [26, 27, 28]) shop.put(LIST, { ...variation, id, parent_id: 23, regular_price: String(id) });
    });
    const read = async () => (await readAll(session, 'product', FULL)).items;
    const rows = () => shop.tables[LIST] ?? [];
    const prices = async () => {
      const [item] = await read();
      return (item?.data as CanonicalProduct | undefined)?.variations?.map(({ price }) => price).sort();
    };

    it.each<[string, (call: FakeCall) => Answer]>([
      ['is empty', () => list([], 0)],
      ['is empty and says no total', () => list([], null)],
      ['leaves one out', (call) => list(windowOf(call, rows().slice(0, 1)), 1)],
      ['leaves one out when it is asked for by its id, too', (call) => list(windowOf(call, rows().slice(1, 2)), 1)],
    ])('are all there when their list %s', async (_, respond) => {
      lists(LIST, respond);
      expect(await prices()).toEqual(['26', '27', '28']);
    });

    it('are not known when one may not be read', async () => {
      shop.on = (call) => {
        if (call.path === LIST) return list(windowOf(call, rows().slice(0, 1)), 1);
        if (call.path === `${LIST}/28`)
          return { status: 403, body: { code: 'woocommerce_rest_cannot_view', message: 'No.' } };
        return undefined;
      };
      expect(await read()).toMatchObject([{ external_id: '23', data: null, problem: { error_class: 'no_access' } }]);
    });

    it('are not read when a later page of their list is refused', async () => {
      lists(LIST, ({ query }) => (query.get('offset') === '0' ? list(rows().slice(0, 1), 3) : BROKEN));
      await expect(read()).rejects.toThrow(/offset/);
    });

    it('are fewer when the shop says of an id that it has none, or that it is in the trash', async () => {
      const [first = {}, , third = {}] = rows();
      third.status = 'trash';
      lists(LIST, (call) => list(windowOf(call, [first]), 1));
      rows().splice(1, 1);
      expect(await prices()).toEqual(['26']);
    });

    it('say nothing when the product was deleted or trashed while it was read', async () => {
      let now = GONE;
      shop.on = ({ path, query }) => {
        if (path === LIST) return list([], 0);
        if (path === 'products' && query.has('include')) return now === GONE ? list([], 0) : now;
        return path === 'products/23' ? now : undefined;
      };
      expect(await read()).toEqual([]);
      now = list([{ ...variable, id: 23, status: 'trash', variations: [] }], 1);
      expect(await read()).toEqual([{ external_id: '23', data: null, deleted: true, archived: true }]);
    });
  });

  describe('Guests', () => {
    const GUEST = 'guest:a@guest.example';
    beforeEach(() => {
      const billing = { email: 'a@guest.example', first_name: 'A' };
      for (const id of [10, 11]) shop.put('orders', { ...order, id, status: 'completed', customer_id: 0, billing });
    });
    const guest = () => session.readByIds('customer', [GUEST], NEVER);

    it('A guest whose orders come only in smaller parts is found', async () => {
      lists('orders', ({ query }) => (Number(query.get('per_page')) > 3 ? list([], 2) : undefined));
      expect(await guest()).toMatchObject([{ external_id: GUEST, data: { first_name: 'A' } }]);
    });

    it('A guest whose orders are counted and not shown is not gone', async () => {
      lists('orders', () => list([], 2));
      expect(await guest()).toMatchObject([{ external_id: GUEST, data: null, problem: { error_class: 'not_shown' } }]);
    });

    it('A guest without orders is gone, also in a shop that says no total', async () => {
      shop.tables.orders = [];
      expect(await guest()).toEqual([]);
      lists('orders', () => list([], null));
      expect(await guest()).toEqual([]);
    });

    it('An email with an account that is counted and not shown is no guest', async () => {
      lists('customers', () => list([], 1));
      expect(await guest()).toMatchObject([{ external_id: GUEST, data: null, problem: { error_class: 'not_shown' } }]);
      shop.put('customers', { ...customer, id: 5, email: 'a@guest.example' });
      lists('customers', ({ query }) => (query.get('per_page') === '1' ? undefined : list([], 1)));
      expect(await guest()).toEqual([]);
    });

    it('A refusal of something else than the email says nothing about the account', async () => {
      lists('customers', () => ({ status: 400, body: { code: 'plugin_says_no', message: 'No.' } }));
      await expect(guest()).rejects.toThrow(/No\./);
    });
  });

  describe('Marks of orders', () => {
    const KEY = 'a-key';
    const mark = { meta_data: [{ key: '_sync_key', value: KEY }], date_created_gmt: '2026-11-22T12:00:00' };
    beforeEach(() => {
      for (const id of [1, 2, 3, 4, 5]) shop.put('orders', { ...order, id, ...(id === 3 && mark) });
    });
    const matches = async () => {
      const candidate = { key: KEY, since: '2026-11-22T11:00:00Z', data: { type: 'order' } as never };
      return (await session.findMatches('order', [candidate as never], NEVER)).flat();
    };
    const rows = () => shop.tables.orders ?? [];
    const without = (shown: readonly object[], id: number) =>
      shown.filter((row) => (row as { id?: unknown }).id !== id);

    it('An order is found that an answer left out between two others', async () => {
      lists('orders', (call) =>
        !call.query.has('include') && Number(call.query.get('per_page')) > 2 && call.query.get('offset') === '0'
          ? list(without(windowOf(call, rows()), 3), 5)
          : undefined,
      );
      expect(await matches()).toMatchObject([{ external_id: '3', marked: true }]);
    });

    it.each<[string, (call: FakeCall) => Answer]>([
      ['is empty and says that there are five', () => list([], 5)],
      ['always leaves the one out', (call) => list(without(windowOf(call, rows()), 3), 5)],
    ])('An answer that %s is no proof that there is none', async (_, respond) => {
      lists('orders', respond);
      await expect(matches()).rejects.toThrow(/orders/);
    });

    it('However short the answers are, it is found, or the look-up says that it cannot tell', async () => {
      const answer = fc.record({ cap: fc.constantFrom(0, 1, 2, 5, 100), left: fc.subarray([1, 2, 3, 4, 5]) });
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (answers) => {
          let asked = 0;
          lists('orders', (call) => {
            if (call.query.has('include')) return undefined;
            const { cap, left } = answers[asked++ % answers.length] as (typeof answers)[number];
            const shown = left.reduce((some: readonly object[], id) => without(some, id), windowOf(call, rows()));
            return list(shown.slice(0, cap), 5);
          });
          const found = await matches().catch((error) => {
            expect(error).toMatchObject({ kind: 'protocol' });
            return null;
          });
          if (found) expect(found).toMatchObject([{ external_id: '3' }]);
        }),
        { numRuns: Number(process.env.MARK_RUNS ?? 300) },
      );
    });

    it('There is none when all rows were shown, whatever the total says', async () => {
      shop.put('orders', { ...order, id: 3, meta_data: [] });
      for (const total of [0, 2, 5, 7, 1000, null]) {
        lists('orders', (call) => list(windowOf(call, rows()), total));
        expect(await matches()).toEqual([]);
      }
    });
  });

  describe('Pages', () => {
    beforeEach(() => {
      for (let id = 1; id <= 40; id += 1) shop.put('orders', { ...order, id });
    });
    const read = async () => (await readAll(session, 'order', FULL, { pageSize: 30 })).items.length;

    it('An empty answer within the total is asked for again in smaller parts', async () => {
      lists('orders', ({ query }) =>
        query.get('status') === 'any' && Number(query.get('per_page')) > 5 ? list([], 40) : undefined,
      );
      expect(await read()).toBe(40);
    });

    it('A listing that is counted and never shown is not read as empty', async () => {
      lists('orders', ({ query }) => (query.get('status') === 'any' ? list([], 40) : undefined));
      await expect(read()).rejects.toThrow(/40/);
    });
  });

  describe('Rows by their id', () => {
    const alone = (id: number, status: number, code: string) => {
      shop.on = ({ path, query }) => {
        if (path === 'orders' && query.has('include')) return list([], 0);
        return path === `orders/${id}` ? { status, body: { code, message: 'No.', data: { status } } } : undefined;
      };
      return session.readByIds('order', [String(id)], NEVER);
    };

    it('One that the key may not see is a failed item, not gone', async () => {
      expect(await alone(7, 403, 'woocommerce_rest_cannot_view')).toMatchObject([
        { external_id: '7', data: null, problem: { error_class: 'no_access' } },
      ]);
    });

    it.each([
      [404, 'woocommerce_rest_shop_order_invalid_id'],
      [410, 'woocommerce_rest_already_trashed'],
    ])('One of which the shop says %s is gone', async (status, code) => {
      expect(await alone(7, status, code)).toEqual([]);
    });

    it('Without an id that can be one of the shop, nothing is asked: an empty list of ids is no filter (recording 513)', async () => {
      for (const ids of [[], ['0'], ['abc', 'guest:a@guest.example']])
        expect(await session.readByIds('order', ids, NEVER)).toEqual([]);
      expect(shop.calls).toEqual([]);
    });

    it('A 404 of a shop without its API says nothing', async () => {
      await expect(alone(7, 404, 'rest_no_route')).rejects.toThrow(/no REST API/);
    });
  });

  describe('The check of the connection', () => {
    beforeEach(() => {
      for (let id = 1; id <= 120; id += 1) shop.put('products', { ...variable, id, type: 'simple' });
    });
    const warnings = async () => (await session.check(NEVER)).warnings.join('\n');

    it('says that pages are capped', async () => {
      lists('products', (call) => list(windowOf(call, shop.tables.products ?? []).slice(0, 10), 120));
      expect(await warnings()).toMatch(/Pages of products are capped: the shop shows 10 of 100\./);
    });

    it('says that a total is too small, or that there is none', async () => {
      lists('products', (call) => list(windowOf(call, shop.tables.products ?? []), 50));
      expect(await warnings()).toMatch(/The shop says that it has 50 products, and shows more\./);
      lists('products', (call) => list(windowOf(call, shop.tables.products ?? []), null));
      expect(await warnings()).toMatch(/The shop does not say how many products it has \(X-WP-Total\)\./);
    });

    it('says nothing of these when all is well', async () => {
      expect(await warnings()).not.toMatch(/products/);
    });
  });

  describe('Caches', () => {
    it.each([
      ['age', '60'],
      ['x-litespeed-cache', 'hit'],
      ['x-litespeed-cache', 'hit,private'],
      ['cf-cache-status', 'HIT'],
      ['x-cache', 'HIT from proxy'],
      ['x-proxy-cache', 'HIT'],
    ])('One that says %s: %s is asked past, and the check says so', async (name, value) => {
      shop.put('orders', { ...order, id: 1, number: 'new' });
      const old = list([{ ...order, id: 1, number: 'old', status: 'completed' }], 1);
      shop.on = ({ method, path, query }) =>
        method === 'GET' && path === 'orders' && !query.has('_')
          ? { ...old, headers: { ...old.headers, [name]: value } }
          : undefined;
      const { items } = await readAll(session, 'order', FULL);
      expect(items.at(-1)?.data).toMatchObject({ number: 'new' });
      expect((await session.check(NEVER)).warnings).toContainEqual(
        expect.stringMatching(/^A cache answers for the shop/),
      );
    });

    it.each([
      ['age', '0'],
      ['x-litespeed-cache', 'miss'],
      ['cf-cache-status', 'DYNAMIC'],
    ])('An answer that says %s: %s is the shop’s own', async (name, value) => {
      shop.put('orders', { ...order, id: 1 });
      shop.on = ({ path }) =>
        path === 'orders' ? { ...list([], 0), headers: { 'x-wp-total': '0', [name]: value } } : undefined;
      await readAll(session, 'order', FULL);
      expect(shop.calls.some(({ query }) => query.has('_'))).toBe(false);
    });

    it('Every read asks for an answer that is not kept, and no write does', async () => {
      const sent: [string, string | undefined][] = [];
      const http = {
        send: (request: HttpRequest) => {
          sent.push([request.method, request.headers?.['cache-control']]);
          return shop.send(request);
        },
      };
      await openShop(http).check(NEVER);
      expect(new Set(sent.map((one) => one.join(' ')))).toEqual(new Set(['GET no-cache', 'POST ']));
    });
  });
});
