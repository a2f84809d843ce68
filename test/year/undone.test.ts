import { type OdooSandbox, startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLACEHOLDERS } from '../../src/connectors/odoo/orders/line.mapping.ts';
import { undo } from '../previews/undo.support.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { eventsOfAYear } from './year.events.ts';
import type { ShopName } from './year.people.ts';
import { YearShop } from './year.world.ts';

/** More by the environment, and another seed is another year. */
const EVENTS = Number(process.env.UNDONE_EVENTS ?? 60);
const SEED = Number(process.env.UNDONE_SEED ?? 1);
const ORG = 'org-undone-year';
const MODELS = { customer: 'res.partner', product: 'product.template', order: 'sale.order' } as const;
const ENTITIES = ['customer', 'product', 'order'] as const;
const SHOPS = ['north', 'south'] as const satisfies readonly ShopName[];
/** Why an item may stay as it is; docs/previews.md names each. */
const CODES =
  /^(changed_since|deleted_at_destination|archived_at_destination|in_use_elsewhere|exists_again|not_kept|nothing_written)$/;

let fixture: RunsFixture;
let odoo: OdooSandbox;
let shops: Record<ShopName, YearShop>;

beforeAll(async () => {
  fixture = await RunsFixture.start();
  odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
  const shopOf = async (name: ShopName, seed: number) =>
    new YearShop(name, await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, seed }));
  shops = { north: await shopOf('north', 1), south: await shopOf('south', 2) };
});
afterAll(async () => {
  await fixture.close();
  await Promise.all([odoo.stop(), ...Object.values(shops).map(({ sandbox }) => sandbox.stop())]);
});

/** A row as people see it, and whether it is archived or cancelled. */
interface Row {
  readonly isPutAway: boolean;
  readonly shown: Readonly<Record<string, unknown>>;
}
type Rows = ReadonlyMap<string, Row>;

const FIELDS = {
  'res.partner': [
    'name',
    'email',
    'phone',
    'street',
    'street2',
    'zip',
    'city',
    'country_id',
    'vat',
    'ref',
    'parent_id',
  ],
  'product.template': ['name', 'default_code', 'barcode', 'list_price', 'weight', 'sale_ok'],
  'sale.order': [
    'partner_id',
    'client_order_ref',
    'state',
    'currency_id',
    'amount_untaxed',
    'amount_tax',
    'amount_total',
  ],
} as const;

/** All that Odoo has of items, archived and cancelled rows and the lines of orders, too, by model and id. */
function everything(): Rows {
  const { admin } = odoo;
  const ids = (model: keyof typeof FIELDS) =>
    model === 'sale.order'
      ? admin.search(model, [])
      : [true, false].flatMap((active) => admin.search(model, [['active', '=', active]]));
  const isOurs = (row: Json) => Object.values<string>(PLACEHOLDERS).includes(row.default_code);
  return new Map(
    (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).flatMap((model) =>
      ids(model).flatMap((id): [string, Row][] => {
        const row = admin.get(model, id) as Json;
        // What lines without a product of their own are written with belongs to no item.
        if (model === 'product.template' && isOurs(row)) return [];
        const lines = (row.order_line ?? []).map((line: number) => {
          const { product_id, name, product_uom_qty, price_unit, price_subtotal } = admin.get(
            'sale.order.line',
            line,
          ) as Json;
          return { product_id, name, product_uom_qty, price_unit, price_subtotal };
        });
        const shown = Object.fromEntries([...FIELDS[model].map((field) => [field, row[field]]), ['lines', lines]]);
        return [[`${model} ${id}`, { isPutAway: row.active === false || row.state === 'cancel', shown }]];
      }),
    ),
  );
}

interface Began {
  readonly syncId: string;
  readonly before: Rows;
}

/** What is otherwise than before the run, but for rows of which it was said that they stay. */
function notBack(before: Rows, said: ReadonlyMap<string, string>): object[] {
  const now = everything();
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((id) => {
    const [was, is] = [before.get(id), now.get(id)];
    if (said.has(id)) return [];
    // What was made is put away again.
    const isBack = was
      ? is?.isPutAway === was.isPutAway && JSON.stringify(is.shown) === JSON.stringify(was.shown)
      : is?.isPutAway === true;
    return isBack ? [] : [{ id, was, is }];
  });
}

it(`Every run of a year, undone in reverse order, ends where it began or says item by item why not (seed ${SEED})`, async () => {
  const settings = { delete_guard_percent: 100 };
  const odooId = await fixture.connectOdoo(ORG, odoo, settings);
  const shopIds = {
    north: await fixture.connectShop(ORG, shops.north.sandbox, settings),
    south: await fixture.connectShop(ORG, shops.south.sandbox, settings),
  };
  const began: Began[] = [];
  // Whatever the year was, it ends with a sync of both.
  const last = SHOPS.map((shop) => ({ what: 'sync', mode: 'full', shop }) as const);
  for (const event of [...eventsOfAYear(SEED, EVENTS), ...last]) {
    if (event.what === 'connection is removed and added again') continue;
    if (event.what !== 'sync') {
      shops[event.shop].happen(event);
      continue;
    }
    for (const entity_type of ENTITIES) {
      const before = everything();
      const ends = { source_connection_id: shopIds[event.shop], destination: { connection_id: odooId }, entity_type };
      const run = await fixture.run(ORG, { ...ends, mode: event.mode }, 60_000);
      const { body } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/changes?limit=1000`);
      const wrote = body.items.some(({ kind }: Json) => kind !== 'conflict');
      if (wrote) began.push({ syncId: run.sync_id, before });
    }
  }
  expect(began.length).toBeGreaterThan(0);

  /** By row: why it stays. Once said, it stays for the runs before, too. */
  const said = new Map<string, string>();
  const wrong: object[] = [];
  for (const one of began.toReversed()) {
    const made = await fixture.call(ORG, 'GET', `/progress/${one.syncId}/changes?limit=1000`);
    const entryOf = new Map<string, string>(
      made.body.items.map((item: Json) => [item.external_id, item.destination_id]),
    );
    const { changes, run } = await undo(fixture, ORG, one.syncId);
    const model = MODELS[run.entity_type as keyof typeof MODELS];
    const { body } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/items?limit=1000`);
    for (const { external_id, error_class, message, outcome } of body.items) {
      // What is warned of was done.
      if (outcome === 'warned') continue;
      expect([external_id, entryOf.has(external_id)]).toEqual([external_id, true]);
      expect(`${error_class}`).toMatch(CODES);
      said.set(`${model} ${entryOf.get(external_id)}`, `${error_class}: ${message}`);
    }
    // The preview said the same of the same items.
    const foreseen = changes.filter(({ kind }) => kind === 'conflict').map(({ external_id }) => external_id);
    const told = body.items
      .filter(({ outcome }: Json) => outcome === 'skipped')
      .map(({ external_id }: Json) => external_id);
    expect(told.sort()).toEqual(foreseen.sort());
    wrong.push(...notBack(one.before, said).map((row) => ({ entity: run.entity_type, sync: one.syncId, ...row })));
  }
  if (process.env.UNDONE_SEED) console.log(began.length, 'runs;', said);
  expect(wrong).toEqual([]);
  // Of the whole year nothing is left, but what was said.
  expect(notBack(began[0]?.before ?? new Map(), said)).toEqual([]);
}, 600_000);
