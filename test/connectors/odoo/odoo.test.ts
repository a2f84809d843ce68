import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CanonicalCustomer,
  CanonicalOrder,
  CanonicalProduct,
} from '../../../src/connectors/canonical/canonical.types.ts';
import type {
  ConnectorSession,
  ReadQuery,
  Watermark,
  WriteResult,
} from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

const { signal } = new AbortController();
const FULL: ReadQuery = { mode: 'full', since: null, filters: {} };
const since = (watermark: Watermark): ReadQuery => ({ mode: 'incremental', since: watermark, filters: {} });

describe.each([18, 19] as const)('Odoo %s', (version) => {
  let server: OdooSandbox;
  let session: ConnectorSession;
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });

  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 250, products: 40, orders: 30 });
    session = open();
  });
  afterAll(async () => {
    await clients.close();
    await server.stop();
  });

  function open(credentials: Record<string, unknown> = {}, settings: Record<string, unknown> = {}): ConnectorSession {
    const { url, database, username, apiKey } = server;
    const connection = {
      id: 'c',
      base_url: url,
      credentials: { database, username, api_key: apiKey, ...credentials },
      settings: { customer_domain: [['ref', '!=', false]], ...settings },
    };
    const http = clients.for(`odoo ${version}`, { allowHttp: true, allowPrivateAddresses: true });
    return odoo.open({ connection, http });
  }

  async function readAll(
    entity: 'customer' | 'product' | 'order',
    query: ReadQuery,
    pageSize: number,
    between = () => {},
  ) {
    const ids: string[] = [];
    const data = new Map<string, unknown>();
    for (let cursor = null, page = null; ; between()) {
      page = await session.read(entity, query, { cursor, pageSize }, signal);
      for (const item of page.items) {
        ids.push(item.external_id);
        data.set(item.external_id, item.data);
      }
      if (page.next === null) return { ids, data, watermark: page.watermark ?? {}, total: page.total };
      cursor = JSON.parse(JSON.stringify(page.next));
    }
  }

  const idOf = (result: WriteResult | undefined) =>
    result?.ok ? result.external_id : `failed: ${JSON.stringify(result)}`;
  const candidate = (key: string, data: object) => ({ key, data, since: '2026-01-01T00:00:00Z' });

  it('speaks the protocol of its version and says who the key is', async () => {
    const found = await session.check(signal);
    expect(found).toMatchObject({ account: 'admin', warnings: [] });
    expect(found.version).toMatch(new RegExp(`^${version}\\.0`));
    const signIns = server.calls()['common.authenticate'] ?? 0;
    expect(signIns > 0).toBe(version === 18);
  });

  it('refuses a wrong key and an unknown database', async () => {
    await expect(open({ api_key: 'wrong' }).check(signal)).rejects.toMatchObject({ kind: 'auth' });
    await expect(open({ database: 'nodb' }).check(signal)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('reads every customer once, and counts them', async () => {
    const { ids, total } = await readAll('customer', FULL, 37);
    const partners = server.admin.search('res.partner', [['ref', '!=', false]]);
    expect(ids).toEqual(partners.map(String));
    expect(total).toBe(partners.length);
    expect(await session.count('customer', FULL, signal)).toBe(partners.length);
  });

  it('reads changes made during the read, archived ones too, in this read or the next', async () => {
    const first = await readAll('customer', FULL, 100);
    const [a = 0, b = 0, c = 0] = server.admin.search('res.partner', [['ref', '!=', false]]);
    const late = server.admin.begin();
    late.write('res.partner', [c], { city: 'Late' });
    server.admin.write('res.partner', [a], { city: 'Early' });
    const pending = [() => server.admin.archive('res.partner', [b]), () => late.commit()];
    const second = await readAll('customer', since(first.watermark), 1, () => pending.shift()?.());
    for (const left of pending) left();
    const third = await readAll('customer', since(second.watermark), 50);
    const seen = new Map([...second.data, ...third.data]) as Map<string, CanonicalCustomer>;
    expect(seen.get(String(a))?.billing?.city).toBe('Early');
    expect(seen.get(String(b))?.active).toBe(false);
    expect(seen.get(String(c))?.billing?.city).toBe('Late');
  });

  it('reads a second that many rows share with any page size', async () => {
    const ids = server.admin.search('res.partner', [['ref', '!=', false]]).slice(10, 60);
    const before = (await readAll('customer', FULL, 100)).watermark;
    server.admin.write('res.partner', ids, { comment: 'all at once' });
    for (const pageSize of [1, 7, 50, 100]) {
      const { data } = await readAll('customer', since(before), pageSize);
      expect(ids.filter((id) => !data.has(String(id)))).toEqual([]);
    }
  });

  const customer = (n: number): CanonicalCustomer => ({
    email: `New_${n}@x.test`,
    name: `New ${n}`,
    company: null,
    phone: '+1 2',
    vat: null,
    reference: null,
    billing: { line1: 'Main St 1', line2: null, city: 'Dallas', postcode: '75001', state: 'CA', country: 'US' },
    active: true,
  });

  it('creates customers once, finds them again by mark or email, changes and archives them', async () => {
    const data = [customer(1), { ...customer(2), billing: { country: 'QQ' } }, { ...customer(3), email: null }];
    const results = await session.write(
      'customer',
      data.map((one, i) => ({ kind: 'create', key: `k:${version}:${i}`, data: one })),
      signal,
    );
    expect(results.map((result) => (result.ok ? result.data : result.problem.error_class))).toEqual([
      customer(1),
      'unknown_country',
      { ...customer(3), email: null },
    ]);
    const matches = await session.findMatches(
      'customer',
      [
        candidate('other', { email: 'nEW_1@X.TEST' }),
        candidate(`k:${version}:2`, { email: null }),
        candidate('none', { email: 'newx1@x.test' }),
      ],
      signal,
    );
    expect(matches.map((found) => found.map((item) => item.external_id))).toEqual([
      [idOf(results[0])],
      [idOf(results[2])],
      [],
    ]);
    const update = { ...customer(1), phone: null, billing: { ...customer(1).billing, city: 'Austin' } };
    const changed = await session.write(
      'customer',
      [
        {
          kind: 'update',
          external_id: idOf(results[0]),
          data: update,
          changes: ['phone', 'billing.city'],
          current: customer(1),
        },
        { kind: 'delete', external_id: idOf(results[2]) },
      ],
      signal,
    );
    expect(changed).toEqual([
      { ok: true, external_id: idOf(results[0]), born: expect.any(String), data: update },
      { ok: true, external_id: idOf(results[2]), data: null },
    ]);
    const [archived] = await session.readByIds('customer', [idOf(results[2]), '987654', 'x'], signal);
    expect(archived?.data).toMatchObject({ name: 'New 3', active: false });
  });

  it('saves the good ones of a batch when Odoo refuses one, through serialization failures', async () => {
    server.setOdooFaults({
      serializationFailureEvery: 2,
      refuse: [{ model: 'res.partner', field: 'name', matching: 'Bad' }],
    });
    const names = ['One', 'Bad', 'Two', 'Three'];
    const results = await session.write(
      'customer',
      names.map((name, i) => ({ kind: 'create', key: `b:${i}`, data: { name, reference: `B-${name}` } })),
      signal,
    );
    server.setOdooFaults({});
    expect(results.map((result) => (result.ok ? 'ok' : result.problem.error_class))).toEqual([
      'ok',
      'validation_error',
      'ok',
      'ok',
    ]);
    expect(server.admin.search('res.partner', [['ref', '=like', 'B-%']])).toHaveLength(3);
  });

  it('reports an ambiguous result when the response to a create is lost, and finds the created record', async () => {
    const data = { name: 'Lost', email: null, reference: null };
    const create = { kind: 'create', key: 'lost:1', data } as const;
    // Everything else a write asks for is known to the session by now.
    server.setFaults([{ kind: 'response-lost', match: version === 19 ? '/create' : '/jsonrpc', times: 1 }]);
    await expect(session.write('customer', [create], signal)).rejects.toMatchObject({ ambiguous: true });
    server.setFaults([]);
    const [found] = await session.findMatches('customer', [candidate('lost:1', data)], signal);
    expect(found?.map((item) => item.data)).toEqual([expect.objectContaining(data)]);
  });

  it('reads products with their variants, and a change of a variant alone', async () => {
    const { data, watermark } = await readAll('product', FULL, 15);
    const offered = server.admin.search('product.template', [['sale_ok', '=', true]]);
    expect([...data.keys()]).toEqual(offered.map(String));
    const variable = data.get('10') as CanonicalProduct;
    expect(variable.attributes?.map(({ name }) => name)).toEqual(['Color', 'Size']);
    expect(variable.variations).toHaveLength(4);
    expect(variable).not.toHaveProperty('sku');
    const [option = 0] = server.admin.search('product.product', [['default_code', '=', 'SKU-0010-S-RED']]);
    server.admin.write('product.product', [option], { barcode: `bar ${version}` });
    const changed = await readAll('product', since(watermark), 15);
    const variations = (changed.data.get('10') as CanonicalProduct | undefined)?.variations;
    expect(variations?.map(({ barcode }) => barcode)).toContain(`bar ${version}`);
  });

  it('creates a product with variations, changes it and makes it plain', async () => {
    const data: CanonicalProduct = {
      name: 'Shirt',
      short_description: null,
      active: true,
      attributes: [{ name: 'Fit', options: ['Slim', 'Wide'] }],
      variations: [
        { sku: 'SH-S', barcode: null, active: true, price: '10.5', weight: null, options: { Fit: 'Slim' } },
        { sku: 'SH-W', barcode: null, active: true, price: '12', weight: '0.3', options: { Fit: 'Wide' } },
      ],
    };
    const [made] = await session.write('product', [{ kind: 'create', key: 'p:1', data }], signal);
    expect(made).toEqual({ ok: true, external_id: expect.any(String), born: expect.any(String), data });
    const found = await session.findMatches(
      'product',
      [
        candidate('p:1', { ...data, variations: data.variations?.map((v) => ({ ...v, sku: null })) }),
        candidate('x', { sku: 'SH-W' }),
      ],
      signal,
    );
    expect(found.map((list) => list.map((item) => item.external_id))).toEqual([[idOf(made)], [idOf(made)]]);

    const next = {
      ...data,
      variations: [{ ...data.variations?.[1], price: '15', options: { Fit: 'Wide' } }],
      attributes: [{ name: 'Fit', options: ['Wide'] }],
    };
    const operation = {
      kind: 'update',
      external_id: idOf(made),
      data: next,
      current: data,
      changes: ['variations'],
    } as const;
    const [changed] = await session.write('product', [operation], signal);
    expect(changed).toEqual({ ok: true, external_id: idOf(made), born: expect.any(String), data: next });

    const plain = {
      name: 'Shirt',
      sku: 'SH',
      barcode: null,
      price: '9.99',
      cost: '4',
      weight: '1',
      short_description: 'x',
      active: true,
      attributes: [],
      variations: [],
    };
    const [simple] = await session.write(
      'product',
      [
        {
          ...operation,
          data: plain,
          current: next,
          changes: ['variations', 'attributes', 'sku', 'price', 'short_description'],
        },
      ],
      signal,
    );
    expect(simple).toEqual({ ok: true, external_id: idOf(made), born: expect.any(String), data: plain });
  });

  it('writes orders with shipping, reads them back exactly, and cancels them', async () => {
    const [partner = 0] = server.admin.search('res.partner', [['ref', '!=', false]]);
    const order: CanonicalOrder = {
      number: `W-${version}`,
      status: 'processing',
      currency: 'USD',
      created_at: '2026-05-01T10:00:00Z',
      customer: { external_id: String(partner) },
      lines: [
        {
          kind: 'product',
          name: 'Cup',
          product_external_id: '5',
          sku: 'SKU-0005',
          quantity: '3',
          unit_price: '10',
          total: '27',
          tax_total: '4.05',
          taxes: [{ name: '15%', total: '4.05' }],
        },
        { kind: 'shipping', name: 'Post', quantity: '1', total: '4.9', tax_total: '0', taxes: [] },
      ],
      shipping_total: '4.9',
      tax_total: '4.05',
      total: '35.95',
    };
    const confirming = open({}, { confirm_orders: true });
    const [made, lost] = await confirming.write(
      'order',
      [
        { kind: 'create', key: 'o:1', data: order },
        { kind: 'create', key: 'o:2', data: { ...order, customer: { external_id: null } } },
      ],
      signal,
    );
    expect(made).toEqual({ ok: true, external_id: expect.any(String), born: expect.any(String), data: order });
    expect(lost).toMatchObject({ ok: false, problem: { error_class: 'customer_missing' } });
    const matches = await session.findMatches(
      'order',
      [candidate('o:1', {}), candidate('z', { number: order.number })],
      signal,
    );
    expect(matches.map((list) => list.map((item) => item.external_id))).toEqual([[idOf(made)], []]);

    const fewer = { ...order, lines: order.lines?.slice(0, 1), shipping_total: '0', total: '31.05' };
    const [changed] = await session.write(
      'order',
      [{ kind: 'update', external_id: idOf(made), data: fewer, current: order, changes: ['lines'] }],
      signal,
    );
    expect(changed).toEqual({ ok: true, external_id: idOf(made), born: expect.any(String), data: fewer });

    await session.write('order', [{ kind: 'delete', external_id: idOf(made) }], signal);
    const [cancelled] = await session.readByIds('order', [idOf(made)], signal);
    expect(cancelled?.data).toMatchObject({ status: 'cancelled' });
  });

  it('has a token that changes exactly when something changes', async () => {
    for (const [entity, model] of [
      ['customer', 'res.partner'],
      ['product', 'product.product'],
      ['order', 'sale.order.line'],
    ] as const) {
      const token = () => session.changeToken(entity, FULL, signal);
      const before = await token();
      expect(await token()).toBe(before);
      const [id = 0] = server.admin.search(model, entity === 'customer' ? [['ref', '!=', false]] : []);
      server.admin.write(model, [id], entity === 'order' ? { name: 'moved' } : { active: true });
      expect(await token()).not.toBe(before);
    }
  });

  it('refuses a filter it does not know and narrows by a domain', async () => {
    const filtered = { ...FULL, filters: { domain: [['id', '<', 20]] } };
    const { ids } = await readAll('customer', filtered, 50);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.every((id) => Number(id) < 20)).toBe(true);
    const unknown = { ...FULL, filters: { colour: 'red' } };
    await expect(session.count('customer', unknown, signal)).rejects.toMatchObject({ kind: 'rejected' });
  });
});
