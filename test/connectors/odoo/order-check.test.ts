import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession, WriteOperation } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';
import { type BendingProxy, changed, type ProxyRequest, startBendingProxy } from '../../support/bending-proxy.ts';

const { signal } = new AbortController();
const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
let server: OdooSandbox;
let proxy: BendingProxy;
let session: ConnectorSession;
let partners: number[];

beforeEach(async () => {
  server = await startOdooSandbox({ version: 19, partners: 3, products: 3, orders: 0 });
  proxy = await startBendingProxy(server.url);
  partners = server.admin.search('res.partner', [['customer_rank', '>', 0]]);
  const { database, username, apiKey } = server;
  session = odoo.open({
    connection: { id: 'c', base_url: proxy.url, credentials: { database, username, api_key: apiKey }, settings: {} },
    http: clients.for(proxy.url, { allowHttp: true, allowPrivateAddresses: true }),
  });
});
afterEach(async () => {
  await proxy.stop();
  await server.stop();
});

const line = (total: string, quantity = '1'): CanonicalOrderLine => ({
  ...{ kind: 'product', name: `${quantity} for ${total}`, sku: 'SKU-0001', product_external_id: null },
  ...{ quantity, total, tax_total: '0', taxes: [] },
});
const order = (partner: number, ...lines: CanonicalOrderLine[]): CanonicalOrder => ({
  ...{ number: '1', customer: { external_id: String(partner) }, lines, tax_total: '0' },
  total: String(lines.reduce((sum, { total }) => sum + Number(total), 0)),
});
const write = async (operation: WriteOperation) => (await session.write('order', [operation], signal))[0];
const create = (data: CanonicalOrder) => write({ kind: 'create', key: 'k:1', data });

/** What somebody's automation makes of the orders, right after a write that this is true of. */
function automate(isIt: (request: ProxyRequest) => boolean, work: (orders: number[]) => void): void {
  proxy.bend(async (request, forward) => {
    const response = await forward();
    if (isIt(request)) work(server.admin.search('sale.order', []));
    return response;
  });
}
const isCreate = ({ url }: ProxyRequest) => url.pathname.endsWith('/sale.order/create');
const isWrite = ({ url }: ProxyRequest) => url.pathname.endsWith('/sale.order/write');
const rowsOf = ([id = 0]: readonly number[]): number[] => server.admin.get('sale.order', id).order_line;

it('Taxes are computed by their kind also in a session that has read orders before', async () => {
  const tax = (values: object) => server.admin.create('account.tax', { type_tax_use: 'sale', ...values });
  const eco = tax({ name: 'Eco', amount: 2, amount_type: 'fixed', include_base_amount: true, sequence: 1 });
  const vat = tax({ name: 'VAT', amount: 19, sequence: 2 });
  const [product] = server.admin.search('product.product', []);
  const values = { product_id: product, product_uom_qty: 3, price_unit: 100, tax_ids: [[6, 0, [eco]]] };
  const there = server.admin.create('sale.order', { partner_id: partners[0], order_line: [[0, 0, values]] });
  const [read] = await session.readByIds('order', [String(there)], signal);
  expect(read?.data).toMatchObject({ total: '306', tax_total: '6', lines: [{ taxes: [{ name: 'Eco', total: '6' }] }] });
  const taxes = [
    { name: 'Eco', total: '6' },
    { name: 'VAT', total: '58.14' },
  ];
  const taxed = { ...line('300', '3'), tax_total: '64.14', taxes };
  const made = await create({ ...order(partners[0] ?? 0, taxed), tax_total: '64.14', total: '364.14' });
  expect(made).toMatchObject({ ok: true, data: { total: '364.14', tax_total: '64.14' } });
  const rows = server.admin.read(
    'sale.order.line',
    server.admin.get('sale.order', Math.max(...server.admin.search('sale.order', []))).order_line,
  );
  expect(rows.map((row) => [row.price_subtotal, row.tax_ids])).toEqual([[300, [eco, vat]]]);
});

describe('After a write to Odoo', () => {
  it('an order that Odoo leaves out of its answer is told of, since nobody compared it', async () => {
    const isCheck = ({ url, body }: ProxyRequest) =>
      url.pathname.endsWith('/sale.order/search_read') && body.includes('amount_untaxed');
    proxy.bend(changed((answer, request) => (isCheck(request) ? { ...answer, body: '[]' } : answer)));
    expect(await create(order(partners[0] ?? 0, line('10')))).toMatchObject({
      ...{ ok: true, warning: { error_class: 'totals_unknown', message: expect.stringMatching(/10\.00/) } },
    });
  });

  it('an order that a record rule hides is a failed item', async () => {
    automate(isCreate, (ids) => server.admin.hide('sale.order', ids));
    expect(await create(order(partners[0] ?? 0, line('10')))).toMatchObject({
      ...{ ok: false, problem: { error_class: 'no_access' } },
    });
  });

  it('lines that came to something else are an error, also where their sum is right', async () => {
    automate(isCreate, (ids) => {
      const [first = 0, second = 0] = rowsOf(ids);
      server.admin.write('sale.order.line', [first], { price_unit: 11 });
      server.admin.write('sale.order.line', [second], { price_unit: 19 });
    });
    expect(await create(order(partners[0] ?? 0, line('10'), line('20')))).toMatchObject({
      ...{
        ok: false,
        problem: { error_class: 'totals_differ', message: expect.stringMatching(/10\.00, 20\.00.*11\.00, 19\.00/) },
      },
    });
    expect(server.admin.search('sale.order', [])).toEqual([]);
  });

  it('an order in another currency is an error', async () => {
    const [euro = 0] = server.admin.search('res.currency', [['name', '=', 'EUR']]);
    automate(isCreate, (ids) => server.admin.write('sale.order', ids, { currency_id: euro }));
    expect(await create({ ...order(partners[0] ?? 0, line('10')), currency: 'USD' })).toMatchObject({
      ...{ ok: false, problem: { error_class: 'currency_differs', message: expect.stringMatching(/USD.*EUR/) } },
    });
  });

  it.each([
    ['as they were', {}, { ok: true }],
    ['otherwise, which is an error', { price_unit: 8 }, { ok: false, problem: { error_class: 'totals_differ' } }],
  ])('another customer leaves the amounts %s', async (_how, values, expected) => {
    const data = order(partners[0] ?? 0, line('10'));
    const created = await create(data);
    if (!created?.ok || !created.data) throw new Error('not created');
    automate(isWrite, (ids) => server.admin.write('sale.order.line', rowsOf(ids), values));
    const moved = { ...data, customer: { external_id: String(partners[1]) } };
    const result = await write({
      ...{ kind: 'update', external_id: created.external_id, data: moved, whole: moved, changes: ['customer'] },
      ...{ current: created.data, before: data },
    });
    expect(result).toMatchObject(expected);
    expect(result).not.toHaveProperty('warning');
  });

  it('a line that no price makes is told of, and a line of rounding makes the totals right', async () => {
    proxy.bend(
      changed((answer, { url }) => {
        if (!url.pathname.endsWith('/sale.order.line/fields_get')) return answer;
        const { discount: _discount, ...others } = JSON.parse(answer.body);
        return { ...answer, body: JSON.stringify(others) };
      }),
    );
    const result = await create(order(partners[0] ?? 0, line('221.38', '8')));
    expect(result).toMatchObject({
      ...{ ok: true, warning: { error_class: 'line_differs', message: expect.stringMatching(/221\.38.*221\.36/) } },
    });
    const [id = 0] = server.admin.search('sale.order', []);
    expect(server.admin.get('sale.order', id)).toMatchObject({ amount_untaxed: 221.38, amount_total: 221.38 });
  });

  it('a line of nothing that has an amount is refused, and not made up for', async () => {
    expect(await create(order(partners[0] ?? 0, line('10'), line('5', '0')))).toMatchObject({
      ...{ ok: false, problem: { error_class: 'totals_differ', message: expect.stringMatching(/15\.00.*10\.00/) } },
    });
  });
});
