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
    match: fc.constantFrom('/batch', '/create', '/write', '/action_confirm'),
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
  first: faults,
  /** While lines are added to what was written before. */
  second: faults,
});

type Pattern = typeof pattern extends fc.Arbitrary<infer T> ? T : never;

function fill(shop: WooCommerceSandbox, items: number): void {
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

function counted(system: WooCommerceSandbox | OdooSandbox): Json {
  if (!('uid' in system)) {
    const { customers, products } = system.state().counts;
    return { customers, products, orders: ordersIn(system).sort() };
  }
  const count = (model: string, domain: unknown[]) => system.admin.search(model, domain).length;
  return {
    customers: count('res.partner', [['customer_rank', '>', 0]]),
    products: count('product.template', [['default_code', 'like', 'P-']]),
    orders: ordersIn(system).sort(),
  };
}

async function expectOnce({ to, items, first, second }: Pattern): Promise<void> {
  const org = newOrgName();
  const shop = await startWooCommerceSandbox(EMPTY);
  const other =
    to === 'odoo'
      ? await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 })
      : await startWooCommerceSandbox({ ...EMPTY, seed: 7 });
  try {
    fill(shop, items);
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
      expect(await sync()).toEqual(ENTITIES.map(() => ['completed', { unchanged: items }]));
      const lines = round + 1;
      expect(counted(other)).toEqual({
        ...{ customers: items, products: items },
        orders: Array.from({ length: items }, (_, i) => [`c${i + 1}@shop.example`, lines]),
      });
      const line_items = [{ product_id: shop.state().products()[0]?.id, quantity: 2 }];
      if (round === 0) for (const { id } of shop.state().orders()) shop.admin.updateOrder(id, { line_items });
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
