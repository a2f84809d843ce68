import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalOrder } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';
import { type BendingProxy, changed, startBendingProxy } from '../../support/bending-proxy.ts';

const { signal } = new AbortController();
const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
afterAll(() => clients.close());

describe.each([18, 19] as const)('A line of several taxes, read from Odoo %i,', (version) => {
  let server: OdooSandbox;
  let proxy: BendingProxy;
  let session: ConnectorSession;
  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 1, products: 1, orders: 0 });
    proxy = await startBendingProxy(server.url);
    const { database, username, apiKey } = server;
    session = odoo.open({
      connection: { id: 'c', base_url: proxy.url, credentials: { database, username, api_key: apiKey }, settings: {} },
      http: clients.for(proxy.url, { allowHttp: true, allowPrivateAddresses: true }),
    });
  });
  afterEach(() => proxy.bend(null));
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  const tax = (name: string, amount: number, more: object = {}) =>
    server.admin.create('account.tax', { name, amount, type_tax_use: 'sale', ...more });
  const group = (name: string, ...children: number[]) =>
    tax(name, 0, { amount_type: 'group', children_tax_ids: [[6, 0, children]] });

  /** The order with one such line, as it is read. */
  async function read(line: object, ...taxes: number[]) {
    const [partner] = server.admin.search('res.partner', [['customer_rank', '>', 0]]);
    const [product_id] = server.admin.search('product.product', []);
    const values = { product_id, name: 'Cup', ...line, [version === 18 ? 'tax_id' : 'tax_ids']: [[6, 0, taxes]] };
    const id = server.admin.create('sale.order', { partner_id: partner, order_line: [[0, 0, values]] });
    const [item] = await session.readByIds('order', [String(id)], signal);
    return { item, line: (item?.data as CanonicalOrder | null)?.lines?.[0] };
  }
  const once = { product_uom_qty: 1, price_unit: 100 };

  it('has for each tax what that came to: a group that of its children, beside others and alone', async () => {
    const eco = tax('Eco', 2, { amount_type: 'fixed', sequence: 1 });
    const group12 = group('Both', tax('State', 10, { sequence: 2 }), eco);
    const city = tax('City', 5, { sequence: 3 });
    expect((await read(once, group12, city)).line).toMatchObject({
      tax_total: '17',
      taxes: [
        { name: 'Both', total: '12' },
        { name: 'City', total: '5' },
      ],
    });
    expect((await read(once, group12)).line).toMatchObject({ tax_total: '12', taxes: [{ name: 'Both', total: '12' }] });
    const taxes = [
      { name: 'Both', total: '12' },
      { name: 'City', total: '5' },
    ];
    const [partner] = server.admin.search('res.partner', [['customer_rank', '>', 0]]);
    const data: CanonicalOrder = {
      ...{ number: '1', customer: { external_id: String(partner) }, total: '117', tax_total: '17' },
      lines: [{ kind: 'fee', name: 'Cup', quantity: '1', total: '100', tax_total: '17', taxes }],
    };
    const [written] = await session.write('order', [{ kind: 'create', key: 'k:1', data }], signal);
    expect(written).toMatchObject({ ok: true, data: { total: '117', lines: [{ total: '100', taxes }] } });
  });

  it('has a tax that is taken off beside one that comes on top', async () => {
    const [vat, withheld] = [tax('VAT', 19), tax('Withheld', -15)];
    expect((await read(once, vat, withheld)).line).toMatchObject({
      tax_total: '4',
      taxes: [
        { name: 'VAT', total: '19' },
        { name: 'Withheld', total: '-15' },
      ],
    });
  });

  it('has taxes of taxes, and a unit price without the tax of a group that is in the price', async () => {
    const first = tax('First', 10, { sequence: 1, include_base_amount: true });
    const second = tax('Second', 10, { sequence: 2 });
    expect((await read({ ...once, product_uom_qty: 3 }, first, second)).line).toMatchObject({
      taxes: [
        { name: 'First', total: '30' },
        { name: 'Second', total: '33' },
      ],
    });
    const inside = group('Inside', tax('In price', 25, { price_include: true }));
    expect((await read({ product_uom_qty: 2, price_unit: 62.5 }, inside)).line).toMatchObject({
      ...{ total: '100', unit_price: '50', taxes: [{ name: 'Inside', total: '25' }] },
    });
  });

  it('fails its order where they do not come to the sum that Odoo has, as after a change of a rate', async () => {
    const [state, city] = [tax('State 10', 10), tax('City 5', 5)];
    proxy.bend(
      changed((answer, { url }) =>
        url.pathname.includes('/jsonrpc') || url.pathname.endsWith('/search_read')
          ? { ...answer, body: answer.body.replace(/"price_tax": 15(\.0)?/g, '"price_tax": 13.0') }
          : answer,
      ),
    );
    expect((await read(once, state, city)).item).toMatchObject({
      ...{ data: null, problem: { error_class: 'unknown_tax', message: expect.stringMatching(/Cup .*15.*13/) } },
    });
    expect((await read(once, state)).line).toMatchObject({ tax_total: '10' });
  });

  it('of which the key may not see the product fails its order, which is not one without a product', async () => {
    const products = server.admin.search('product.product', []);
    server.admin.hide('product.product', products);
    const { item } = await read(once);
    server.admin.hide('product.product', []);
    expect(item).toMatchObject({
      ...{
        data: null,
        problem: { error_class: 'no_access', message: expect.stringMatching(/product of the line Cup/) },
      },
    });
  });
});
