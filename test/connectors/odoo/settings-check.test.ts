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
});
