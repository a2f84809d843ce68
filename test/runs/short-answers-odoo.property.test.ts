import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

/** Capped Odoos that are tried. */
const ODOOS = Number(process.env.ODD_ODOOS ?? 2);
const MODELS = { customer: 'res.partner', product: 'product.template', order: 'sale.order' } as const;
type Entity = keyof typeof MODELS;
const ENTITIES = Object.keys(MODELS) as Entity[];

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

/** The most rows of an answer, round and round; 1000 is no cap. */
const caps = fc.array(fc.constantFrom(1, 2, 3, 7, 10, 1000), { minLength: 1, maxLength: 4 });
const event = fc.record({
  entity: fc.constantFrom(...ENTITIES),
  do: fc.constantFrom('add', 'change', 'leave', 'delete'),
  which: fc.nat(30),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
const life = fc.record({
  version: fc.constantFrom(18 as const, 19 as const),
  items: fc.integer({ min: 1, max: 24 }),
  /** Before each of three syncs: a full one, an incremental and a full one. */
  rounds: fc.tuple(...[0, 1, 2].map(() => fc.record({ caps, events: fc.array(event, { maxLength: 6 }) }))),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

let made = 0;
function happen(odoo: OdooSandbox, { entity, do: what, which }: Event): void {
  made += 1;
  const name = `N ${made}`;
  const all = odoo.admin.search(MODELS[entity], entity === 'customer' ? [['name', 'like', 'N ']] : []);
  const id = all[which % Math.max(1, all.length)] ?? 0;
  const called = entity === 'order' ? { client_order_ref: name } : { name };
  const values = {
    customer: { customer_rank: 1 },
    product: { sale_ok: true },
    order: { partner_id: 1 },
  }[entity];
  const left = { customer: { customer_rank: 0 }, product: { sale_ok: false }, order: {} }[entity];
  try {
    if (what === 'add') odoo.admin.create(MODELS[entity], { ...called, ...values });
    else if (what === 'change') odoo.admin.write(MODELS[entity], [id], called);
    else if (what === 'leave') odoo.admin.write(MODELS[entity], [id], left);
    else odoo.admin.unlink(MODELS[entity], [id]);
  } catch {
    // Gone already, or in use.
  }
}

/** What the connection reads, by id: the name of each. */
function readable(odoo: OdooSandbox, entity: Entity): Map<string, unknown> {
  const domain = { customer: [['customer_rank', '>', 0]], product: [['sale_ok', '=', true]], order: [] }[entity];
  const field = entity === 'order' ? 'client_order_ref' : 'name';
  const rows = odoo.admin.read(MODELS[entity], odoo.admin.search(MODELS[entity], domain), [field]);
  return new Map(rows.map((row) => [String(row.id), row[field]]));
}

async function live(org: string, id: string, entity: Entity): Promise<Map<string, unknown>> {
  const path = `/records?connection_id=${id}&entity_type=${entity}&deleted=false&limit=1000`;
  const { items } = (await fixture.call(org, 'GET', path)).body;
  return new Map(
    items.map(({ external_id, data }: Json) => [external_id, entity === 'order' ? data.number : data.name]),
  );
}

it(
  'However few rows an Odoo shows, all that is there is read as it is, and nothing that is there is deleted',
  async () => {
    const check = async ({ version, items, rounds }: Life) => {
      const org = newOrgName();
      const odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
      try {
        const id = await fixture.connectOdoo(org, odoo, { delete_guard_percent: 100 });
        for (let n = 0; n < items; n += 1) for (const entity of ENTITIES) happen(odoo, { entity, do: 'add', which: 0 });
        for (const [round, { caps: capRows, events }] of rounds.entries()) {
          odoo.setOdooFaults({ capRows });
          for (const one of events) happen(odoo, one);
          for (const entity_type of ENTITIES) {
            const mode = round === 1 ? 'incremental' : 'full';
            const run = await fixture.run(org, { source_connection_id: id, entity_type, mode }, 60_000);
            expect([entity_type, run.progress.status]).toEqual([entity_type, 'completed']);
            const read = await live(org, id, entity_type);
            for (const [one, name] of readable(odoo, entity_type))
              expect([entity_type, one, read.get(one)]).toEqual([entity_type, one, name]);
            // Only a full sync finds what is gone.
            const gone = [...read.keys()].filter(
              (one) => !odoo.admin.search(MODELS[entity_type], [['id', '=', Number(one)]]).length,
            );
            if (mode === 'full') expect([entity_type, gone]).toEqual([entity_type, []]);
          }
        }
      } finally {
        await odoo.stop();
      }
    };
    await fc.assert(fc.asyncProperty(life, check), { numRuns: ODOOS });
  },
  60_000 + ODOOS * 60_000,
);
