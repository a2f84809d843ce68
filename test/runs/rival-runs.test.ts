import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Json, RunsFixture } from './runs.support.ts';

const EMPTY = { customers: 0, products: 0, orders: 0, badRate: 0 };
const LAMP = { name: 'Lamp', sku: 'LAMP-1', regular_price: '100.00' };
const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };
/** Longer than a run takes to come to its writes. */
const SLOW_MS = 1_500;

const byName = (url: string) => url.replace('127.0.0.1', 'localhost');

let fixture: RunsFixture;
const systems: (WooCommerceSandbox | OdooSandbox)[] = [];
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => Promise.all([fixture.close(), ...systems.map((system) => system.stop())]));

describe.each([
  ['over a connection of its own', (url: string) => url],
  ['under a host name of its own, so that only the first run learns that it is one', byName],
] as const)('Two shops that are synced to one Odoo at the same moment, each %s', (_, urlOf) => {
  let odoo: OdooSandbox;
  let org: string;
  let runs: (entity: string) => Promise<Json[]>;
  let orgs = 0;

  beforeEach(async () => {
    orgs += 1;
    org = `org-rivals-${urlOf.name}-${orgs}`;
    const shops = await Promise.all([1, 7].map((seed) => startWooCommerceSandbox({ ...EMPTY, seed })));
    odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
    systems.push(odoo, ...shops);
    for (const [index, shop] of shops.entries()) {
      shop.admin.createCustomer(ADA);
      shop.admin.createCustomer({ ...ADA, email: `only${index}@shop.example`, last_name: `Only ${index}` });
      shop.admin.createProduct(LAMP);
      shop.admin.createProduct({ ...LAMP, name: 'Chair', sku: `CHAIR-${index}` });
    }
    const ends: object[] = [];
    for (const [index, shop] of shops.entries())
      ends.push({
        source_connection_id: await fixture.connectShop(org, shop),
        destination: {
          connection_id: await fixture.connectOdoo(org, { ...odoo, url: index === 0 ? odoo.url : urlOf(odoo.url) }),
        },
      });
    runs = async (entity_type) => {
      const started = await Promise.all(ends.map((both) => fixture.start(org, { ...both, entity_type })));
      return Promise.all(started.map(({ sync_id }) => fixture.ended(org, sync_id, 60_000)));
    };
  });

  it.each([
    ['customer', 'res.partner', [['email', '=', ADA.email]]],
    ['product', 'product.product', [['default_code', '=', LAMP.sku]]],
  ] as const)('make what both have once: %s', async (entity, model, domain) => {
    odoo.setFaults([{ kind: 'slow', match: '/create', ms: SLOW_MS }]);
    const ended = await runs(entity);
    for (const { progress } of ended) expect(progress).toMatchObject({ status: 'completed', processed_count: 2 });
    expect(odoo.admin.search(model, domain as never)).toHaveLength(1);
    // One made it, the other found it.
    expect(ended.reduce((sum, { counts }) => sum + counts.created, 0)).toBe(3);
    odoo.setFaults([]);
    for (const { counts } of await runs(entity)) expect(counts).toEqual({ unchanged: 2 });
  });
});
