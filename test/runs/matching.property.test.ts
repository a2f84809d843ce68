import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

/** More by the environment: `MATCHING_MIXES=500`; one again by what fast-check printed of it, `MATCHING_SEED=… MATCHING_PATH=…`. */
const { MATCHING_MIXES = '2', MATCHING_SEED, MATCHING_PATH } = process.env;
const MIXES = Number(MATCHING_MIXES);
const AGAIN =
  MATCHING_SEED === undefined ? {} : { seed: Number(MATCHING_SEED), ...(MATCHING_PATH && { path: MATCHING_PATH }) };
/** An item that waits for an email or a code which another gives up is written one sync later; so few items wait for no more. */
const MOST_ROUNDS = 6;
const EMPTY = { customers: 0, products: 0, orders: 0, badRate: 0 };
const ENTITIES = ['customer', 'product', 'order'] as const;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const EMAILS = ['ada@x.example', 'ADA@X.example', 'ben@x.example', 'cy@x.example'] as const;
/** The first two are the same. */
const NAMES = ['Ada Example', 'EXAMPLE Ada', 'Ben Sample', 'Cy Other'] as const;
const SKUS = ['S-1', 'S-2', 'S-3'] as const;
const BARCODES = ['4006381333931', '9783161484100'] as const;
const LABELS = ['Lamp', 'Chair'] as const;

const person = { email: fc.constantFrom(...EMAILS), name: fc.constantFrom(...NAMES) };
const article = {
  sku: fc.constantFrom(...SKUS, ''),
  barcode: fc.constantFrom(...BARCODES, ''),
  name: fc.constantFrom(...LABELS),
};
const few = <T>(one: fc.Arbitrary<T>, maxLength: number) => fc.array(one, { maxLength });
const shopContent = fc.record({
  people: few(fc.record({ ...person, guest: fc.boolean() }), 3),
  articles: few(fc.record(article), 3),
  /** Numbers are ids, which start alike in every shop. */
  orders: few(fc.record({ person: fc.nat(2), article: fc.nat(2) }), 3),
});
type ShopContent = typeof shopContent extends fc.Arbitrary<infer T> ? T : never;
const odooContent = fc.record({
  people: few(
    fc.record({
      email: fc.constantFrom(...EMAILS, false),
      name: fc.constantFrom(...NAMES),
      vat: fc.constantFrom('DE1', 'DE2', false, false),
      is: fc.constantFrom('customer', 'customer', 'customer', 'vendor', 'company', 'user', 'archived', 'delivery'),
      parent: fc.nat(3),
    }),
    6,
  ),
  articles: few(fc.record({ ...article, archived: fc.boolean() }), 3),
  orders: few(fc.record({ reference: fc.integer({ min: 10, max: 20 }), confirmed: fc.boolean() }), 3),
});
type OdooContent = typeof odooContent extends fc.Arbitrary<infer T> ? T : never;

/** What the shop or the Odoo refuses is not there. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function fillShop(shop: WooCommerceSandbox, { people, articles, orders }: ShopContent): void {
  const made = articles.flatMap(
    ({ name, sku, barcode }) =>
      tried(() => shop.admin.createProduct({ name, sku, global_unique_id: barcode, regular_price: '10' })) ?? [],
  );
  const order = (of: object, article: number) => {
    const product_id = made[article % Math.max(1, made.length)]?.id;
    const line_items = product_id === undefined ? [] : [{ product_id, quantity: 1 }];
    shop.admin.createOrder({ ...of, status: 'processing', line_items });
  };
  const buyers = people.map(({ email, name, guest }) => {
    const [first_name, last_name] = name.split(' ');
    const billing = { email, first_name, last_name, phone: '+41 1', city: 'Bern' };
    if (guest) order({ billing }, 0);
    const account = guest
      ? undefined
      : tried(() => shop.admin.createCustomer({ email, first_name, last_name, billing }));
    return { billing, ...(account && { customer_id: account.id }) };
  });
  for (const { person: at, article } of orders) {
    const buyer = buyers[at % Math.max(1, buyers.length)];
    if (buyer) order(buyer, article);
  }
}

function fillOdoo({ admin }: OdooSandbox, { people, articles, orders }: OdooContent): void {
  const customers: number[] = [];
  for (const { is, parent, ...vals } of people) {
    const values = { ...vals, street: 'Old Road 1', customer_rank: is === 'vendor' ? 0 : 1 };
    if (is === 'company') admin.write('res.partner', [1], values);
    else if (is === 'user') admin.write('res.partner', [3], values);
    else {
      const child =
        is === 'delivery' ? { parent_id: customers[parent % Math.max(1, customers.length)] ?? false, type: is } : {};
      const id = admin.create('res.partner', { ...values, ...child });
      if (is === 'archived') admin.archive('res.partner', [id]);
      if (is === 'customer') customers.push(id);
    }
  }
  for (const { name, sku, barcode, archived } of articles) {
    const values = { name, default_code: sku || false, barcode: barcode || false, list_price: 77 };
    const id = tried(() => admin.create('product.template', values));
    if (archived && id !== undefined) admin.archive('product.template', [id]);
  }
  const girder = admin.create('product.product', { name: 'Girder', default_code: 'GIRDER', list_price: 5000 });
  const buyer = customers[0] ?? admin.create('res.partner', { name: 'Steel Ltd', customer_rank: 1 });
  for (const { reference, confirmed } of orders) {
    const line = { product_id: girder, name: 'Girder', product_uom_qty: 3, price_unit: 5000 };
    const order = { partner_id: buyer, client_order_ref: String(reference), order_line: [[0, 0, line]] };
    const id = admin.create('sale.order', order);
    if (confirmed) admin.call('sale.order', 'action_confirm', [id]);
  }
}

/** What a person would see of each entry, by id. */
type Entries = Readonly<Record<string, Json>>;

const ODOO_MODELS = {
  customer: [
    'res.partner',
    ['name', 'email', 'phone', 'street', 'city', 'vat', 'ref', 'active', 'parent_id', 'type', 'customer_rank'],
  ],
  product: ['product.template', ['name', 'default_code', 'barcode', 'list_price', 'active']],
  order: ['sale.order', ['partner_id', 'client_order_ref', 'amount_total', 'order_line', 'state']],
} as const;

function entriesOf(system: WooCommerceSandbox | OdooSandbox, entity: (typeof ENTITIES)[number]): Entries {
  if ('uid' in system) {
    const [model, fields] = ODOO_MODELS[entity];
    const rows = system.admin.read(model, system.admin.search(model, []), fields);
    // A reference shows the name of the entry that it leads to, which may be renamed.
    const idOnly = (value: unknown) => (Array.isArray(value) && typeof value[1] === 'string' ? value[0] : value);
    return Object.fromEntries(
      rows.map((row) => [row.id, Object.fromEntries(Object.entries(row).map(([key, value]) => [key, idOnly(value)]))]),
    );
  }
  const state = system.state();
  const rows: Json[] = { customer: state.customers, product: state.products, order: state.orders }[entity]();
  // Times, and what the shop computes, may move without a change.
  const seen = rows.map(
    ({
      id,
      email,
      first_name,
      last_name,
      role,
      billing,
      name,
      sku,
      global_unique_id,
      regular_price,
      status,
      line_items,
    }) => [
      id,
      {
        id,
        email,
        first_name,
        last_name,
        role,
        billing,
        name,
        sku,
        global_unique_id,
        regular_price,
        status,
        line_items,
      },
    ],
  );
  return Object.fromEntries(seen);
}

const wordsOf = (name = '') => name.toLowerCase().split(' ').sort().join(' ');

/** Whether one of the items has so much in common with an entry that was there before that a sync may take it. */
function mayTake(entity: string, entry: Json, items: readonly Json[]): boolean {
  if (entity === 'order') return false;
  if (entity === 'customer')
    return (
      entry.isFree &&
      items.some(
        ({ email, name }) =>
          email &&
          entry.email &&
          email.toLowerCase() === entry.email.toLowerCase() &&
          (!entry.name || wordsOf(name) === wordsOf(entry.name)),
      )
    );
  return items.some(
    ({ sku, barcode }) => (sku && sku === entry.sku) || (barcode && barcode === entry.barcode && !(sku && entry.sku)),
  );
}

const asPerson = (of: WooCommerceSandbox | OdooSandbox, row: Json): Json =>
  'uid' in of
    ? { ...row, isFree: row.active && row.customer_rank > 0 && ![1, 3].includes(row.id) && row.type !== 'delivery' }
    : { ...row, name: `${row.first_name} ${row.last_name}`.trim(), isFree: row.role === 'customer' };
/** The code of a product without SKU is our mark, which is none. */
const asArticle = (row: Json): Json => ({
  ...row,
  sku: row.sku ?? (String(row.default_code).startsWith('sync:') ? '' : row.default_code),
  barcode: row.global_unique_id ?? row.barcode,
});

/** Whether a source has made the entry, or has an item that is the same also by name. */
function isOf(
  maker: number | undefined,
  source: number,
  entity: string,
  entry: Json,
  itemsOf: readonly Json[][],
): boolean {
  const namesakes = (itemsOf[source] ?? []).filter(({ name }) => wordsOf(name) === wordsOf(entry.name));
  return maker === source || mayTake(entity, entry, namesakes);
}

async function matchPreview(org: string, path: string): Promise<Json[]> {
  const items: Json[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await fixture.call(org, 'GET', `/connections/${path}${cursor}`);
    items.push(...body.items);
    if (body.next_cursor === null) return items;
    cursor = `&cursor=${body.next_cursor}`;
  }
}

/** What a plan says, and not the destination's answer to a write. */
const OF_PLANS = new Set(['ambiguous_match', 'already_bound', 'archived_at_destination', 'unsupported_type']);

/** The run that followed did with each item what its match preview showed. */
function expectAsShown(shown: readonly Json[], bound: readonly Json[], told: readonly Json[]): void {
  const entryOf = new Map(bound.map(({ external_id, with_external_id }) => [external_id, with_external_id]));
  const classOf = new Map(told.map(({ external_id, error_class }) => [external_id, error_class]));
  for (const item of shown) {
    const { external_id: id, outcome, error_class, matches } = item;
    const happened = classOf.get(id);
    const context = (value: unknown) => ({ ...item, value });
    if (error_class !== null) expect(context(happened)).toEqual(context(error_class));
    else if (OF_PLANS.has(happened)) expect(context(happened)).toEqual(context(null));
    // What is written may be refused.
    else if (happened !== undefined) continue;
    else if (outcome === 'match') expect(context(entryOf.get(id))).toEqual(context(matches[0].external_id));
    else if (outcome === 'none') expect(context(entryOf.get(id))).toEqual(context(undefined));
    else if (outcome !== 'problem') expect(context(entryOf.has(id))).toEqual(context(true));
  }
}

async function expectOwnersKept(
  from: readonly (WooCommerceSandbox | OdooSandbox)[],
  to: WooCommerceSandbox | OdooSandbox,
): Promise<void> {
  const org = newOrgName();
  const connect = (system: WooCommerceSandbox | OdooSandbox) =>
    'uid' in system ? fixture.connectOdoo(org, system) : fixture.connectShop(org, system);
  const connection_id = await connect(to);
  const sources: string[] = [];
  for (const system of from) sources.push(await connect(system));
  for (const entity of ENTITIES) {
    const before = entriesOf(to, entity);
    const itemsOf = from.map((system) => {
      const rows = Object.values(entriesOf(system, entity));
      const guests = entity === 'customer' && !('uid' in system) ? system.state().orders() : [];
      const people = guests.map(({ billing }: Json) => ({
        ...billing,
        name: `${billing.first_name} ${billing.last_name}`,
      }));
      return [...rows.map((row) => (entity === 'customer' ? asPerson(system, row) : asArticle(row))), ...people];
    });
    const items = itemsOf.flat();
    const archived = items.filter(({ active }) => active === false).length;
    /** Which source's run made each entry that was not there before. */
    const madeBy = new Map<string, number>();
    const refused = new Map(sources.map((source) => [source, new Set<string>()]));
    let wrote = true;
    for (let round = 1; wrote; round += 1) {
      expect(round).toBeLessThanOrEqual(MOST_ROUNDS);
      wrote = false;
      for (const [index, source] of sources.entries()) {
        const atFirst = entriesOf(to, entity);
        const shown = await matchPreview(org, `${source}/match-preview?with=${connection_id}&entity_type=${entity}`);
        const ends = { source_connection_id: source, destination: { connection_id }, entity_type: entity };
        const { progress, counts } = await fixture.run(org, ends, 60_000);
        expect(progress.status).toMatch(/^completed/);
        const told: Json[] = (await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`)).body.items;
        const path = `/connections/${source}/bindings?with=${connection_id}&entity_type=${entity}&limit=100`;
        const bound: Json[] = (await fixture.call(org, 'GET', path)).body.items;
        expectAsShown(shown, bound, told);
        const now = entriesOf(to, entity);
        for (const [id, was] of Object.entries(atFirst)) {
          const entry = entity === 'customer' ? asPerson(to, was) : asArticle(was);
          if (!(id in before) && !isOf(madeBy.get(id), index, entity, entry, itemsOf)) expect(now[id]).toEqual(was);
        }
        for (const id of Object.keys(now)) if (!(id in atFirst)) madeBy.set(id, index);
        const entries = bound.map(({ with_external_id }) => with_external_id);
        expect(new Set(entries).size).toBe(entries.length);
        // Each item is bound, or is told; one that is archived in the source need not be.
        const all = Object.values<number>(counts).reduce((sum, count) => sum + count, 0);
        const met = new Set([...bound, ...told].map(({ external_id }) => external_id)).size;
        expect(met).toBeGreaterThanOrEqual(all - archived);
        if (Object.keys(counts).some((name) => !['unchanged', 'conflict', 'failed'].includes(name))) wrote = true;
        // Nothing is written twice: only what the sync before could not write.
        const changesPath = `/progress/${progress.sync_id}/changes?limit=100`;
        const changed: Json[] = (await fixture.call(org, 'GET', changesPath)).body.items;
        const refusedBefore = refused.get(source);
        if (round > 1)
          expect(
            changed
              .filter(({ kind }) => kind !== 'conflict')
              .map(({ external_id }) => external_id)
              .filter((id) => !refusedBefore?.has(id)),
          ).toEqual([]);
        refused.set(source, new Set(told.map(({ external_id }) => external_id)));
      }
    }
    const after = entriesOf(to, entity);
    for (const [id, was] of Object.entries(before)) {
      const entry = entity === 'customer' ? asPerson(to, was) : asArticle(was);
      if (!mayTake(entity, entry, items)) expect(after[id]).toEqual(was);
    }
  }
}

it(
  'Into an Odoo full of other people’s entries, two shops write over none that is only weakly alike',
  async () => {
    const check = async (odooHas: OdooContent, firstHas: ShopContent, secondHas: ShopContent) => {
      const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
      const shops = await Promise.all([1, 7].map((seed) => startWooCommerceSandbox({ ...EMPTY, seed })));
      try {
        fillOdoo(odoo, odooHas);
        for (const [i, shop] of shops.entries()) fillShop(shop, i === 0 ? firstHas : secondHas);
        await expectOwnersKept(shops, odoo);
      } finally {
        await Promise.all([odoo, ...shops].map((system) => system.stop()));
      }
    };
    await fc.assert(fc.asyncProperty(odooContent, shopContent, shopContent, check), {
      ...{ numRuns: MIXES, endOnFailure: true, ...AGAIN },
    });
  },
  60_000 + MIXES * 30_000,
);

it(
  'Into a shop full of other people’s entries, an Odoo writes over none that is only weakly alike',
  async () => {
    const check = async (odooHas: OdooContent, shopHas: ShopContent, administrator: string) => {
      const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
      const shop = await startWooCommerceSandbox(EMPTY);
      try {
        fillOdoo(odoo, odooHas);
        fillShop(shop, shopHas);
        tried(() => shop.admin.updateCustomer(1, { email: administrator }));
        await expectOwnersKept([odoo], shop);
      } finally {
        await Promise.all([odoo.stop(), shop.stop()]);
      }
    };
    const email = fc.constantFrom(...EMAILS);
    await fc.assert(fc.asyncProperty(odooContent, shopContent, email, check), { numRuns: MIXES, ...AGAIN });
  },
  60_000 + MIXES * 30_000,
);
