import { type OdooSandbox, startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { undo } from '../previews/undo.support.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { eventsOfAYear } from './year.events.ts';
import { YearShop } from './year.world.ts';

/** More by the environment, and another seed is another year. */
const EVENTS = Number(process.env.UNDONE_EVENTS ?? 60);
const SEED = Number(process.env.UNDONE_SEED ?? 1);
const ORG = 'org-undone-year';
const ENTITIES = ['customer', 'product', 'order'] as const;

let fixture: RunsFixture;
let odoo: OdooSandbox;
let shop: YearShop;

beforeAll(async () => {
  fixture = await RunsFixture.start();
  odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
  shop = new YearShop('north', await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, seed: 1 }));
});
afterAll(async () => {
  await fixture.close();
  await Promise.all([odoo.stop(), shop.sandbox.stop()]);
});

/** What is active in Odoo, as people see it: names, prices, states. */
function living(): string[] {
  const { admin } = odoo;
  const rows = (model: string, domain: unknown[], fields: string[]) =>
    admin.search(model, domain as never).map((id) => {
      const row = admin.read(model, [id])[0] as Json;
      return `${model} ${id} ${JSON.stringify(fields.map((field) => row[field]))}`;
    });
  return [
    ...rows(
      'res.partner',
      [
        ['customer_rank', '>', 0],
        ['active', '=', true],
      ],
      ['name', 'email', 'city', 'street'],
    ),
    ...rows(
      'product.template',
      [
        ['sale_ok', '=', true],
        ['active', '=', true],
      ],
      ['name', 'default_code', 'list_price'],
    ),
    ...rows('sale.order', [['state', '!=', 'cancel']], ['name', 'state', 'amount_total']),
  ].sort();
}

it(`Every run of a year, undone in reverse order, ends where it began or says item by item why not (seed ${SEED})`, async () => {
  const settings = { delete_guard_percent: 100 };
  const odooId = await fixture.connectOdoo(ORG, odoo, settings);
  const shopId = await fixture.connectShop(ORG, shop.sandbox, settings);
  const began: { readonly syncId: string; readonly before: string[] }[] = [];
  // A year without a sync that wrote anything ends with one.
  for (const event of [...eventsOfAYear(SEED, EVENTS), { what: 'sync', mode: 'full' } as const]) {
    if (event.what === 'connection is removed and added again') continue;
    if (event.what !== 'sync') {
      shop.happen({ ...event, shop: 'north' });
      continue;
    }
    for (const entity_type of ENTITIES) {
      const before = living();
      const ends = { source_connection_id: shopId, destination: { connection_id: odooId }, entity_type };
      const run = await fixture.run(ORG, { ...ends, mode: event.mode }, 60_000);
      const written = ['created', 'updated', 'deleted'].some((name) => run.counts[name] > 0);
      if (written) began.push({ syncId: run.sync_id, before });
    }
  }
  expect(began.length).toBeGreaterThan(0);
  const unsaid: object[] = [];
  const said: string[] = [];
  for (const { syncId, before } of began.reverse()) {
    const { changes, run } = await undo(fixture, ORG, syncId);
    const told = changes
      .filter(({ kind }) => kind === 'conflict')
      .map(({ external_id, reason }) => `${external_id}: ${reason}`);
    const { body } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/items?limit=200`);
    said.push(...told, ...body.items.map((item: Json) => `${item.external_id}: ${item.message}`));
    if (said.length === 0 && JSON.stringify(living()) !== JSON.stringify(before))
      unsaid.push({
        entity: run.entity_type,
        now: living().filter((row) => !before.includes(row)),
        was: before.filter((row) => !living().includes(row)),
      });
  }
  if (process.env.UNDONE_SEED) console.log(began.length, 'runs;', said);
  expect(unsaid).toEqual([]);
  if (said.length === 0) expect(living()).toEqual([]);
}, 600_000);
