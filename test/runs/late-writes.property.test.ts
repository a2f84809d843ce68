import {
  type FaultRule,
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

/** Patterns of lost and late answers that are tried. */
const PATTERNS = Number(process.env.LATE_WRITE_PATTERNS ?? 2);
/** They mostly wait. */
const AT_ONCE = Math.min(4, PATTERNS);
const EMPTY = { customers: 0, products: 0, orders: 0, badRate: 0 };
const ENTITIES = ['customer', 'product', 'order'] as const;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_LATE_WRITE_SECONDS: '2', SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

/** What becomes of a write: it is over before the service takes it for lost (2 s). */
const faults: fc.Arbitrary<FaultRule[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('abandoned', 'response-lost', 'truncated', 'dropped', 'server-error', 'slow'),
    match: fc.constantFrom(
      ...['/batch', '/variations/batch', '/products/categories', '/create', '/write', '/action_confirm'],
      ...['/product.attribute/create', '/product.attribute.value/create'],
    ),
    from: fc.integer({ min: 1, max: 3 }),
    times: fc.integer({ min: 1, max: 2 }),
    ms: fc.integer({ min: 0, max: 200 }),
    workMs: fc.integer({ min: 0, max: 200 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const pattern = fc.record({
  to: fc.constantFrom('odoo', 'shop'),
  items: fc.integer({ min: 1, max: 5 }),
  /** Products with variations, in a category that only the source has. */
  variable: fc.integer({ min: 1, max: 2 }),
  first: faults,
  /** While lines and variations are added to what was written before. */
  second: faults,
});

type Pattern = typeof pattern extends fc.Arbitrary<infer T> ? T : never;

/** In alphabetical order, as the variations are found later. */
const SIZES = ['A', 'B', 'C'];

/** Asks the shop itself, before any fault is set or after all are over. */
async function askShop(shop: WooCommerceSandbox, path: string, body?: object): Promise<Json> {
  const authorization = `Basic ${btoa(`${shop.consumerKey}:${shop.consumerSecret}`)}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const method = body ? 'POST' : 'GET';
  const url = `${shop.url}/wp-json/wc/v3${path}`;
  return (await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })).json();
}

function addVariation(shop: WooCommerceSandbox, product: Json, option: string): void {
  const input = { sku: `${product.sku}-${option}`, regular_price: '10', attributes: [{ name: 'Size', option }] };
  shop.admin.createVariation(product.id, input);
}

const variableOf = (shop: WooCommerceSandbox): Json[] =>
  shop
    .state()
    .products()
    .filter(({ type }: Json) => type === 'variable');

async function fill(shop: WooCommerceSandbox, items: number, variable: number): Promise<void> {
  const { id: category } = await askShop(shop, '/products/categories', { name: 'Only here' });
  for (let n = 1; n <= variable; n += 1) {
    const attributes = [{ name: 'Size', variation: true, options: SIZES }];
    const more = { type: 'variable', attributes, categories: [{ id: category }] };
    const product = shop.admin.createProduct({ name: `V${n}`, sku: `V-${n}`, ...more });
    for (const size of SIZES.slice(0, 2)) addVariation(shop, product, size);
  }
  for (let n = 1; n <= items; n += 1) {
    const customer = shop.admin.createCustomer({
      email: `c${n}@shop.example`,
      first_name: `C${n}`,
      last_name: 'Example',
    });
    const product = shop.admin.createProduct({ name: `P${n}`, sku: `P-${n}`, regular_price: '10' });
    const line = { product_id: product.id, quantity: n };
    shop.admin.createOrder({
      customer_id: customer.id,
      billing: { email: customer.email },
      status: 'processing',
      line_items: [line],
    });
  }
}

/** Each order by what makes it one of the source's, with how many lines it has. */
function ordersIn(system: WooCommerceSandbox | OdooSandbox): Json[] {
  if (!('uid' in system))
    return system
      .state()
      .orders()
      .map(({ billing, line_items }) => [billing.email, line_items.length]);
  const rows = system.admin.read('sale.order', system.admin.search('sale.order', []), ['partner_id', 'order_line']);
  return rows.map(({ partner_id, order_line }) => [
    system.admin.get('res.partner', partner_id[0], ['email']).email,
    order_line.length,
  ]);
}

/** `made`: of each category or attribute that was missing, how often it is there. */
async function counted(system: WooCommerceSandbox | OdooSandbox): Promise<Json> {
  if (!('uid' in system)) {
    const { customers, products } = system.state().counts;
    const skus = system.state().variations();
    const categories: Json[] = await askShop(system, '/products/categories?per_page=100');
    const made = categories.filter(({ name }) => name === 'Only here').length;
    return {
      customers,
      products,
      variations: skus.map(({ sku }: Json) => sku).sort(),
      orders: ordersIn(system).sort(),
      made,
    };
  }
  const find = (model: string, domain: unknown[]) => system.admin.search(model, domain);
  const variants = system.admin.read('product.product', find('product.product', [['default_code', 'like', 'V-']]));
  return {
    customers: find('res.partner', [['customer_rank', '>', 0]]).length,
    products: new Set(
      ['P', 'V']
        .flatMap((name) => find('product.template', [['name', 'like', name]]))
        .filter((id) => /^[PV]\d$/.test(system.admin.get('product.template', id, ['name']).name)),
    ).size,
    variations: variants.map(({ default_code }) => default_code).sort(),
    orders: ordersIn(system).sort(),
    made: find('product.attribute', [['name', '=', 'Size']]).length,
  };
}

async function expectOnce({ to, items, variable, first, second }: Pattern): Promise<void> {
  const org = newOrgName();
  const shop = await startWooCommerceSandbox(EMPTY);
  const other =
    to === 'odoo'
      ? await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 })
      : await startWooCommerceSandbox({ ...EMPTY, seed: 7 });
  try {
    await fill(shop, items, variable);
    const source_connection_id = await fixture.connectShop(org, shop);
    const connection_id =
      'uid' in other ? await fixture.connectOdoo(org, other) : await fixture.connectShop(org, other);
    const sync = async () => {
      const runs: Json[] = [];
      for (const entity_type of ENTITIES) {
        const ends = { source_connection_id, destination: { connection_id }, entity_type };
        runs.push(await fixture.run(org, ends, 90_000));
      }
      return runs.map(({ progress, counts }) => [progress.status, counts]);
    };
    for (const [round, rules] of [first, second].entries()) {
      other.setFaults(rules);
      await sync();
      other.setFaults([]);
      await sync();
      const unchanged = { customer: items, product: items + variable, order: items };
      expect(await sync()).toEqual(ENTITIES.map((entity) => ['completed', { unchanged: unchanged[entity] }]));
      const lines = round + 1;
      const skus = variableOf(shop).flatMap(({ sku }) => SIZES.slice(0, 2 + round).map((size) => `${sku}-${size}`));
      expect(await counted(other)).toEqual({
        ...{ customers: items, products: items + variable, variations: skus.sort(), made: 1 },
        orders: Array.from({ length: items }, (_, i) => [`c${i + 1}@shop.example`, lines]),
      });
      if (round === 1) continue;
      const simple = shop
        .state()
        .products()
        .find(({ sku }: Json) => sku === 'P-1');
      const line_items = [{ product_id: simple?.id, quantity: 2 }];
      for (const { id } of shop.state().orders()) shop.admin.updateOrder(id, { line_items });
      for (const product of variableOf(shop)) addVariation(shop, product, SIZES[2] as string);
    }
  } finally {
    await Promise.all([shop.stop(), other.stop()]);
  }
}

it(
  'Whatever answers to writes are lost or late, each item is there exactly once in the end',
  async () => {
    const together = fc.array(pattern, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const atOnce = (patterns: readonly Pattern[]) => Promise.all(patterns.map(expectOnce)).then(() => undefined);
    await fc.assert(fc.asyncProperty(together, atOnce), { numRuns: Math.ceil(PATTERNS / AT_ONCE) });
  },
  120_000 + PATTERNS * 30_000,
);
