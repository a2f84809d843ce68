import { type OdooSandbox, startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';
import { type Entity, readEnds } from './year.comparison.ts';
import { eventsOfAYear, type Trouble, type YearEvent } from './year.events.ts';
import type { ShopName } from './year.people.ts';
import { YearShop } from './year.world.ts';

/** `npm run year` has twenty thousand; the suite has what fits. Another seed is another year. */
const EVENTS = Number(process.env.YEAR_EVENTS ?? 250);
const SEED = Number(process.env.YEAR_SEED ?? 1);
const A_YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const ENTITIES: readonly Entity[] = ['customer', 'product', 'order'];
const RUN_MS = 600_000;

const ORG = 'org-year';
const NOTHING_IS_SPARED = { delete_guard_percent: 100 };
/** An order of a product that was gone before Odoo had seen the order cannot be carried over; it is told. */
const MAY_BE_TOLD = ['unknown_product', 'product_archived'];

const clock = { now: Date.UTC(2030, 0, 1) };
let fixture: RunsFixture;
let odoo: OdooSandbox;
let odooId: string;
const shops = new Map<ShopName, YearShop>();
const connections = new Map<ShopName, string>();
let removals = 0;
/** By sync. */
const troubles = new Map<string, Trouble>();

const empty = { customers: 0, products: 0, orders: 0, now: () => clock.now };

beforeAll(async () => {
  fixture = await RunsFixture.start();
  odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0, now: () => clock.now });
  odooId = await fixture.connectOdoo(ORG, odoo, NOTHING_IS_SPARED);
  for (const [index, name] of (['north', 'south'] as const).entries()) {
    shops.set(name, new YearShop(name, await startWooCommerceSandbox({ ...empty, seed: index + 1 })));
    await connect(name);
  }
});
afterAll(async () => {
  await fixture.close();
  await Promise.all([odoo, ...[...shops.values()].map(({ sandbox }) => sandbox)].map((system) => system.stop()));
});

const shopOf = (name: ShopName): YearShop => shops.get(name) as YearShop;

async function connect(name: ShopName): Promise<void> {
  // OAuth signs the time, and the shop's clock is years ahead.
  const settings = { ...NOTHING_IS_SPARED, auth: 'basic' };
  connections.set(name, await fixture.connectShop(ORG, shopOf(name).sandbox, settings));
}

async function connectAgain(name: ShopName): Promise<void> {
  const { status, body } = await fixture.call(ORG, 'DELETE', `/connections/${connections.get(name)}`);
  if (status !== 204) throw new Error(JSON.stringify(body));
  // As the task does that clears away what was read over it, if it comes before the shop is connected again.
  removals += 1;
  if (removals % 2 === 0) await sql(fixture.service.database.appUrl, 'SELECT app.purge_removed_connections(1000000)');
  await connect(name);
}

/** Customers, products, orders of a shop to Odoo. */
async function sync(name: ShopName, mode: 'full' | 'incremental'): Promise<Json[]> {
  const runs: Json[] = [];
  for (const entity_type of ENTITIES) {
    const ends = { source_connection_id: connections.get(name), destination: { connection_id: odooId } };
    runs.push(await fixture.run(ORG, { ...ends, entity_type, mode }, RUN_MS));
  }
  return runs;
}

function trouble(what: Trouble, { sandbox }: YearShop): void {
  sandbox.setFaults([]);
  odoo.setFaults([]);
  if (what === 'responses of the shop are lost') sandbox.setFaults([{ kind: 'response-lost', every: 3, times: 2 }]);
  if (what === 'responses of Odoo are lost') odoo.setFaults([{ kind: 'response-lost', every: 4, times: 3 }]);
  if (what === 'drops') odoo.setFaults([{ kind: 'dropped', every: 5, times: 3 }]);
  if (what === 'errors') odoo.setFaults([{ kind: 'server-error', every: 5, times: 3 }]);
}

async function happens(event: YearEvent): Promise<void> {
  clock.now += A_YEAR_MS / EVENTS;
  if (event.what === 'connection is removed and added again') return connectAgain(event.shop);
  const shop = shopOf(event.shop);
  if (event.what !== 'sync') return shop.happen(event);
  trouble(event.trouble, shop);
  for (const { progress } of await sync(event.shop, event.mode)) troubles.set(progress.sync_id, event.trouble);
  trouble('none', shop);
}

const itemsOf = async ({ progress: { sync_id } }: Json): Promise<Json[]> =>
  (await fixture.call(ORG, 'GET', `/progress/${sync_id}/items?limit=200`)).body.items;

/** What the runs say of what they could not carry over. */
async function told(runs: readonly Json[]): Promise<string[]> {
  const items = (await Promise.all(runs.map(itemsOf))).flat();
  return items.map(({ external_id, error_class, message }) => `${error_class} ${external_id}: ${message}`);
}

/** What became of an item in the whole year, for whoever has to find out why it was told. */
async function storyOf(item: string): Promise<string> {
  const [id] = idsIn([item]);
  const events = ENTITIES.map(async (entity_type) => {
    const { body } = await fixture.call(ORG, 'GET', `/items?entity_type=${entity_type}&external_id=${id}`);
    return body.items.map(
      ({ event, sync_id, external_id, destination_id, error_class }: Json) =>
        `${entity_type} ${external_id} → ${destination_id}: ${event} ${error_class ?? ''} (${troubles.get(sync_id)})`,
    );
  });
  return [item, ...(await Promise.all(events)).flat()].join('\n    ');
}

const idsIn = (items: readonly string[]) => new Set(items.map((item) => /^\S+ (\S+):/.exec(item)?.[1]));

/** The ids of what a run wrote. */
async function written({ progress: { sync_id } }: Json): Promise<string[]> {
  const { body } = await fixture.call(ORG, 'GET', `/progress/${sync_id}/changes`);
  return body.items.map(({ external_id }: Json) => external_id);
}

/** The ids of what runs wrote although the same runs before them had not said that it was to come. */
async function unannounced(runs: readonly Json[], before: readonly Json[]): Promise<string[]> {
  const each = runs.map(async (run, index) => {
    const announced = idsIn(await told([before[index] as Json]));
    return (await written(run)).filter((id) => !announced.has(id));
  });
  return (await Promise.all(each)).flat();
}

const syncBoth = async (): Promise<Json[]> => [...(await sync('north', 'full')), ...(await sync('south', 'full'))];

it(
  `A year of two shops and one Odoo ends with both ends equal and nothing twice (seed ${SEED})`,
  async () => {
    for (const event of eventsOfAYear(SEED, EVENTS)) await happens(event);
    clock.now += 3_600_000;
    const last = await syncBoth();
    // An order of the one shop may wait for a product that the sync of the other brings back, and says so until then.
    const late = await unannounced(await syncBoth(), last);
    const again = await syncBoth();

    const items = await told(again);
    const untold = await Promise.all(
      items.filter((item) => !MAY_BE_TOLD.some((code) => item.startsWith(code))).map(storyOf),
    );
    const ends = readEnds([...shops.values()], odoo);
    expect({ untold, ...ends.odoo, order: undefined }).toEqual({ untold: [], ...ends.shops, order: undefined });
    // An order that is told is missing or as it was; every other one is there, once.
    const toldNumbers = idsIn(items);
    const others = (orders: readonly string[]) => orders.filter((order) => !toldNumbers.has(order.split(' | ', 1)[0]));
    expect(others(ends.odoo.order)).toEqual(others(ends.shops.order));
    expect(last.map(({ progress }) => progress.status).filter((status) => status === 'failed')).toEqual([]);
    // What is equal stays untouched.
    expect(late).toEqual([]);
    for (const { counts } of again) expect(counts).not.toMatchObject({ created: expect.anything() });
    for (const { counts } of again) expect(counts.updated ?? 0).toBe(0);
  },
  3 * 3_600_000,
);
