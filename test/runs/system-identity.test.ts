import { randomUUID } from 'node:crypto';
import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileServer } from '../connectors/csv/csv.support.ts';
import { type BendingProxy, changed, startBendingProxy } from '../support/bending-proxy.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const EMPTY_SHOP = { customers: 0, products: 0, orders: 0 };
const EMPTY_ODOO = { version: 19, partners: 0, products: 0, orders: 0 } as const;
const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };
const BEN = { email: 'ben@other.example', first_name: 'Ben', last_name: 'Sample' };

let fixture: RunsFixture;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(async () => {
  await fixture.close();
  await Promise.all(stops.map((stop) => stop()));
});

async function newShop(options = {}): Promise<WooCommerceSandbox> {
  const shop = await startWooCommerceSandbox({ ...EMPTY_SHOP, ...options });
  stops.push(() => shop.stop());
  return shop;
}
async function newOdoo(options = {}): Promise<OdooSandbox> {
  const odoo = await startOdooSandbox({ ...EMPTY_ODOO, ...options });
  stops.push(() => odoo.stop());
  return odoo;
}

const keysOf = ({ consumerKey, consumerSecret }: WooCommerceSandbox) => ({
  consumer_key: consumerKey,
  consumer_secret: consumerSecret,
});
const sync = (org: string, from: string, to: string, entity_type = 'customer', mode = 'full'): Promise<Json> =>
  fixture.run(org, { source_connection_id: from, destination: { connection_id: to }, entity_type, mode }, 60_000);
const partnersOf = (odoo: OdooSandbox, domain: unknown[] = [['customer_rank', '>', 0]]) =>
  odoo.admin.read('res.partner', odoo.admin.search('res.partner', domain), ['name', 'email', 'phone', 'ref']);

it('A connection that is pointed at another shop does not write its people over ours', async () => {
  const org = 'another-shop';
  const [shop, shop2, odoo] = [await newShop(), await newShop({ seed: 7 }), await newOdoo()];
  shop.admin.createCustomer(ADA);
  shop2.admin.createCustomer(BEN);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  await fixture.run(org, { source_connection_id: from, destination: 'records' });
  const change = { base_url: shop2.url, credentials: keysOf(shop2) };
  const refused = await fixture.call(org, 'PATCH', `/connections/${from}`, change);
  expect([refused.status, refused.body.type]).toEqual([409, expect.stringMatching(/another-system$/)]);
  const still = await fixture.call(org, 'GET', `/connections/${from}`);
  expect(still.body.base_url).toBe(shop.url);

  const told = await fixture.call(org, 'PATCH', `/connections/${from}`, { ...change, another_system: true });
  expect(told.status).toBe(200);
  const check = await fixture.call(org, 'POST', `/connections/${from}/check`);
  expect(check.body).toMatchObject({ ok: true, system: { likeness: 'same' } });
  const { body: left } = await fixture.call(org, 'GET', `/records?connection_id=${from}&deleted=false`);
  expect(left.items).toEqual([]);
  const run = await sync(org, from, to, 'customer', 'incremental');
  expect(run.counts).toEqual({ created: 1 });
  expect(partnersOf(odoo)).toMatchObject([
    { name: 'Ada Example', email: ADA.email },
    { name: 'Ben Sample', email: BEN.email },
  ]);

  // Back at the first one, what was bound before holds again.
  const back = { base_url: shop.url, credentials: keysOf(shop), another_system: true };
  expect((await fixture.call(org, 'PATCH', `/connections/${from}`, back)).status).toBe(200);
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });
});

it('Incremental syncs begin anew when either end is pointed at another system, however old what is there is', async () => {
  const org = 'anew';
  const DAY_MS = 86_400_000;
  const [odoo, odoo2] = [await newOdoo(), await newOdoo()];
  const shops = [];
  for (const seed of [1, 7]) {
    let ago = DAY_MS;
    const shop = await newShop({ seed, now: () => Date.now() - ago });
    shop.admin.createProduct({ name: `Old ${seed}`, sku: `OLD-${seed}`, regular_price: '10' });
    // Later than what an incremental sync reads again.
    ago = 2_000;
    shop.admin.createProduct({ name: `New ${seed}`, sku: `NEW-${seed}`, regular_price: '10' });
    shops.push(shop);
  }
  const [shop, shop2] = shops as [WooCommerceSandbox, WooCommerceSandbox];
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  const counts = async () => (await sync(org, from, to, 'product', 'incremental')).counts;
  expect(await counts()).toEqual({ created: 2 });
  const point = async (id: string, change: object) =>
    expect((await fixture.call(org, 'PATCH', `/connections/${id}`, { ...change, another_system: true })).status).toBe(
      200,
    );
  await point(from, { base_url: shop2.url, credentials: keysOf(shop2) });
  expect(await counts()).toEqual({ created: 2 });
  const credentials = { database: odoo2.database, username: odoo2.username, api_key: odoo2.apiKey };
  await point(to, { base_url: odoo2.url, credentials });
  expect(await counts()).toEqual({ created: 2 });
});

it('An old shop, which has no store id, is told from another by its address', async () => {
  const org = 'another-old-shop';
  const [shop, shop2, odoo] = [
    await newShop({ storeId: null }),
    await newShop({ seed: 7, storeId: null }),
    await newOdoo(),
  ];
  shop.admin.createCustomer(ADA);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  const change = { base_url: shop2.url, credentials: keysOf(shop2) };
  const refused = await fixture.call(org, 'PATCH', `/connections/${from}`, change);
  expect([refused.status, refused.body.type]).toEqual([409, expect.stringMatching(/another-system$/)]);
  // Its administrator says that the shop has moved.
  const moved = await fixture.call(org, 'PATCH', `/connections/${from}`, { ...change, another_system: false });
  expect(moved.status).toBe(200);
});

it('A shop without a store id that another one has taken the place of is noticed, and a person says which it is', async () => {
  const org = 'replaced-old-shop';
  const [shop, odoo] = [await newShop({ storeId: null }), await newOdoo()];
  const ada = shop.admin.createCustomer(ADA);
  const door = await frontDoor(shop.url);
  const from = await fixture.connectShop(org, { ...shop, url: door.url }, { home_url: shop.url });
  const to = await fixture.connectOdoo(org, odoo);
  expect((await sync(org, from, to)).counts).toEqual({ created: 1 });
  const say = async (another_system: boolean) =>
    expect((await fixture.call(org, 'PATCH', `/connections/${from}`, { another_system })).status).toBe(200);
  const expectUnclear = async () => {
    expect((await sync(org, from, to)).progress).toMatchObject({
      ...{ status: 'failed', error_message: expect.stringMatching(/what may be the system it is bound to/) },
    });
    const check = await fixture.call(org, 'POST', `/connections/${from}/check`);
    expect(check.body).toMatchObject({ ok: false, system: { likeness: 'unclear' } });
  };
  // The first account was deleted, so that another one is the first.
  door.bend(
    changed((answer, { url }) => {
      const isOfFirst = url.searchParams.get('role') === 'all' && url.searchParams.get('orderby') === 'id';
      const body = answer.body.replace(/"date_created_gmt":"[^"]*"/g, '"date_created_gmt":"2026-02-01T09:00:00"');
      return isOfFirst ? { ...answer, body } : answer;
    }),
  );
  await expectUnclear();
  await say(false);
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });

  // A shop that was set up anew at the address.
  door.bend(null);
  shop.admin.updateCustomer(ada.id, BEN);
  await expectUnclear();
  expect(partnersOf(odoo)).toMatchObject([{ name: 'Ada Example', email: ADA.email }]);
  await say(true);
  expect((await sync(org, from, to)).counts).toEqual({ created: 1 });
  expect(partnersOf(odoo)).toMatchObject([{ name: 'Ada Example' }, { name: 'Ben Sample' }]);
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });
});

it('The same shop at a new address keeps its bindings, and the check says so', async () => {
  const org = 'same-shop';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  shop.admin.createCustomer(ADA);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  const door = await frontDoor(shop.url);
  const change = { base_url: door.url, credentials: keysOf(shop), settings: { home_url: shop.url } };
  expect((await fixture.call(org, 'PATCH', `/connections/${from}`, change)).status).toBe(200);
  const check = await fixture.call(org, 'POST', `/connections/${from}/check`);
  expect(check.body).toMatchObject({ ok: true, system: { likeness: 'same' } });
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });
});

it('A connection whose address leads elsewhere one day writes nothing, and says why', async () => {
  const org = 'moved-behind';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  shop.admin.createCustomer(ADA);
  const door = await frontDoor(shop.url);
  const from = await fixture.connectShop(org, { ...shop, url: door.url }, { home_url: shop.url });
  const to = await fixture.connectOdoo(org, odoo);
  await sync(org, from, to);
  door.bend(
    changed((answer, { url }) =>
      url.href.includes('/system_status')
        ? { ...answer, body: answer.body.replace(/"store_id":"[^"]*"/, '"store_id":"x"') }
        : answer,
    ),
  );
  shop.admin.updateCustomer(2, BEN);
  for (const mode of ['full', 'incremental']) {
    const run = await sync(org, from, to, 'customer', mode);
    expect(run.progress).toMatchObject({ status: 'failed', error_message: expect.stringMatching(/another system/) });
  }
  const check = await fixture.call(org, 'POST', `/connections/${from}/check`);
  expect(check.body).toMatchObject({ ok: false, system: { likeness: 'another' } });
  expect(partnersOf(odoo)).toMatchObject([{ name: 'Ada Example' }]);
});

it('Another Odoo behind a connection is not taken for one that has everything', async () => {
  const org = 'another-odoo';
  const [shop, odoo, odoo2] = [await newShop(), await newOdoo(), await newOdoo()];
  const ada = shop.admin.createCustomer(ADA);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  const [partner] = partnersOf(odoo);
  const bjoern = odoo2.admin.create('res.partner', { name: 'Björn Sample', customer_rank: 1 });
  expect(bjoern).toBe(partner?.id);
  const credentials = { database: odoo2.database, username: odoo2.username, api_key: odoo2.apiKey };
  const change = { base_url: odoo2.url, credentials };
  const refused = await fixture.call(org, 'PATCH', `/connections/${to}`, change);
  expect([refused.status, refused.body.type]).toEqual([409, expect.stringMatching(/another-system$/)]);
  const told = await fixture.call(org, 'PATCH', `/connections/${to}`, { ...change, another_system: true });
  expect(told.status).toBe(200);
  expect((await sync(org, from, to)).counts).toEqual({ created: 1 });
  shop.admin.updateCustomer(ada.id, { billing: { phone: '+41 1' } });
  expect((await sync(org, from, to)).counts).toEqual({ updated: 1 });
  expect(partnersOf(odoo2)).toMatchObject([
    { name: 'Björn Sample', phone: false },
    { name: 'Ada Example', phone: '+41 1' },
  ]);
});

it('Another company at the same address is another system', async () => {
  const org = 'another-company';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  shop.admin.createCustomer(ADA);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  const company = { settings: { company_id: 1 } };
  expect((await fixture.call(org, 'PATCH', `/connections/${to}`, company)).status).toBe(409);
  expect((await fixture.call(org, 'PATCH', `/connections/${to}`, { ...company, another_system: true })).status).toBe(
    200,
  );
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });
  expect(partnersOf(odoo)).toHaveLength(1);
});

it('Another database at the same address is another system', async () => {
  const org = 'another-database';
  const [shop, odoo, second] = [
    await newShop(),
    await newOdoo({ version: 18 }),
    await newOdoo({ version: 18, database: 'second' }),
  ];
  const proxy = await startBendingProxy(odoo.url, ({ url, body }, forward) =>
    forward(body.includes('"second"') ? new URL(url.pathname, second.url) : url),
  );
  stops.push(() => proxy.stop());
  shop.admin.createCustomer(ADA);
  const bjoern = second.admin.create('res.partner', { name: 'Björn Sample', customer_rank: 1 });
  const from = await fixture.connectShop(org, shop);
  const to = await fixture.connectOdoo(org, { ...odoo, url: proxy.url });
  await sync(org, from, to);
  expect(partnersOf(odoo)).toMatchObject([{ id: bjoern, name: 'Ada Example' }]);
  const change = { credentials: { database: 'second', username: second.username, api_key: second.apiKey } };
  expect((await fixture.call(org, 'PATCH', `/connections/${to}`, change)).status).toBe(409);
  expect((await fixture.call(org, 'PATCH', `/connections/${to}`, { ...change, another_system: true })).status).toBe(
    200,
  );
  expect((await sync(org, from, to)).counts).toEqual({ created: 1 });
  expect(partnersOf(second)).toMatchObject([{ name: 'Björn Sample', email: false }, { name: 'Ada Example' }]);
});

it('An Odoo whose uuid the key may not read is told by its address, database and first company; else `check` asks, and no run writes', async () => {
  const org = 'no-uuid';
  const [shop, odoo, other] = [
    await newShop(),
    await newOdoo({ databaseUuid: null }),
    await newOdoo({ databaseUuid: null }),
  ];
  for (const one of [odoo, other]) one.admin.deny('ir.config_parameter', ['read']);
  let behind = odoo;
  const proxy = await startBendingProxy(odoo.url, ({ url }, forward) => forward(new URL(url.pathname, behind.url)));
  stops.push(() => proxy.stop());
  const ada = shop.admin.createCustomer(ADA);
  const from = await fixture.connectShop(org, shop);
  const to = await fixture.connectOdoo(org, { ...odoo, url: proxy.url });
  const likeness = async () => (await fixture.call(org, 'POST', `/connections/${to}/check`)).body.system.likeness;
  await sync(org, from, to);
  expect(await likeness()).toBe('same');

  // Another company is the first one there: another Odoo, or this one with another user.
  other.admin.create('res.company', { name: 'Sister Ltd' });
  other.admin.hide('res.company', [1]);
  const bjoern = other.admin.create('res.partner', { name: 'Björn Sample', customer_rank: 1 });
  behind = other;
  expect(await likeness()).toBe('unclear');
  shop.admin.updateCustomer(ada.id, { billing: { phone: '+41 1' } });
  const refused = await sync(org, from, to);
  expect(refused.progress).toMatchObject({ status: 'failed', error_message: expect.stringMatching(/another_system/) });
  expect(partnersOf(other)).toMatchObject([{ id: bjoern, name: 'Björn Sample', phone: false }]);
  behind = odoo;
  expect((await sync(org, from, to)).counts).toEqual({ updated: 1 });
});

it('An entry that has got the id of a bound one, in a database restored from a backup, is not written over', async () => {
  const org = 'restored';
  const databaseUuid = '00000000-1111-4111-8222-333333333333';
  const [shop, odoo] = [await newShop(), await newOdoo({ databaseUuid })];
  const restored = await newOdoo({ databaseUuid, now: () => Date.now() + 3_600_000 });
  const ada = shop.admin.createCustomer(ADA);
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  await sync(org, from, to);
  const bjoern = restored.admin.create('res.partner', { name: 'Björn Sample', customer_rank: 1 });
  expect(bjoern).toBe(partnersOf(odoo)[0]?.id);
  const credentials = { database: restored.database, username: restored.username, api_key: restored.apiKey };
  const moved = await fixture.call(org, 'PATCH', `/connections/${to}`, { base_url: restored.url, credentials });
  expect(moved.status).toBe(200);
  shop.admin.updateCustomer(ada.id, { billing: { phone: '+41 1' } });
  expect((await sync(org, from, to)).counts).toEqual({ created: 1 });
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 1 });
  expect(partnersOf(restored)).toMatchObject([
    { name: 'Björn Sample', phone: false, email: false },
    { name: 'Ada Example', phone: '+41 1' },
  ]);
});

it('A connection that is removed and added again makes nothing twice', async () => {
  const org = 'added-again';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  shop.admin.createCustomer(ADA);
  shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
  const partner = odoo.admin.create('res.partner', { name: 'Ada Example', email: ADA.email, customer_rank: 1 });
  const lamp = odoo.admin.create('product.product', { name: 'Lamp', default_code: 'LAMP-1', list_price: 10 });
  for (const n of [1, 2, 3])
    odoo.admin.create('sale.order', {
      partner_id: partner,
      order_line: [
        [0, 0, { product_id: lamp, name: 'Lamp', product_uom_qty: n, price_unit: 10, tax_ids: [[6, 0, []]] }],
      ],
    });
  const ends = { odoo: await fixture.connectOdoo(org, odoo), shop: await fixture.connectShop(org, shop) };
  const all = async () => {
    const runs: Json[] = [];
    for (const entity of ['customer', 'product', 'order']) runs.push(await sync(org, ends.odoo, ends.shop, entity));
    return runs.map(({ counts }) => counts);
  };
  expect(await all()).toEqual([{ unchanged: 1 }, expect.anything(), { created: 3 }]);
  const rounds = Number(process.env.REMOVAL_ROUNDS ?? 4);
  for (let round = 0; round < rounds; round += 1) {
    const which = round % 2 === 0 ? 'odoo' : 'shop';
    expect((await fixture.call(org, 'DELETE', `/connections/${ends[which]}`)).status).toBe(204);
    // What was read is deleted; which entries belong together is not.
    if (round % 4 < 2) await purge();
    if (round === 1) {
      const customer = shop.state().customers()[0]?.id;
      for (let n = 0; n < 105; n += 1) shop.admin.createOrder({ customer_id: customer, line_items: [] });
    }
    ends[which] = which === 'odoo' ? await fixture.connectOdoo(org, odoo) : await fixture.connectShop(org, shop);
    expect(await all()).toEqual([{ unchanged: 1 }, { unchanged: 1 }, { unchanged: 3 }]);
  }
  expect(
    shop
      .state()
      .orders()
      .filter(({ created_via }) => created_via === 'rest-api'),
  ).toHaveLength(3);
});

it.each([
  ['', async () => undefined],
  [', and what was read of it is purged', purge],
])('What left a shop while it was not connected is put away by the next full sync%s', async (_when, meanwhile) => {
  const org = `left-${randomUUID()}`;
  const [shop, odoo] = [await newShop(), await newOdoo()];
  const [ada] = [shop.admin.createCustomer(ADA), shop.admin.createCustomer(BEN)];
  const settings = { delete_guard_percent: 50 };
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo, settings)];
  expect((await sync(org, from, to)).counts).toEqual({ created: 2 });
  expect((await fixture.call(org, 'DELETE', `/connections/${from}`)).status).toBe(204);
  await meanwhile();
  shop.admin.deleteCustomer(ada.id);
  const again = await fixture.connectShop(org, shop);
  expect((await sync(org, again, to)).counts).toEqual({ deleted: 1, unchanged: 1 });
  expect(
    partnersOf(odoo, [
      ['active', '=', true],
      ['customer_rank', '>', 0],
    ]),
  ).toMatchObject([{ email: BEN.email }]);
  expect((await sync(org, again, to)).counts).toEqual({ unchanged: 1 });
});

const CSV_SETTINGS = {
  ...{ allow_http: true, entity_type: 'customer', id_column: 'ID' },
  columns: { name: 'Name', email: 'Email', 'billing.country': 'Country' },
};
async function twoPeople(org: string) {
  const files = await FileServer.start();
  stops.push(() => files.close());
  files.file = 'ID,Name,Email,Country\n1,Ada Example,,CH\n2,Ben Sample,,CH\n';
  const odoo = await newOdoo();
  const connect = async (): Promise<string> => {
    const file = { name: 'file', system: 'csv', base_url: files.url, credentials: {}, settings: CSV_SETTINGS };
    const { body } = await fixture.call(org, 'POST', '/connections', file);
    return body.id;
  };
  return { odoo, files, connect, to: await fixture.connectOdoo(org, odoo) };
}

it('Rows without e-mail are not made twice when their file is connected again', async () => {
  const org = 'file-again';
  const { odoo, connect, to } = await twoPeople(org);
  let from = await connect();
  expect((await sync(org, from, to)).counts).toEqual({ created: 2 });
  await fixture.call(org, 'DELETE', `/connections/${from}`);
  from = await connect();
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 2 });
  expect(partnersOf(odoo)).toHaveLength(2);
});

it('Another id column is another system, not new people and deletions', async () => {
  const org = 'id-column';
  const { odoo, files, connect, to } = await twoPeople(org);
  const from = await connect();
  await sync(org, from, to);
  const change = { settings: { id_column: 'Name' } };
  const refused = await fixture.call(org, 'PATCH', `/connections/${from}`, change);
  expect([refused.status, refused.body.type]).toEqual([409, expect.stringMatching(/another-system$/)]);
  const no = await fixture.call(org, 'PATCH', `/connections/${from}`, { ...change, another_system: false });
  expect(no.status).toBe(409);
  const told = await fixture.call(org, 'PATCH', `/connections/${from}`, { ...change, another_system: true });
  expect(told.status).toBe(200);
  // A stranger who only has the name is created.
  files.file += '3,"Example, Ada",,DE\n';
  const run = await sync(org, from, to);
  expect(run.counts).toEqual({ conflict: 2, created: 1 });
  const { body } = await fixture.call(org, 'GET', `/progress/${run.progress.sync_id}/items`);
  expect(body.items).toMatchObject([{ error_class: 'ambiguous_match' }, { error_class: 'ambiguous_match' }]);
  expect(partnersOf(odoo)).toHaveLength(3);

  const [ada] = partnersOf(odoo);
  const bindings = [
    { external_id: 'Ada Example', with_external_id: String(ada?.id) },
    { external_id: 'Ben Sample', with_external_id: null },
  ];
  const decided = { with: to, entity_type: 'customer', bindings };
  expect((await fixture.call(org, 'PUT', `/connections/${from}/bindings`, decided)).status).toBe(200);
  expect((await sync(org, from, to)).counts).toEqual({ unchanged: 2, created: 1 });
});

it('A shop that is said to be another one, and is not, gets nothing made twice in Odoo', async () => {
  const org = 'said-another';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  const ada = shop.admin.createCustomer(ADA);
  const lamp = shop.admin.createProduct({ name: 'Lamp', regular_price: '10' });
  shop.admin.createOrder({ customer_id: ada.id, line_items: [{ product_id: lamp.id, quantity: 1 }] });
  const [from, to] = [await fixture.connectShop(org, shop), await fixture.connectOdoo(org, odoo)];
  const all = async () => {
    const counts = [];
    for (const entity of ['customer', 'product', 'order']) counts.push((await sync(org, from, to, entity)).counts);
    return counts;
  };
  expect(await all()).toEqual([{ created: 1 }, { created: 1 }, { created: 1 }]);
  const said = await fixture.call(org, 'PATCH', `/connections/${from}`, { another_system: true });
  expect(said.status).toBe(200);
  expect(await all()).toEqual([{ unchanged: 1 }, { conflict: 1 }, { conflict: 1 }]);
});

it('An Odoo that is said to be another one, and is not, gets nothing made twice in a shop', async () => {
  const org = 'said-another-odoo';
  const [shop, odoo] = [await newShop(), await newOdoo()];
  const ada = odoo.admin.create('res.partner', { name: 'Ada Example', email: ADA.email, customer_rank: 1 });
  const lamp = odoo.admin.create('product.product', {
    name: 'Lamp',
    default_code: 'L-1',
    list_price: 10,
    taxes_id: [],
  });
  const order = (quantity: number) =>
    odoo.admin.create('sale.order', {
      partner_id: ada,
      order_line: [[0, 0, { product_id: lamp, product_uom_qty: quantity, price_unit: 10 }]],
    });
  const [first, other] = [order(1), order(2)];
  const [from, to] = [await fixture.connectOdoo(org, odoo), await fixture.connectShop(org, shop)];
  const all = async () => {
    const counts = [];
    for (const entity of ['customer', 'product', 'order']) counts.push((await sync(org, from, to, entity)).counts);
    return counts;
  };
  expect(await all()).toEqual([{ created: 1 }, { created: 1 }, { created: 2 }]);
  const said = await fixture.call(org, 'PATCH', `/connections/${from}`, { another_system: true });
  expect(said.status).toBe(200);
  order(3);
  expect(await all()).toEqual([{ unchanged: 1 }, { unchanged: 1 }, { conflict: 2, created: 1 }]);
  const run = await sync(org, from, to, 'order');
  const { body } = await fixture.call(org, 'GET', `/progress/${run.progress.sync_id}/items`);
  expect(body.items).toMatchObject([{ error_class: 'ambiguous_match' }, { error_class: 'ambiguous_match' }]);

  // A person says which is which.
  const orders = shop.state().orders() as Json[];
  const bindings = [first, other].map((id, n) => {
    const made = orders.find(({ line_items }) => line_items[0].quantity === n + 1);
    return { external_id: String(id), with_external_id: String(made?.id) };
  });
  const decided = { with: to, entity_type: 'order', bindings };
  expect((await fixture.call(org, 'PUT', `/connections/${from}/bindings`, decided)).status).toBe(200);
  expect((await sync(org, from, to, 'order')).counts).toEqual({ unchanged: 3 });
  expect(shop.state().orders()).toHaveLength(3);
});

it('A product without a SKU is not made twice in a shop when another column of its file is the id', async () => {
  const org = 'product-column';
  const [files, shop] = [await FileServer.start(), await newShop()];
  stops.push(() => files.close());
  files.file = 'ID,Code,Name\n1,A,Lamp & Shade\n';
  const settings = { allow_http: true, entity_type: 'product', id_column: 'ID', columns: { name: 'Name' } };
  const file = { name: 'file', system: 'csv', base_url: files.url, credentials: {}, settings };
  const from = (await fixture.call(org, 'POST', '/connections', file)).body.id;
  const to = await fixture.connectShop(org, shop);
  expect((await sync(org, from, to, 'product')).counts).toEqual({ created: 1 });
  const change = { settings: { id_column: 'Code' }, another_system: true };
  expect((await fixture.call(org, 'PATCH', `/connections/${from}`, change)).status).toBe(200);
  expect((await sync(org, from, to, 'product')).counts).toEqual({ conflict: 1 });
  expect(shop.state().products()).toHaveLength(1);
});

it("A change is not lost because a proxy's clock is ahead", async () => {
  const org = 'clock';
  const shop = await newShop();
  const door = await frontDoor(shop.url);
  const from = await fixture.connectShop(org, { ...shop, url: door.url }, { home_url: shop.url });
  for (const [ahead, price] of [
    [600_000, '12'],
    [-600_000, '13'],
    [null, '14'],
  ] as const) {
    door.bend(
      changed((answer) => {
        const date = ahead === null ? '' : new Date(Date.now() + ahead).toUTCString();
        return { ...answer, headers: { ...answer.headers, date } };
      }),
    );
    const [lamp] = shop.state().products();
    const { id } = lamp ?? shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
    const read = { source_connection_id: from, destination: 'records', entity_type: 'product' };
    await fixture.run(org, read);
    if (ahead !== null) {
      const { body } = await fixture.call(org, 'POST', `/connections/${from}/check`);
      expect(body.warnings.join()).toMatch(/Date.* 600 s/);
    }
    shop.admin.updateProduct(id, { regular_price: price });
    const run = await fixture.run(org, { ...read, mode: 'incremental' });
    expect(run.counts).toEqual({ updated: 1 });
    const { body } = await fixture.call(org, 'GET', `/records/${from}/product/${id}`);
    expect(Number(body.data.price)).toBe(Number(price));
  }
});

/** Another address of a system. */
async function frontDoor(target: string): Promise<BendingProxy> {
  const proxy = await startBendingProxy(target);
  stops.push(() => proxy.stop());
  return proxy;
}

async function purge(): Promise<void> {
  for (let more = 1; more > 0; ) {
    const [row] = await sql<{ more: number }>(
      fixture.service.database.appUrl,
      'SELECT app.purge_removed_connections(1000) AS more',
    );
    more = row?.more ?? 0;
  }
}
