import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

const { signal } = new AbortController();
const FULL = { mode: 'full', since: null, filters: {} } as const;

describe.each([18, 19] as const)('Settings of Odoo %i', (version) => {
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
  let server: OdooSandbox;
  let forbidden: number;
  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 3, products: 3, orders: 0 });
    forbidden = server.admin.create('res.company', { name: 'Sister Ltd' });
  });
  afterAll(async () => {
    await clients.close();
    await server.stop();
  });

  function open(settings: Record<string, unknown>) {
    const { url, database, username, apiKey } = server;
    const connection = { id: 'c', base_url: url, credentials: { database, username, api_key: apiKey }, settings };
    const options = { allowHttp: true, allowPrivateAddresses: true };
    return odoo.open({ connection, http: clients.for(`settings ${version}`, options) });
  }

  it('`check` refuses a company and a language that every run will fail on', async () => {
    const wrong = [
      [{ company_id: 99 }, /company_id is 99, .*1 My Company/],
      [{ company_id: forbidden }, new RegExp(`company_id is ${forbidden}, .*1 My Company`)],
      [{ language: 'xx_XX' }, /language is xx_XX, .*en_US, de_DE/],
      [{ language: 'fr_FR' }, /language is fr_FR, .*en_US, de_DE/],
      [{ customer_domain: [['nope', '=', 1]] }, /customer_domain/],
      [{ product_domain: [['nope', '=', 1]] }, /product_domain/],
      [{ order_domain: [['nope', '=', 1]] }, /order_domain/],
    ] as const;
    for (const [settings, message] of wrong) {
      await expect(open(settings).check(signal), JSON.stringify(settings)).rejects.toMatchObject({
        ...{ kind: 'rejected', message: expect.stringMatching(message) },
      });
    }
    for (const settings of [{ company_id: 1 }, { language: 'de_DE' }, {}]) {
      expect((await open(settings).check(signal)).warnings).toEqual([]);
    }
  });

  it('`check` says when the first of the user’s keys expires that has not yet', async () => {
    const expires = async () => (await open({}).check(signal)).credentials_expire_at;
    expect(await expires()).toBeNull();
    const [other = 0] = server.admin.search('res.users', [['login', '=', 'limited']]);
    for (const [user_id, expiration_date] of [
      [server.uid, '2020-01-01 00:00:00'],
      [server.uid, '2097-03-01 10:00:00'],
      [server.uid, '2097-02-01 10:00:00'],
      [server.uid, false],
      [other, '2096-01-01 00:00:00'],
    ])
      server.admin.create('res.users.apikeys', { name: 'Key', user_id, expiration_date });
    expect(await expires()).toBe('2097-02-01T10:00:00Z');
    server.admin.unlink('res.users.apikeys', server.admin.search('res.users.apikeys', []));
  });

  it('`check` says what the key may not create', async () => {
    const warnings = async () => (await open({}).check(signal)).warnings;
    server.admin.deny('product.template', ['create']);
    expect(await warnings()).toEqual(['The key may not create products (product.template).']);
    server.admin.deny('product.template', []);
    server.admin.deny('account.tax', ['create']);
    expect(await warnings()).toEqual([expect.stringMatching(/may not create taxes \(account.tax\), .*unknown_tax/)]);
    expect((await open({ unknown_taxes: 'refuse' }).check(signal)).warnings).toEqual([]);
    server.admin.deny('account.tax', []);
    server.admin.deny('sale.order', ['create', 'write']);
    expect(await warnings()).toEqual(['The key may read but not write orders (sale.order).']);
    server.admin.deny('sale.order', ['read', 'create', 'write']);
    expect(await warnings()).toEqual(['The key may not read orders (sale.order).']);
    server.admin.deny('sale.order', []);
    expect(await warnings()).toEqual([]);
  });

  it('`check` says that a user of 18 without an email address cannot change quantities of confirmed orders', async () => {
    const [own] = server.admin.get('res.users', server.uid).partner_id;
    const { email } = server.admin.get('res.partner', own);
    server.admin.write('res.partner', [own], { email: false });
    const { warnings } = await open({}).check(signal);
    server.admin.write('res.partner', [own], { email });
    expect(warnings).toEqual(version === 18 ? [expect.stringContaining('no email address')] : []);
  });

  it('A right that the key lacks for all products ends the run, with what Odoo says of it', async () => {
    server.admin.deny('product.template', ['create']);
    const product: CanonicalProduct = { name: 'Cup', sku: 'C-1', price: '5' };
    const creating = open({}).write('product', [{ kind: 'create', key: 'l:1', data: product }], signal);
    await expect(creating).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining(`not allowed to create 'Product'`),
    });
    server.admin.deny('product.template', []);
  });

  it("The user's own language is applied, or the docs do not promise it", async () => {
    server.admin.write('res.partner', [server.admin.get('res.users', server.uid).partner_id[0]], { lang: 'de_DE' });
    const product: CanonicalProduct = { name: 'Tasse', sku: 'DE-1', price: '5' };
    const written = await open({}).write('product', [{ kind: 'create', key: 'l:1', data: product }], signal);
    const id = written[0]?.ok ? Number(written[0].external_id) : 0;
    // As somebody whose language is English, which `admin` is.
    server.admin.write('product.template', [id], { name: 'Cup' });
    const nameIn = async (settings: Record<string, unknown>) => {
      const [item] = await open(settings).readByIds('product', [String(id)], signal);
      return (item?.data as CanonicalProduct | undefined)?.name;
    };
    expect(await nameIn({})).toBe('Tasse');
    expect(await nameIn({ language: 'en_US' })).toBe('Cup');
    const { items } = await open({}).read('product', FULL, { cursor: null, pageSize: 10 }, signal);
    expect(items.map(({ data }) => (data as CanonicalProduct).name)).toContain('Tasse');
  });

  it('A create sets a name in all languages, and a write keeps those in the others', async () => {
    const [german, english] = [open({ language: 'de_DE' }), open({ language: 'en_US' })];
    const product: CanonicalProduct = { name: 'Kanne', sku: 'DE-2', price: '5' };
    const [made] = await german.write('product', [{ kind: 'create', key: 'l:2', data: product }], signal);
    const external_id = made?.ok ? made.external_id : '';
    const names = async () =>
      Promise.all(
        [german, english].map(async (session) => {
          const [item] = await session.readByIds('product', [external_id], signal);
          return (item?.data as CanonicalProduct | undefined)?.name;
        }),
      );
    expect(await names()).toEqual(['Kanne', 'Kanne']);
    const rename = (name: string) =>
      [{ kind: 'update', external_id, data: { ...product, name }, current: product, changes: ['name'] }] as const;
    await english.write('product', rename('Pot'), signal);
    expect(await names()).toEqual(['Kanne', 'Pot']);
    await german.write('product', rename('Krug'), signal);
    expect(await names()).toEqual(['Krug', 'Pot']);
  });
});
