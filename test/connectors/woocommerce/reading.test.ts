import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorSession, ReadQuery, Watermark } from '../../../src/connectors/contract/connector.types.ts';
import { FakeShop } from './fake-shop.support.ts';
import { recordedRows } from './recordings.support.ts';
import { FULL, NEVER, openShop, readAll } from './session.support.ts';

const [order = {}] = recordedRows('60-order-full');
const [product = {}] = recordedRows('61-product-simple');
const [variable = {}] = recordedRows('62-product-variable');
const [customer = {}] = recordedRows('01-customers-page1');

const since = (watermark: Watermark | undefined): ReadQuery => ({
  mode: 'incremental',
  since: watermark ?? null,
  filters: {},
});

describe('Reading a shop', () => {
  let shop: FakeShop;
  let session: ConnectorSession;
  beforeEach(() => {
    shop = new FakeShop();
    session = openShop(shop, { now: () => shop.now });
  });

  const ids = (items: readonly { external_id: string }[]) => items.map(({ external_id }) => external_id);

  it('leads through products, those in the trash as deleted, with a total from the first page on', async () => {
    for (let id = 1; id <= 250; id += 1)
      shop.put('products', { ...product, id, status: id % 50 ? 'publish' : 'trash' });
    const first = await session.read('product', FULL, { cursor: null, pageSize: 100 }, NEVER);
    expect(first.total).toBe(250);
    const { items, last } = await readAll(session, 'product', FULL);
    expect(items).toHaveLength(250);
    expect(ids(items.filter(({ deleted }) => deleted))).toEqual(['50', '100', '150', '200', '250']);
    expect(last).toMatchObject({ total: 250, watermark: { modified_after: '2026-11-22T12:00:00' } });
    expect(await session.count('product', FULL, NEVER)).toBe(250);
  });

  it('reads the variations of variable products only', async () => {
    shop.put('products', product);
    shop.put('products', { ...variable, variations: [26, 27] });
    for (const raw of recordedRows('63-variations')) shop.put('products/23/variations', raw);
    const { items } = await readAll(session, 'product', FULL);
    expect(items).toMatchObject([
      { data: { variations: [] } },
      { data: { variations: [{ price: '12' }, { price: '13' }] } },
    ]);
    expect(shop.calls.filter(({ path }) => path.includes('variations'))).toHaveLength(1);
  });

  it('asks for changes by the naive UTC times in the shop’s own data', async () => {
    shop.put('orders', { ...order, id: 9 });
    const full = await readAll(session, 'order', FULL);
    shop.calls.length = 0;
    shop.put('orders', { ...order, id: 1 });
    shop.now += 60_000;
    await readAll(session, 'order', since(full.last.watermark));
    const first = shop.calls.filter(({ query }) => query.get('_fields') !== 'id' && query.get('offset') === '0');
    const asked = first.map(({ query }) => query);
    expect(asked.map((query) => [query.get('status'), query.get('modified_after')])).toEqual([
      ['trash', '2026-11-22T11:57:59'],
      ['any', '2026-11-22T11:57:59'],
    ]);
    expect(asked[0]?.get('dates_are_gmt')).toBe('true');
  });

  it('reads one guest an email, as their newest order says, and none for an email with an account', async () => {
    shop.put('customers', { ...customer, id: 5, email: 'Known@One.example' });
    const guest = (id: number, email: string, first_name: string) =>
      shop.put('orders', { ...order, id, status: 'completed', customer_id: 0, billing: { email, first_name } });
    guest(10, 'a@guest.example', 'Old');
    guest(11, 'known@one.example', 'Known');
    guest(12, '', 'Nobody');
    guest(13, 'A@Guest.example', 'New');
    shop.put('orders', { ...order, id: 14, customer_id: 5 });

    const { items, last } = await readAll(session, 'customer', FULL, { pageSize: 1 });
    expect(ids(items)).toEqual(['5', 'guest:a@guest.example']);
    expect(items[1]?.data).toMatchObject({ first_name: 'New', guest: true, email: 'A@Guest.example' });
    expect(last.total).toBe(2);
    expect(
      await session.readByIds('customer', ['guest:a@guest.example', '5', 'guest:no@one.example'], NEVER),
    ).toHaveLength(2);

    const without = openShop(shop, { settings: { include_guests: false } });
    expect(ids((await readAll(without, 'customer', FULL)).items)).toEqual(['5']);
  });

  it('misses no change over many incremental reads, whatever happens between and during them', async () => {
    const event = fc.record({ id: fc.integer({ min: 1, max: 40 }), trash: fc.boolean(), seconds: fc.nat(3) });
    const plans = fc.array(fc.array(event, { maxLength: 8 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.integer({ min: 2, max: 9 }),
        fc.constantFrom(0, 120),
        async (plan, pageSize, overlap) => {
          const busy = new FakeShop();
          for (let id = 1; id <= 30; id += 1) busy.put('orders', { ...order, id, number: `${id}.0` });
          const reader = openShop(busy, { settings: { overlap_seconds: overlap }, now: () => busy.now });
          const known = new Map<string, string>();
          let version = 0;
          let watermark: Watermark | undefined;
          const readOnce = async (events: (typeof plan)[number]) => {
            const left = [...events];
            const change = async () => {
              for (const { id, trash, seconds } of left.splice(0, 2)) {
                busy.now += seconds * 1000;
                version += 1;
                busy.put('orders', { ...order, id, number: `${id}.${version}`, status: trash ? 'trash' : 'completed' });
              }
            };
            const query = watermark ? since(watermark) : FULL;
            const { items, last } = await readAll(reader, 'order', query, { pageSize, between: change });
            for (const { external_id, data, deleted } of items) {
              known.set(external_id, deleted ? 'gone' : String(data && 'number' in data && data.number));
            }
            watermark = last.watermark;
            await change();
          };
          for (const events of plan) await readOnce(events);
          busy.now += 5000; // a read returns changes from before the second in which it begins
          await readOnce([]);
          const truth = busy.tables.orders?.map(({ id, number, status }) => [
            String(id),
            status === 'trash' ? 'gone' : number,
          ]);
          expect(Object.fromEntries(known)).toEqual(Object.fromEntries(truth ?? []));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has a change token that moves with every change, within one second too', async () => {
    for (const entity of ['product', 'order', 'customer'] as const) {
      const table = `${entity}s`;
      const row = { product, order, customer }[entity];
      const tokens: (string | null)[] = [];
      const take = async () => tokens.push(await session.changeToken(entity, FULL, NEVER));
      await take();
      shop.put(table, { ...row, id: 1 });
      await take();
      shop.put(table, { ...row, id: 1, name: 'x', first_name: 'x', customer_note: 'x' });
      await take();
      shop.put(table, { ...row, id: 2 });
      await take();
      shop.tables[table]?.pop();
      await take();
      expect(new Set(tokens).size).toBe(4);
      expect(await session.changeToken(entity, FULL, NEVER)).toBe(tokens.at(-1));
    }
  });

  it('has no change token for many customers', async () => {
    shop.on = ({ path }) =>
      path === 'customers' ? { status: 200, body: [{ id: 1 }], headers: { 'x-wp-total': '2001' } } : undefined;
    expect(await session.changeToken('customer', FULL, NEVER)).toBeNull();
  });

  it('finds what there is by ids, outside the trash and in it', async () => {
    shop.put('orders', { ...order, id: 1 });
    shop.put('orders', { ...order, id: 2, status: 'trash' });
    expect(await session.readByIds('order', ['1', '2', '3', 'guest:x'], NEVER)).toMatchObject([
      { external_id: '1', data: {} },
      { external_id: '2', deleted: true },
    ]);
  });

  it('refuses an unknown filter and a cursor of another read', async () => {
    const rejected = expect.objectContaining({ kind: 'rejected' });
    await expect(session.count('order', { ...FULL, filters: { colour: 'red' } }, NEVER)).rejects.toEqual(rejected);
    await expect(session.read('order', FULL, { cursor: { phase: 'x' }, pageSize: 5 }, NEVER)).rejects.toEqual(rejected);
    await expect(session.read('order', FULL, { cursor: { phase: 'living' }, pageSize: 5 }, NEVER)).rejects.toEqual(
      rejected,
    );
  });

  it('sends its key in the query where a host strips the header, and remembers that', async () => {
    shop.on = ({ query }) =>
      query.has('consumer_key')
        ? undefined
        : { status: 401, body: { code: 'woocommerce_rest_cannot_view', message: 'Sorry, you cannot list resources.' } };
    await session.count('product', FULL, NEVER);
    const before = shop.calls.length;
    await session.count('product', FULL, NEVER);
    expect(shop.calls.slice(before).every(({ query }) => query.get('consumer_key') === 'ck_1')).toBe(true);
    expect(shop.calls.length - before).toBe(2);
  });
});
