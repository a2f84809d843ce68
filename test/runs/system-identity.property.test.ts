import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

/** Sequences of removals, additions and other addresses that are tried. */
const SEQUENCES = Number(process.env.IDENTITY_SEQUENCES ?? 1);
// An incremental sync leaves changes of the second in which it begins to the next one, so the changes here are dated earlier.
const EMPTY = { customers: 0, products: 0, orders: 0, badRate: 0, now: () => Date.now() - 2_000 };
const ENTITIES = ['customer', 'order'] as const;
const ENDS = ['shop', 'odoo'] as const;
const MODES = ['full', 'incremental'] as const;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const which = fc.nat(1);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('buy' as const), which, changed: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sync' as const), mode: fc.constantFrom(...MODES) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('add again' as const),
      end: fc.constantFrom(...ENDS),
      purged: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('point' as const), end: fc.constantFrom(...ENDS), which }) },
);
const steps = fc.array(step, { minLength: 6, maxLength: 12 });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One connection to a shop and one to an Odoo, and two of each that they may lead to. */
class World {
  readonly shops: readonly WooCommerceSandbox[];
  readonly odoos: readonly OdooSandbox[];
  private readonly org = newOrgName();
  private readonly ids = { shop: '', odoo: '' };
  private readonly at = { shop: 0, odoo: 0 };
  private changes = 0;

  private constructor(shops: readonly WooCommerceSandbox[], odoos: readonly OdooSandbox[]) {
    this.shops = shops;
    this.odoos = odoos;
  }

  static async start(): Promise<World> {
    const [one, two, three, four] = await Promise.all([
      startWooCommerceSandbox(EMPTY),
      startWooCommerceSandbox({ ...EMPTY, seed: 7 }),
      ...[1, 2].map((seed) => startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0, seed })),
    ]);
    const world = new World([one, two], [three as OdooSandbox, four as OdooSandbox]);
    for (const end of ENDS) await world.connect(end);
    return world;
  }

  stop = () => Promise.all([...this.shops, ...this.odoos].map((system) => system.stop()));

  async take(given: Step): Promise<void> {
    switch (given.do) {
      case 'buy':
        return this.buy(given.which, given.changed);
      case 'sync':
        await this.sync(given.mode);
        return;
      case 'add again':
        await fixture.call(this.org, 'DELETE', `/connections/${this.ids[given.end]}`);
        if (given.purged) await purge();
        return this.connect(given.end);
      case 'point':
        return this.point(given.end, given.which);
    }
  }

  /** Somebody new buys in a shop; `changed`: or who was there is called otherwise. */
  private buy(index: number, changed: boolean): void {
    const shop = this.shops[index] as WooCommerceSandbox;
    const there = shop
      .state()
      .customers()
      .filter(({ role }) => role === 'customer');
    const last = there.at(-1);
    if (changed && last) {
      shop.admin.updateCustomer(last.id, { billing: { phone: `+41 ${++this.changes}` } });
      return;
    }
    const email = `c${there.length}@shop${index}.example`;
    const { id } = shop.admin.createCustomer({ email, first_name: `C${there.length}`, last_name: `Of${index}` });
    shop.admin.createOrder({ customer_id: id, billing: { email }, status: 'processing', line_items: [] });
  }

  async sync(mode: (typeof MODES)[number]): Promise<Json[]> {
    const found: Json[] = [];
    for (const entity_type of ENTITIES) {
      const ends = { source_connection_id: this.ids.shop, destination: { connection_id: this.ids.odoo }, entity_type };
      const { progress, counts } = await fixture.run(this.org, { ...ends, mode }, 60_000);
      found.push({ status: progress.status, counts });
    }
    return found;
  }

  private async connect(end: (typeof ENDS)[number]): Promise<void> {
    this.ids[end] =
      end === 'shop'
        ? await fixture.connectShop(this.org, this.shops[this.at.shop] as WooCommerceSandbox)
        : await fixture.connectOdoo(this.org, this.odoos[this.at.odoo] as OdooSandbox);
  }

  /** To another system only when it is said. */
  async point(end: (typeof ENDS)[number], index: number): Promise<void> {
    const [shop, odoo] = [this.shops[index] as WooCommerceSandbox, this.odoos[index] as OdooSandbox];
    const change =
      end === 'shop'
        ? { base_url: shop.url, credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret } }
        : {
            base_url: odoo.url,
            credentials: { database: odoo.database, username: odoo.username, api_key: odoo.apiKey },
          };
    const path = `/connections/${this.ids[end]}`;
    const asked = await fixture.call(this.org, 'PATCH', path, change);
    if (asked.status === 409)
      expect((await fixture.call(this.org, 'PATCH', path, { ...change, another_system: true })).status).toBe(200);
    else expect([asked.status, end, this.at[end]]).toEqual([200, end, expect.anything()]);
    this.at[end] = index;
  }
}

async function purge(): Promise<void> {
  await sql(fixture.service.database.appUrl, 'SELECT app.purge_removed_connections(1000)');
}

/** Everybody of both shops with their phones, and who bought. */
function expected(shops: readonly WooCommerceSandbox[]): Json {
  const customers = shops.flatMap((shop) => shop.state().customers()).filter(({ role }) => role === 'customer');
  return {
    people: customers.map(({ email, billing }: Json) => [email, billing.phone || false, true]).sort(),
    buyers: customers.map(({ email }) => email).sort(),
  };
}

function found({ admin }: OdooSandbox): Json {
  const customers = admin.read('res.partner', admin.search('res.partner', [['customer_rank', '>', 0]]));
  const orders = admin.read('sale.order', admin.search('sale.order', []));
  const emailOf = Object.fromEntries(customers.map(({ id, email }) => [id, email]));
  return {
    people: customers.map(({ email, phone, active }) => [email, phone, active]).sort(),
    buyers: orders.map(({ partner_id }) => emailOf[partner_id[0]]).sort(),
  };
}

it(
  'Wherever two connections led, were removed and added again, nothing is there twice, missing, or put away',
  async () => {
    const check = async (given: readonly Step[]) => {
      const world = await World.start();
      try {
        for (const one of given) await world.take(one);
        // What was read of one system would hide what another has, if it were carried over.
        for (const odoo of [0, 1])
          for (const shop of [0, 1]) {
            await world.point('odoo', odoo);
            await world.point('shop', shop);
            await world.sync('incremental');
            for (const { status, counts } of await world.sync('full')) {
              expect([status, Object.keys(counts).filter((name) => name !== 'unchanged')]).toEqual(['completed', []]);
            }
          }
        for (const odoo of world.odoos) expect(found(odoo)).toEqual(expected(world.shops));
      } finally {
        await world.stop();
      }
    };
    await fc.assert(fc.asyncProperty(steps, check), { numRuns: SEQUENCES });
  },
  60_000 + SEQUENCES * 120_000,
);
