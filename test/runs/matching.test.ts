import { createHmac } from 'node:crypto';
import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileServer } from '../connectors/csv/csv.support.ts';
import { shopClient } from '../sandbox/woocommerce/shop-client.support.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const NOTHING = { customers: 0, products: 0, orders: 0 };
const LAMP = { name: 'Lamp', sku: 'LAMP-1', regular_price: '100.00' };
const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };
const WITH_PHONE = { ...ADA, billing: { phone: '+41 31 555 01 01' } };

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

let shop: WooCommerceSandbox;
let shop2: WooCommerceSandbox;
let odoo: OdooSandbox;
let org: string;
let ids: Map<unknown, string>;
let orgs = 0;

beforeEach(async () => {
  [shop, shop2, odoo] = await Promise.all([
    startWooCommerceSandbox(NOTHING),
    startWooCommerceSandbox({ ...NOTHING, seed: 7 }),
    startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ]);
  orgs += 1;
  org = `org-matching-${orgs}`;
  ids = new Map();
});
afterEach(() => Promise.all([shop.stop(), shop2.stop(), odoo.stop()]));

type System = WooCommerceSandbox | OdooSandbox;

async function connection(system: System, settings: object = {}): Promise<string> {
  const id =
    ids.get(system) ??
    ('uid' in system
      ? await fixture.connectOdoo(org, system, settings)
      : await fixture.connectShop(org, system, settings));
  ids.set(system, id);
  return id;
}

const ends = async (from: System, to: System, entity_type: string) => ({
  source_connection_id: await connection(from),
  destination: { connection_id: await connection(to) },
  entity_type,
});

async function sync(from: System, to: System, entity: string): Promise<{ counts: Json; items: Json[] }> {
  const { counts, progress } = await fixture.run(org, await ends(from, to, entity));
  const { body } = await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`);
  return { counts, items: body.items };
}

async function previewed(from: System, to: System, entity: string): Promise<Json> {
  const { source_connection_id, ...rest } = await ends(from, to, entity);
  const { body } = await fixture.call(org, 'POST', `/connections/${source_connection_id}/preview`, rest);
  await fixture.ended(org, body.sync_id);
  return (await fixture.call(org, 'GET', `/previews/${body.cache_key}`)).body.summary;
}

const partner = (id: number, fields: string[] = []) => odoo.admin.get('res.partner', id, fields);
const orders = () =>
  odoo.admin
    .read('sale.order', odoo.admin.search('sale.order', []))
    .map(({ partner_id, order_line, amount_untaxed, client_order_ref }) => ({
      ...{ partner: partner_id[1], lines: order_line.length, untaxed: amount_untaxed, client_order_ref },
    }));
/** Everything of a record that a write could change. */
const frozen = (model: string, id: number) => odoo.admin.get(model, id);

/** All of a system, with everything that a write could change. */
function entriesOf(system: System, entity: string): Json[] {
  if (!('uid' in system)) return entity === 'product' ? system.state().products() : system.state().customers();
  const model = { customer: 'res.partner', product: 'product.template' }[entity] as string;
  return system.admin.read(model, system.admin.search(model, []));
}

describe('What is somebody else’s', () => {
  it('An order of another shop with the same number is never taken over', async () => {
    const buy = (at: WooCommerceSandbox, product: typeof LAMP, customer: typeof ADA, quantity: number) => {
      const made = at.admin.createProduct(product);
      const buyer = at.admin.createCustomer(customer);
      at.admin.createOrder({
        customer_id: buyer.id,
        status: 'processing',
        line_items: [{ product_id: made.id, quantity }],
      });
    };
    buy(shop, LAMP, ADA, 1);
    const ben = { email: 'ben@shop.example', first_name: 'Ben', last_name: 'Example' };
    buy(shop2, { name: 'Chair', sku: 'CHAIR-1', regular_price: '77.00' }, ben, 2);
    for (const entity of ['customer', 'product']) for (const one of [shop, shop2]) await sync(one, odoo, entity);
    expect((await sync(shop, odoo, 'order')).counts).toEqual({ created: 1 });
    expect((await sync(shop2, odoo, 'order')).counts).toEqual({ created: 1 });
    expect((await sync(shop, odoo, 'order')).counts).toEqual({ unchanged: 1 });
    expect(orders()).toEqual([
      { partner: 'Ada Example', lines: 1, untaxed: 100, client_order_ref: '12' },
      { partner: 'Ben Example', lines: 1, untaxed: 154, client_order_ref: '12' },
    ]);
  });

  it.each(['quotation', 'confirmed'])(
    "A quotation whose customer reference equals a shop's order number stays its owner's (%s)",
    async (state) => {
      const lamp = shop.admin.createProduct({ ...LAMP, regular_price: '32.93' });
      const ada = shop.admin.createCustomer(ADA);
      const { number } = shop.admin.createOrder({
        ...{ customer_id: ada.id, status: 'processing', line_items: [{ product_id: lamp.id, quantity: 1 }] },
      });
      const firm = odoo.admin.create('res.partner', {
        ...{ name: 'Steel Example Ltd', email: 'po@steel.example', customer_rank: 1 },
      });
      const girder = odoo.admin.create('product.product', {
        ...{ name: 'Girder', default_code: 'GIRDER', list_price: 5000 },
      });
      const line = { product_id: girder, name: 'Girder', product_uom_qty: 3, price_unit: 5000 };
      const quotation = odoo.admin.create('sale.order', {
        ...{ partner_id: firm, client_order_ref: number, order_line: [[0, 0, line]] },
      });
      if (state === 'confirmed') odoo.admin.call('sale.order', 'action_confirm', [quotation]);
      for (const entity of ['customer', 'product']) await sync(shop, odoo, entity);
      const before = frozen('sale.order', quotation);
      expect(await previewed(shop, odoo, 'order')).toMatchObject({ creates: 1, updates: 0, conflicts: 0 });
      expect((await sync(shop, odoo, 'order')).counts).toEqual({ created: 1 });
      expect(frozen('sale.order', quotation)).toEqual(before);
      expect(orders()).toContainEqual({ partner: 'Ada Example', lines: 1, untaxed: 32.93, client_order_ref: number });
    },
  );

  it("A shop customer with the tenant's own e-mail does not rename the company", async () => {
    odoo.admin.write('res.partner', [1], {
      ...{ name: 'Own Company', email: 'office@own.example', street: 'Main Road 9' },
    });
    const before = [frozen('res.partner', 1), frozen('res.company', 1)];
    shop.admin.createCustomer({
      ...{ email: 'office@own.example', first_name: 'Evil', last_name: 'Company' },
      billing: { address_1: '1 Fraud Street', phone: '+9 99' },
    });
    expect((await sync(shop, odoo, 'customer')).counts).toEqual({ created: 1 });
    expect([frozen('res.partner', 1), frozen('res.company', 1)]).toEqual(before);
    const [made = 0] = odoo.admin.search('res.partner', [['name', '=', 'Evil Company']]);
    expect(partner(made).customer_rank).toBe(1);
  });

  it('A shop customer with the e-mail of an internal user does not rename the user', async () => {
    odoo.admin.write('res.partner', [3], { email: 'boss@own.example' });
    const before = frozen('res.partner', 3);
    shop.admin.createCustomer({
      ...{ email: 'boss@own.example', first_name: 'Mallory', last_name: 'Fake' },
      billing: { phone: '+9 99', city: 'Nowhere', country: 'CH' },
    });
    expect((await sync(shop, odoo, 'customer')).counts).toEqual({ created: 1 });
    expect(frozen('res.partner', 3)).toEqual(before);
  });

  const user = (login: string, active: boolean) => (partner_id: number) => {
    odoo.admin.create('res.users', { login, partner_id, active });
  };
  it.each([
    ['another company', (partner_id: number) => void odoo.admin.create('res.company', { name: 'Sister', partner_id })],
    ['a portal user', user('portal', true)],
    ['an archived user', user('former', false)],
  ])('is the partner of %s, whatever kind of run meets it', async (_of, belong) => {
    // Everything is the same, and it is a customer.
    const values = { name: 'Ada Example', email: ADA.email, phone: '+1', customer_rank: 1 };
    const entry = odoo.admin.create('res.partner', values);
    belong(entry);
    const before = frozen('res.partner', entry);
    const ada = shop.admin.createCustomer(WITH_PHONE);
    expect(await previewed(shop, odoo, 'customer')).toMatchObject({ creates: 0, updates: 0, conflicts: 1 });
    const { source_connection_id, destination, entity_type } = await ends(shop, odoo, 'customer');
    const run = await fixture.run(org, { source_connection_id, destination, entity_type });
    const expectAskedAbout = async ({ counts, progress }: Json) => {
      const { body } = await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`);
      expect([counts, body.items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
      expect(frozen('res.partner', entry)).toEqual(before);
    };
    await expectAskedAbout(run);
    const retry = await fixture.call(org, 'POST', `/progress/${run.progress.sync_id}/retry-failed`, {
      external_id: String(ada.id),
    });
    await expectAskedAbout(await fixture.ended(org, retry.body.sync_id));
    await expectAskedAbout(await fixture.ended(org, await byWebhook(ada.id)));
  });

  /** The run that a webhook of the shop about one of its customers starts. */
  async function byWebhook(id: number): Promise<string> {
    const [from, to] = [await connection(shop), await connection(odoo)];
    const secret = 'a-secret-of-the-webhooks';
    const settings = { allow_http: true, webhook_destination: to };
    await fixture.call(org, 'PATCH', `/connections/${from}`, { webhook_secret: secret, settings });
    const body = JSON.stringify({ id });
    const headers = {
      'content-type': 'application/json',
      'x-wc-webhook-topic': 'customer.updated',
      'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
    };
    const sent = await send(fixture.service, `/api/sync/hooks/${from}`, { method: 'POST', body, ...headers });
    expect(sent.body).toEqual({ status: 'accepted' });
    return waitFor('the webhook has a run', async () => {
      const runs = (await fixture.call(org, 'GET', `/runs?connection_id=${from}`)).body.items as Json[];
      return runs.find(({ trigger }) => trigger === 'webhook')?.sync_id as string | undefined;
    });
  }

  it('A vendor is not turned into a customer because the e-mail is the same', async () => {
    const vendor = odoo.admin.create('res.partner', {
      ...{ name: 'Vendor Example Ltd', email: ADA.email, phone: '+1 555 0100', customer_rank: 0 },
    });
    const before = frozen('res.partner', vendor);
    shop.admin.createCustomer(WITH_PHONE);
    expect((await sync(shop, odoo, 'customer')).counts).toEqual({ created: 1 });
    expect(frozen('res.partner', vendor)).toEqual(before);
    const read = await fixture.run(org, {
      ...{ source_connection_id: await connection(odoo), destination: 'records', entity_type: 'customer' },
    });
    expect(read.counts).toEqual({ created: 1 });
  });

  it('A delivery address of the right partner is no second match', async () => {
    const parent = odoo.admin.create('res.partner', { name: 'Ada Example', email: ADA.email, customer_rank: 1 });
    for (const type of ['delivery', 'invoice', 'other'])
      odoo.admin.create('res.partner', {
        ...{ name: `Ada Example, ${type}`, email: ADA.email, parent_id: parent, type, customer_rank: 1 },
      });
    const children = odoo.admin.search('res.partner', [['parent_id', '=', parent]]);
    const named = () => odoo.admin.read('res.partner', children, ['name', 'phone', 'email']);
    const before = named();
    shop.admin.createCustomer(WITH_PHONE);
    expect(await sync(shop, odoo, 'customer')).toEqual({ counts: { updated: 1 }, items: [] });
    expect(partner(parent).phone).toBe('+41 31 555 01 01');
    expect(named()).toEqual(before);
    expect(await sync(shop, odoo, 'customer')).toEqual({ counts: { unchanged: 1 }, items: [] });
  });

  it('A delivery address of another partner is asked about, also when it has the same name and e-mail', async () => {
    const parent = odoo.admin.create('res.partner', { name: 'Steel Example Ltd', vat: 'DE1', customer_rank: 1 });
    for (const type of ['delivery', 'invoice', 'other']) {
      const email = `${type}@shop.example`;
      const address = odoo.admin.create('res.partner', {
        ...{ name: 'Ada Example', email, parent_id: parent, type, customer_rank: 1 },
      });
      shop.admin.createCustomer({ ...WITH_PHONE, email });
      const before = frozen('res.partner', address);
      const { counts, items } = await sync(shop, odoo, 'customer');
      expect([counts.updated, items.at(-1)?.error_class]).toEqual([undefined, 'ambiguous_match']);
      expect(items.some(({ message }: Json) => message.includes(`Entry ${address} `))).toBe(true);
      expect(frozen('res.partner', address)).toEqual(before);
    }
  });

  it.each([18, 19] as const)('The address of a contact does not become its company’s (Odoo %s)', async (version) => {
    await odoo.stop();
    odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
    const address = { street: 'Main Road 1', city: 'Hub' };
    const firm = odoo.admin.create('res.partner', {
      ...{ name: 'Steel Example Ltd', is_company: true, vat: 'DE136695976', customer_rank: 1, ...address },
    });
    const [contact = 0, colleague = 0, delivery = 0] = [
      { name: 'Ada Example', email: ADA.email },
      { name: 'Ben Example', email: 'ben@shop.example' },
      { name: 'Dock', email: 'dock@shop.example', type: 'delivery' },
    ].map((vals) => odoo.admin.create('res.partner', { ...vals, parent_id: firm, customer_rank: 1 }));
    const others = () =>
      [firm, colleague, delivery].map((id) => partner(id, ['street', 'city', 'zip', 'vat', 'phone']));
    const before = others();
    const billing = { phone: '+41 31 555 01 01', address_1: 'Elsewhere 9', city: 'Bern', postcode: '3000' };
    const { id } = shop.admin.createCustomer({ ...ADA, billing });
    const { counts, items } = await sync(shop, odoo, 'customer');
    expect(others()).toEqual(before);
    expect(partner(contact).phone).toBe(billing.phone);
    if (version === 18) {
      expect([counts, items]).toEqual([{ updated: 1 }, []]);
      expect(partner(contact)).toMatchObject({ street: 'Elsewhere 9', city: 'Bern' });
    } else {
      expect(counts).toEqual({ updated: 1 });
      expect(items).toMatchObject([{ external_id: String(id), outcome: 'warned', error_class: 'shared_with_company' }]);
      expect(items[0].message).toContain(`partner ${firm}`);
      expect(partner(contact)).toMatchObject(address);
    }
    expect((await sync(shop, odoo, 'customer')).counts).toEqual({ unchanged: 1 });
    shop.admin.updateCustomer(id, { billing: { address_1: 'Elsewhere 10' } });
    expect(await sync(shop, odoo, 'customer')).toMatchObject({ items: version === 18 ? [] : [{ outcome: 'warned' }] });
    expect(others()).toEqual(before);
  });

  it.each([
    ['VAT number', { vat: 'DE136695976' }, 'VAT'],
    ['reference', { ref: 'C-100' }, 'Reference'],
  ])('is asked about where the %s alone is the same', async (key, theirs, column) => {
    const firm = odoo.admin.create('res.partner', { name: 'Steel Example Ltd', customer_rank: 1, ...theirs });
    const before = frozen('res.partner', firm);
    const file = await FileServer.start();
    try {
      file.file = `ID,Name,Phone,${column}\n1,Ada Example,+41 31 555 01 01,${Object.values(theirs)}\n`;
      const columns = { name: 'Name', phone: 'Phone', [column === 'VAT' ? 'vat' : 'reference']: column };
      const settings = { allow_http: true, entity_type: 'customer', id_column: 'ID', columns };
      const body = { name: 'file', system: 'csv', base_url: file.url, credentials: {}, settings };
      const { id } = (await fixture.call(org, 'POST', '/connections', body)).body;
      const destination = { connection_id: await connection(odoo) };
      const run = () => fixture.run(org, { source_connection_id: id, destination, entity_type: 'customer' });
      const { counts, progress } = await run();
      const { items } = (await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`)).body;
      expect([counts, items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
      expect(items[0].message).toContain(`Entry ${firm} of the destination has the same ${key}.`);
      expect(frozen('res.partner', firm)).toEqual(before);
      // With the name, too, it is the same.
      odoo.admin.write('res.partner', [firm], { name: 'Example, Ada' });
      expect((await run()).counts).toEqual({ updated: 1 });
      expect(partner(firm).phone).toBe('+41 31 555 01 01');
    } finally {
      await file.close();
    }
  });

  it('is asked about where the e-mail alone is the same, or two partners have it', async () => {
    const firm = (vals: object) =>
      odoo.admin.create('res.partner', { name: 'Steel Example Ltd', customer_rank: 1, ...vals });
    const byEmail = firm({ email: ADA.email });
    shop.admin.createCustomer(WITH_PHONE);
    const before = frozen('res.partner', byEmail);
    const first = await sync(shop, odoo, 'customer');
    expect(first.counts).toEqual({ conflict: 1 });
    expect(first.items).toMatchObject([
      { outcome: 'skipped', error_class: 'ambiguous_match', payload: { destination_id: String(byEmail) } },
    ]);
    expect(first.items[0].message).toContain(`Entry ${byEmail} `);
    expect(frozen('res.partner', byEmail)).toEqual(before);
    firm({ name: 'Ada Example', email: 'ADA@shop.example' });
    expect((await sync(shop, odoo, 'customer')).items[0].message).toMatch(/Entry \d+ .*Entry \d+ /);
  });

  it('is not handed over to an administrator of the shop either', async () => {
    const administrator = async () => (await shopClient(shop)('GET', '/customers/1')).body;
    const before = await administrator();
    odoo.admin.create('res.partner', { name: 'Mallory Fake', email: before.email, phone: '+9 99', customer_rank: 1 });
    const { counts, items } = await sync(odoo, shop, 'customer');
    expect([counts, items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
    expect(items[0].message).toContain('role administrator');
    expect(await administrator()).toEqual(before);
  });

  it('is not taken over by a product whose variations have the SKUs of two products of a shop', async () => {
    const attributes = [{ name: 'Size', options: ['S', 'M'], variation: true }];
    const shirt = shop.admin.createProduct({ name: 'Shirt', type: 'variable', attributes });
    for (const [option, sku] of Object.entries({ S: 'SHIRT-S', M: 'SHIRT-M' }))
      shop.admin.createVariation(shirt.id, { sku, regular_price: '9', attributes: [{ name: 'Size', option }] });
    const small = shop2.admin.createProduct({ name: 'Small shirt', sku: 'SHIRT-S', regular_price: '5' });
    const medium = shop2.admin.createProduct({ name: 'Medium shirt', sku: 'SHIRT-M', regular_price: '6' });
    const state = () => [shop2.state().products(), shop2.state().variations()];
    const before = state();
    const asked = async () => {
      const { counts, items } = await sync(shop, shop2, 'product');
      expect([counts, items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
      for (const { id } of [small, medium]) expect(items[0].message).toContain(`Entry ${id} `);
    };
    await asked();
    expect(state()).toEqual(before);
    // In the trash, too.
    for (const { id } of [small, medium]) shop2.admin.trashProduct(id);
    await asked();
  });

  it('is the product of another shop with the same code and another name', async () => {
    shop.admin.createProduct(LAMP);
    shop2.admin.createProduct({ ...LAMP, name: 'Chair', regular_price: '77.00' });
    expect((await sync(shop, odoo, 'product')).counts).toEqual({ created: 1 });
    const { counts, items } = await sync(shop2, odoo, 'product');
    expect([counts, items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
    const [template = 0] = odoo.admin.search('product.template', [['default_code', '=', 'LAMP-1']]);
    expect(odoo.admin.get('product.template', template)).toMatchObject({ name: 'Lamp', list_price: 100 });
  });

  it('is what the create of another item made, also when that binding is not known: into an Odoo', async () => {
    shop.admin.createCustomer({ email: ADA.email, first_name: '', last_name: '' });
    shop.admin.createProduct(LAMP);
    shop.admin.createProduct({ ...LAMP, name: 'Coded by its mark', sku: '', global_unique_id: '4006381333931' });
    shop2.admin.createCustomer(ADA);
    shop2.admin.createProduct({ ...LAMP, name: 'Chair', regular_price: '77.00' });
    shop2.admin.createProduct({ name: 'Table', sku: 'TABLE-1', global_unique_id: '4006381333931', regular_price: '5' });
    await expectAsked(shop, shop2, odoo, { customer: 1, product: 2 });
  });

  it('is what the create of another item made, also when that binding is not known: into a shop', async () => {
    const first = await startOdooSandbox({ version: 18, partners: 0, products: 0, orders: 0 });
    try {
      first.admin.create('product.product', { name: 'Lamp', default_code: 'LAMP-1', list_price: 100 });
      odoo.admin.create('product.product', { name: 'Chair', default_code: 'LAMP-1', list_price: 77 });
      await expectAsked(first, odoo, shop, { product: 1 });
    } finally {
      await first.stop();
    }
  });

  /** As when a worker dies between a create and the commit of its batch, or two sources sync at once. */
  async function expectAsked(one: System, other: System, to: System, expected: Json): Promise<void> {
    for (const [entity, count] of Object.entries<number>(expected)) {
      expect((await sync(one, to, entity)).counts).toEqual({ created: count });
      await sql(fixture.service.database.superuserUrl, 'DELETE FROM sync_bindings WHERE org_id = $1', [org]);
      const before = entriesOf(to, entity);
      const { counts, items } = await sync(other, to, entity);
      const classes = items.map(({ error_class }) => error_class);
      expect([counts, classes]).toEqual([{ conflict: count }, Array(count).fill('ambiguous_match')]);
      for (const { message } of items) expect(message).toContain('created for another item');
      expect(entriesOf(to, entity)).toEqual(before);
      // Who made it finds it again.
      expect((await sync(one, to, entity)).counts).toEqual({ unchanged: count });
    }
  }

  it('stays so when the connection to whom it belongs is removed', async () => {
    const nameless = { email: ADA.email, first_name: '', last_name: '' };
    shop.admin.createCustomer(nameless);
    shop.admin.createProduct(LAMP);
    for (const entity of ['customer', 'product'])
      expect((await sync(shop, odoo, entity)).counts).toEqual({ created: 1 });
    expect((await fixture.call(org, 'DELETE', `/connections/${await connection(shop)}`)).status).toBe(204);
    shop2.admin.createCustomer(ADA);
    shop2.admin.createProduct({ ...LAMP, name: 'Chair', regular_price: '77.00' });
    const everything = () => ['customer', 'product'].map((entity) => entriesOf(odoo, entity));
    const before = everything();
    for (const entity of ['customer', 'product']) {
      const { counts, items } = await sync(shop2, odoo, entity);
      expect([counts, items[0].error_class]).toEqual([{ conflict: 1 }, 'ambiguous_match']);
    }
    expect(everything()).toEqual(before);
  });
});
