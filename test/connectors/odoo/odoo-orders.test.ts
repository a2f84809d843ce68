import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ItemProblem } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

const { signal } = new AbortController();
const LINE: CanonicalOrderLine = {
  kind: 'product',
  name: 'Lamp',
  quantity: '1',
  total: '10',
  tax_total: '0',
  taxes: [],
};

describe.each([18, 19] as const)('A new order in Odoo %s', (version) => {
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
  let server: OdooSandbox;
  let keys = 0;
  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
  });
  afterAll(async () => {
    await clients.close();
    await server.stop();
  });

  const partner = (vals: object = {}) =>
    server.admin.create('res.partner', { name: 'Ada Example', customer_rank: 1, ...vals });
  const template = (vals: object) => server.admin.create('product.template', { name: 'Lamp', list_price: 10, ...vals });
  const variantOf = (id: number) => server.admin.search('product.product', [['product_tmpl_id', '=', id]])[0] ?? 0;

  /** The new order as Odoo has it, or the problem. */
  async function place(customer: number, line: Partial<CanonicalOrderLine> = {}): Promise<Made> {
    const { url, database, username, apiKey } = server;
    const credentials = { database, username, api_key: apiKey };
    const http = clients.for(`orders ${version}`, { allowHttp: true, allowPrivateAddresses: true });
    const session = odoo.open({ connection: { id: 'c', base_url: url, credentials, settings: {} }, http });
    keys += 1;
    const data: CanonicalOrder = {
      ...{ number: `N-${keys}`, currency: 'USD', total: line.total ?? '10', tax_total: '0' },
      customer: { external_id: String(customer) },
      lines: [{ ...LINE, ...line }],
    };
    const [result] = await session.write('order', [{ kind: 'create', key: `o:${keys}`, data }], signal);
    if (!result?.ok) return { problem: result?.problem ?? null };
    const order = server.admin.get('sale.order', Number(result.external_id));
    return { order, line: server.admin.get('sale.order.line', order.order_line[0]) };
  }

  it("has the customer's salesperson, or nobody: never the owner of the key", async () => {
    template({ default_code: 'LAMP-1' });
    const { partner_id, id: seller } = server.admin.get(
      'res.users',
      server.admin.search('res.users', [['login', '=', 'limited']])[0] ?? 0,
    );
    expect(partner_id).toBeTruthy();
    const [sold, unsold] = [partner({ user_id: seller }), partner()];
    const found = [await place(sold, { sku: 'LAMP-1' }), await place(unsold, { sku: 'LAMP-1' })];
    expect(found.map(({ order }) => order?.user_id[0] ?? false)).toEqual([seller, false]);
  });

  it('sells no product that another has the code of, unless the line names it', async () => {
    const [first, second] = [template({ default_code: 'TWICE' }), template({ default_code: 'TWICE' })];
    const ada = partner();
    const refused = await place(ada, { sku: 'TWICE' });
    expect(refused.problem).toMatchObject({ error_class: 'ambiguous_product' });
    expect(refused.problem?.message).toContain(`variants ${variantOf(first)}, ${variantOf(second)}`);
    for (const one of [first, second]) {
      const { line } = await place(ada, { sku: 'TWICE', product_external_id: String(one) });
      expect(line?.product_id[0]).toBe(variantOf(one));
    }
    // An archived one is no rival.
    server.admin.archive('product.template', [first]);
    expect((await place(ada, { sku: 'TWICE' })).line?.product_id[0]).toBe(variantOf(second));
  });

  // Recordings 205 and 929.
  it('has prices of as many decimals as Odoo is set to keep, which then need no discount', async () => {
    template({ default_code: 'EIGHT' });
    const eight = { sku: 'EIGHT', quantity: '8', total: '221.38' };
    const ada = partner();
    expect((await place(ada, eight)).line).toMatchObject({ price_unit: 27.7, discount: 0.1, price_subtotal: 221.38 });
    server.admin.setDecimals('Product Price', 6);
    const { line } = await place(ada, eight);
    server.admin.setDecimals('Product Price', 2);
    expect(line).toMatchObject({ price_unit: 27.6725, discount: 0, price_subtotal: 221.38 });
  });

  it('for a customer of another company fails: hidden from the key, or with what Odoo says', async () => {
    template({ default_code: 'LAMP-2' });
    const sister = server.admin.create('res.company', { name: 'Sister Ltd' });
    const customer = partner({ company_id: sister });
    expect((await place(customer, { sku: 'LAMP-2' })).problem).toMatchObject({ error_class: 'no_access' });
    server.admin.write('res.users', [server.uid], { company_ids: [[4, sister]] });
    const { problem } = await place(customer, { sku: 'LAMP-2' });
    const said = version === 18 ? 'Incompatible companies on records' : 'company inconsistencies';
    expect(problem).toMatchObject({ error_class: 'user_error', message: expect.stringContaining(said) });
  });
});

interface Made {
  readonly problem?: ItemProblem | null;
  // biome-ignore lint/suspicious/noExplicitAny: records as JSON has them
  readonly order?: Record<string, any>;
  // biome-ignore lint/suspicious/noExplicitAny: records as JSON has them
  readonly line?: Record<string, any>;
}
