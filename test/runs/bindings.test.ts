import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
let shop: WooCommerceSandbox;
let odoo: OdooSandbox;
beforeAll(async () => {
  [fixture, shop, odoo] = await Promise.all([
    RunsFixture.start(),
    startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 }),
    startOdooSandbox({ version: 18, partners: 0, products: 0, orders: 0 }),
  ]);
});
afterAll(() => Promise.all([fixture.close(), shop.stop(), odoo.stop()]));

let count = 0;
let org: string;
let a: string;
let b: string;
beforeEach(async () => {
  count += 1;
  org = `org-bindings-${count}`;
  a = await fixture.connectShop(org, shop);
  b = await fixture.connectOdoo(org, odoo);
  for (const { id } of shop.state().customers()) shop.admin.deleteCustomer(id);
  odoo.admin.unlink('res.partner', odoo.admin.search('res.partner', [['customer_rank', '>', 0]]));
});

const customer = (email: string, first_name: string) =>
  String(shop.admin.createCustomer({ email, first_name, last_name: 'Example' }).id);
const partner = (email: string, name: string) =>
  String(odoo.admin.create('res.partner', { email, name, customer_rank: 1 }));
const path = (what: string, more = '') => `/connections/${a}/${what}?with=${b}&entity_type=customer${more}`;
const list = async (more = ''): Promise<Json[]> => (await fixture.call(org, 'GET', path('bindings', more))).body.items;
const preview = async (more = ''): Promise<Json> => (await fixture.call(org, 'GET', path('match-preview', more))).body;
const set = async (...bindings: [string, string | null][]): Promise<Json> => {
  const body = {
    ...{ with: b, entity_type: 'customer' },
    bindings: bindings.map(([external_id, with_external_id]) => ({ external_id, with_external_id })),
  };
  const { body: answer } = await fixture.call(org, 'PUT', `/connections/${a}/bindings`, body);
  return answer.results?.map(({ outcome, reason }: Json) => (reason ? [outcome, reason] : outcome)) ?? answer;
};
const sync = async () => {
  const ends = { source_connection_id: a, destination: { connection_id: b }, entity_type: 'customer' };
  return (await fixture.run(org, ends)).counts;
};
const trail = async (type: string): Promise<Json[]> => {
  const { body } = await fixture.call(org, 'GET', '/activity?limit=100');
  return body.items.filter(({ activity_type }: Json) => activity_type === type).map(({ details }: Json) => details);
};

describe('Bindings of two connections', () => {
  it('are listed page by page and found by either id', async () => {
    const ids = ['ann', 'ben', 'cid'].map((name) => customer(`${name}@x.example`, name));
    expect(await sync()).toEqual({ created: 3 });
    const all = await list();
    expect(all.map(({ external_id }) => external_id)).toEqual([...ids].sort());
    expect(all.every(({ synced_at }) => typeof synced_at === 'string')).toBe(true);
    const { body: first } = await fixture.call(org, 'GET', path('bindings', '&limit=2'));
    expect(first.items).toEqual(all.slice(0, 2));
    const { body: second } = await fixture.call(org, 'GET', path('bindings', `&limit=2&cursor=${first.next_cursor}`));
    expect(second).toEqual({ items: all.slice(2), next_cursor: null });
    expect(await list(`&external_id=${all[1].external_id}`)).toEqual([all[1]]);
    expect(await list(`&with_external_id=${all[2].with_external_id}`)).toEqual([all[2]]);
    const { body: back } = await fixture.call(org, 'GET', `/connections/${b}/bindings?with=${a}&entity_type=customer`);
    expect(back.items.map((one: Json) => one.with_external_id).sort()).toEqual([...ids].sort());
  });

  it('are seen before the first sync: what would match by what, what is asked, what is made; a decision is used by the run', async () => {
    const ada = customer('ada@x.example', 'Ada');
    const ben = customer('ben@x.example', 'Ben');
    const cid = customer('cid@x.example', 'Cid');
    const dan = customer('dan@x.example', 'Dan');
    const same = partner('ada@x.example', 'Ada Example');
    const firm = partner('ben@x.example', 'Steel Ltd');
    const other = partner('dan@x.example', 'Dora Example');
    const shown = async () =>
      Object.fromEntries(
        (await preview()).items.map(({ external_id, outcome, matches }: Json) => [
          external_id,
          [outcome, ...matches.map((match: Json) => [match.external_id, match.strength, match.by])],
        ]),
      );
    expect(await shown()).toEqual({
      [ada]: ['match', [same, 'medium', ['email', 'name']]],
      [ben]: ['ambiguous', [firm, 'weak', ['email']]],
      [cid]: ['create'],
      [dan]: ['ambiguous', [other, 'weak', ['email']]],
    });
    expect(await list()).toEqual([]);
    expect(odoo.admin.get('res.partner', Number(firm)).name).toBe('Steel Ltd');

    expect(await set([ben, firm], [dan, null])).toEqual(['linked', 'new']);
    expect(await set([ben, firm], [dan, null])).toEqual(['unchanged', 'unchanged']);
    expect(await list()).toEqual([{ external_id: ben, with_external_id: firm, synced_at: null }]);
    expect(await shown()).toMatchObject({ [ben]: ['bound'], [dan]: ['create'] });
    expect(await sync()).toEqual({ updated: 1, unchanged: 1, created: 2 });
    expect(odoo.admin.get('res.partner', Number(firm)).name).toBe('Ben Example');
    expect(odoo.admin.get('res.partner', Number(other)).name).toBe('Dora Example');
    expect(await sync()).toEqual({ unchanged: 4 });
    expect(await trail('bindings_set')).toMatchObject([
      {
        ...{ connection_id: a, with: b },
        bindings: [
          { external_id: ben, with_external_id: firm },
          { external_id: dan, with_external_id: null },
        ],
      },
    ]);
  });

  it('are shown as the run makes them, also of who is archived, of twins, and of what another item has', async () => {
    const odooOf = (model: string, vals: Json) => odoo.admin.create(model, vals);
    // Customers from Odoo, where two may have one email, to the shop.
    const from = { customer: [b, a], product: [a, b] } as const;
    const twin = partner('twin@x.example', 'Twin Example');
    const other = partner('TWIN@x.example', 'Twin Example');
    const archived = partner('gone@x.example', 'Gone Example');
    odoo.admin.archive('res.partner', [Number(archived)]);
    // Products from the shop to Odoo.
    const made = (vals: object) => String(shop.admin.createProduct({ regular_price: '5', ...vals }).id);
    const lamp = made({ name: 'Lamp', sku: 'LAMP-1' });
    const bundle = made({ name: 'Bundle', sku: 'BUNDLE-1', type: 'grouped' });
    const chair = made({ name: 'Chair', sku: 'CHAIR-1' });
    const table = made({ name: 'Table', sku: 'TABLE-1', global_unique_id: '4006381333931' });
    const desk = made({ name: 'Desk', sku: '', global_unique_id: '9783161484100' });
    const template = (name: string, default_code: string, more = {}) =>
      odooOf('product.template', { name, default_code, list_price: 5, ...more });
    odoo.admin.archive('product.template', [template('Lamp', 'LAMP-1')]);
    const combo = template('Chair', 'CHAIR-1', { type: 'combo' });
    const shared = template('Table', 'TABLE-1', { barcode: '9783161484100' });

    const told = async (entity: 'customer' | 'product'): Promise<Json> => {
      const [source, destination] = from[entity];
      const asked = `/connections/${source}/match-preview?with=${destination}&entity_type=${entity}`;
      const { items } = (await fixture.call(org, 'GET', asked)).body;
      const ends = { source_connection_id: source, destination: { connection_id: destination }, entity_type: entity };
      const { progress } = await fixture.run(org, ends);
      const { body } = await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items?limit=100`);
      const classes = new Map(body.items.map((one: Json) => [one.external_id, one.error_class]));
      for (const { external_id, error_class } of items)
        expect([entity, external_id, error_class]).toEqual([entity, external_id, classes.get(external_id) ?? null]);
      return Object.fromEntries(
        items.map((one: Json) => [
          one.external_id,
          [one.outcome, ...one.matches.map((match: Json) => match.external_id)],
        ]),
      );
    };
    expect(await told('customer')).toMatchObject({ [twin]: ['create'], [other]: ['conflict'], [archived]: ['none'] });
    const products = await told('product');
    expect(products).toMatchObject({ [bundle]: ['conflict'], [chair]: ['conflict', String(combo)] });
    expect(products[lamp][0]).toBe('conflict');
    // The entry has the SKU of the one and the barcode of the other.
    expect(products[table]).toEqual(['match', String(shared)]);
    expect(products[desk][0]).toBe('conflict');
  });

  it('as new ones are bounded, and a sync that creates them makes room', async () => {
    const [ann = '', ben = ''] = ['ann', 'ben'].map((name) => customer(`${name}@x.example`, name));
    await preview();
    await sql(
      fixture.service.database.superuserUrl,
      `INSERT INTO sync_match_decisions (org_id, entity_type, source, destination, external_id)
       SELECT c.org_id, 'customer', c.system_id, d.system_id, 'x' || n
         FROM sync_connections c, sync_connections d, generate_series(1, 9999) AS n WHERE c.id = $1 AND d.id = $2`,
      [a, b],
    );
    expect(await set([ann, null])).toEqual(['new']);
    expect(await set([ben, null])).toMatchObject({ status: 409, detail: expect.stringContaining('At most 10000') });
    expect(await sync()).toEqual({ created: 2 });
    expect(await set([customer('cid@x.example', 'cid'), null])).toEqual(['new']);
  });

  it('are shown for a part of the source at a time', async () => {
    for (const name of ['ann', 'ben', 'cid']) customer(`${name}@x.example`, name);
    const first = await preview('&limit=2');
    expect(first.items).toHaveLength(2);
    const rest = await preview(`&limit=2&cursor=${first.next_cursor}`);
    expect(rest.items).toHaveLength(1);
  });

  it('are refused for what is not there and what is bound to another', async () => {
    const ada = customer('ada@x.example', 'Ada');
    const ben = customer('ben@x.example', 'Ben');
    const entry = partner('somebody@x.example', 'Somebody');
    expect(await set([ada, '999999'], ['999999', entry], [ada, entry], [ben, entry])).toEqual([
      ['refused', expect.stringContaining('999999')],
      ['refused', expect.stringContaining('999999')],
      'linked',
      ['refused', `${ada} is bound to ${entry}: unlink it first.`],
    ]);
    expect(await set([ada, null])).toEqual([['refused', expect.stringContaining('unlink it first')]]);
  });

  it('are undone by either id, and the next sync matches again', async () => {
    const ada = customer('ada@x.example', 'Ada');
    expect(await sync()).toEqual({ created: 1 });
    const [binding] = await list();
    const remove = async (more: string) => (await fixture.call(org, 'DELETE', path('bindings', more))).status;
    expect(await remove(`&with_external_id=${binding.with_external_id}`)).toBe(204);
    expect([await list(), await remove(`&external_id=${ada}`), await remove('')]).toEqual([[], 404, 422]);
    expect(await trail('binding_removed')).toMatchObject([
      { connection_id: a, with: b, external_id: ada, with_external_id: binding.with_external_id },
    ]);
    expect(await sync()).toEqual({ unchanged: 1 });
    expect(await list()).toMatchObject([{ external_id: ada, with_external_id: binding.with_external_id }]);
  });

  it('of a connection with itself, or an unknown one, are no question', async () => {
    const asked = async (other: string) =>
      (await fixture.call(org, 'GET', `/connections/${a}/bindings?with=${other}&entity_type=customer`)).status;
    await sync();
    expect([await asked(a), await asked('7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10'), await asked('x')]).toEqual([
      409, 404, 422,
    ]);
  });
});
