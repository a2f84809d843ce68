import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bend, ProxyRequest, ProxyResponse } from '../support/bending-proxy.ts';
import { type BentShop, withBentShop } from './bent-shop.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

/** Odd shops that are tried. */
const SHOPS = Number(process.env.ODD_SHOPS ?? 2);
const ENTITIES = ['customer', 'product', 'order'] as const;
type Entity = (typeof ENTITIES)[number];

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** How a shop answers; each list is read round and round. */
const oddity = fc.record({
  /** The most rows of a list; 100 is no cap. */
  caps: fc.array(fc.constantFrom(1, 2, 3, 7, 10, 100), { minLength: 1, maxLength: 4 }),
  /** After so many answers each time comes one without rows, and with the right total. */
  emptyAfter: fc.integer({ min: 4, max: 40 }),
  /** Added to the total that the shop says; null: it says none. */
  totals: fc.array(fc.constantFrom(0, 0, null, -1_000, -3, 2, 1_000), { minLength: 1, maxLength: 3 }),
  /** Which rows an answer to `include=`, to a search for a guest or for variations leaves out: those whose id has this rest, by 4. */
  withheld: fc.array(fc.constantFrom(null, 0, 1, 2, 3), { minLength: 1, maxLength: 3 }),
  cached: fc.boolean(),
});
type Oddity = typeof oddity extends fc.Arbitrary<infer T> ? T : never;
const event = fc.record({
  entity: fc.constantFrom(...ENTITIES),
  do: fc.constantFrom('add', 'trash', 'delete'),
  which: fc.nat(30),
});
const life = fc.record({
  items: fc.integer({ min: 1, max: 24 }),
  /** Between two syncs. */
  events: fc.array(event, { maxLength: 6 }),
  before: oddity,
  after: oddity,
});

function oddly({ caps, emptyAfter, totals, withheld, cached }: Oddity): Bend {
  const cache = new Map<string, ProxyResponse>();
  let asked = 0;
  const next = <T>(list: readonly T[]): T => list[asked % list.length] as T;
  return async (request, forward) => {
    if (!isRowList(request)) return forward();
    const key = cacheKey(request);
    const known = cached && cache.get(key);
    if (known) return { ...known, headers: { ...known.headers, age: '60', 'x-cache': 'HIT' } };
    const answer = await forward();
    if (answer.status !== 200 || !('x-wp-total' in answer.headers)) return answer;
    asked += 1;
    const isEmpty = asked % emptyAfter === 0;
    const [rest, added, cap] = [next(withheld), next(totals), isEmpty ? 0 : next(caps)];
    const isShort = rest !== null && isLookUp(request);
    const rows: Json[] = JSON.parse(answer.body).filter(({ id }: Json) => !isShort || id % 4 !== rest);
    const { 'x-wp-total': said, ...headers } = answer.headers;
    const total: Record<string, string> =
      // A guest has no id to ask for: who is neither shown nor counted is not there.
      (isEmpty || (isShort && request.url.searchParams.has('search'))) && said !== undefined
        ? { 'x-wp-total': said }
        : added === null
          ? {}
          : { 'x-wp-total': String(Math.max(0, Number(said) + added)) };
    const odd = { ...answer, headers: { ...headers, ...total }, body: JSON.stringify(rows.slice(0, cap)) };
    cache.set(key, odd);
    return odd;
  };
}

const isRowList = ({ method, url }: ProxyRequest): boolean =>
  method === 'GET' && /\/wc\/v3\/(customers|products(\/\d+\/variations)?|orders)$/.test(url.pathname);

const isLookUp = ({ url }: ProxyRequest): boolean =>
  url.pathname.endsWith('/variations') || ['include', 'search'].some((name) => url.searchParams.has(name));

/** Signatures differ in every request. */
function cacheKey({ url }: ProxyRequest): string {
  const plain = [...url.searchParams].filter(([name]) => !name.startsWith('oauth_'));
  return `${url.pathname} ${JSON.stringify(plain)}`;
}

function createShirt(admin: BentShop['shop']['admin'], sizes: number): void {
  const options = Array.from({ length: sizes }, (_, n) => `Size ${n}`);
  const attributes = [{ name: 'Size', variation: true, options }];
  const { id } = admin.createProduct({ name: `P${made}`, type: 'variable', attributes });
  for (const option of options) admin.createVariation(id, { attributes: [{ name: 'Size', option }] });
}

let made = 0;
function happen(
  { shop: { admin, state } }: BentShop,
  { entity, do: what, which }: typeof event extends fc.Arbitrary<infer T> ? T : never,
): void {
  made += 1;
  const all = { customer: state().customers, product: state().products, order: state().orders }[entity]();
  const { id = 0 } = all[which % Math.max(1, all.length)] ?? {};
  const billing = { email: `g${made}@shop.example` };
  const acts = {
    customer: {
      add: () => admin.createCustomer({ email: `c${made}@shop.example` }),
      trash: () => undefined,
      delete: () => admin.deleteCustomer(id),
    },
    product: {
      add: () => (which % 3 === 0 ? createShirt(admin, which % 5) : admin.createProduct({ name: `P${made}` })),
      trash: () => admin.trashProduct(id),
      delete: () => admin.deleteProduct(id),
    },
    order: {
      add: () => admin.createOrder({ billing }),
      trash: () => admin.trashOrder(id),
      delete: () => admin.deleteOrder(id),
    },
  };
  try {
    acts[entity][what]();
  } catch {
    // Gone already, or the administrator.
  }
}

/** Of each product, how many variations it has. */
function variationsIn({ shop }: BentShop): Record<string, number> {
  const { products, variations } = shop.state();
  const counts = products().map(({ id }) => [
    String(id),
    variations().filter(({ parent_id }) => parent_id === id).length,
  ]);
  return Object.fromEntries(counts);
}

/** The ids that are there, and those of guests. */
function existing({ shop }: BentShop, entity: Entity): string[] {
  const { customers, products, orders } = shop.state();
  const live = orders().filter(({ status }) => status !== 'trash');
  if (entity === 'order') return live.map(({ id }) => String(id));
  if (entity === 'product')
    return products()
      .filter(({ status }) => status !== 'trash')
      .map(({ id }) => String(id));
  const accounts = customers().filter(({ role }) => role === 'customer');
  return [...accounts.map(({ id }) => String(id)), ...live.map(({ billing }) => `guest:${billing.email}`)];
}

it(
  'However short, wrong or old the answers of a shop are, all that is there is read, and nothing that is there is deleted',
  async () => {
    const check = async ({ items, events, before, after }: typeof life extends fc.Arbitrary<infer T> ? T : never) =>
      withBentShop(
        fixture,
        async (bent) => {
          for (let n = 0; n < items; n += 1)
            for (const entity of ENTITIES) happen(bent, { entity, do: 'add', which: n });
          for (const [round, odd] of [before, after].entries()) {
            bent.proxy.bend(oddly(odd));
            for (const entity of ENTITIES) {
              const was = (await bent.live(entity)).map(({ external_id }) => external_id);
              const { progress, counts } = await bent.sync(entity, {}, 60_000);
              const records = await bent.live(entity);
              const read = records.map(({ external_id }) => external_id);
              const there = existing(bent, entity);
              for (const { external_id, data } of entity === 'product' ? records : [])
                if (there.includes(external_id))
                  expect([external_id, data?.variations.length]).toEqual([
                    external_id,
                    variationsIn(bent)[external_id],
                  ]);
              if (progress.status === 'completed' && !counts.failed)
                expect([entity, read.sort()]).toEqual([entity, there.sort()]);
              // A run that is not whole says so, and takes nothing away.
              else expect(read).toEqual(expect.arrayContaining(there.filter((id) => was.includes(id))));
            }
            if (round === 0) for (const one of events) happen(bent, one);
          }
        },
        { settings: { delete_guard_percent: 100 } },
      );
    await fc.assert(fc.asyncProperty(life, check), { numRuns: SHOPS });
  },
  60_000 + SHOPS * 30_000,
);
