import { type OdooSandbox, type OdooSandboxOptions, startOdooSandbox } from '@sync-operations/sandbox';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { json2Client, jsonRpcClient, rawJsonRpc } from './odoo-client.support.ts';

const running: OdooSandbox[] = [];
async function start(options: OdooSandboxOptions): Promise<OdooSandbox> {
  const odoo = await startOdooSandbox(options);
  running.push(odoo);
  return odoo;
}
afterEach(() => Promise.all(running.splice(0).map((odoo) => odoo.stop())));

describe('A sandbox Odoo', () => {
  it('is the same again for the same seed', async () => {
    const [one, same, other] = [
      await start({ version: 19 }),
      await start({ version: 19 }),
      await start({ version: 19, seed: 2 }),
    ];
    const partners = (odoo: OdooSandbox) => odoo.admin.read('res.partner', [7, 8, 9]);
    expect(partners(same)).toEqual(partners(one));
    expect(partners(other)).not.toEqual(partners(one));
    expect(other.apiKey).not.toBe(one.apiKey);
  });

  it('returns its version by JSON-RPC, and 19 also at /web/version', async () => {
    const [old, recent] = [await start({ version: 18 }), await start({ version: 19 })];
    expect((await rawJsonRpc(old.url, 'common', 'version', [])).result.server_version_info[0]).toBe(18);
    expect((await fetch(`${old.url}/web/version`)).status).toBe(404);
    expect(await (await fetch(`${recent.url}/web/version`)).json()).toEqual({
      version_info: [19, 0, 0, 'final', 0, ''],
      version: '19.0',
    });
  });

  it('shows what a client that has left makes when it commits, with the time of its beginning', async () => {
    let now = Date.UTC(2026, 5, 1, 12);
    const odoo = await start({ version: 19, partners: 0, now: () => now });
    odoo.setFaults([{ kind: 'abandoned', match: '/create', ms: 0, workMs: 100 }]);
    await expect(json2Client(odoo)('res.partner', 'create', { vals_list: [{ name: 'Late' }] })).rejects.toThrow();
    const found = () => odoo.admin.search('res.partner', [['name', '=', 'Late']]);
    expect(found()).toEqual([]);
    now += 60_000;
    const [late = 0] = await waitFor('it is committed', () => found().length > 0 && found(), { everyMs: 5 });
    expect(odoo.admin.get('res.partner', late).create_date).toBe('2026-06-01 12:00:00');
  });

  it('of version 18 has no JSON-2', async () => {
    const odoo = await start({ version: 18 });
    const response = await fetch(`${odoo.url}/json/2/res.partner/search`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  it('of version 19 responds with 422 to arguments a method does not know, lacks, or must not have', async () => {
    const call = json2Client(await start({ version: 19 }));
    expect(await call('res.partner', 'search', {})).toMatchObject({
      status: 422,
      message: "missing a required argument: 'domain'",
    });
    expect(await call('res.partner', 'read', { ids: [3], nope: 1 })).toMatchObject({
      status: 422,
      exception: 'werkzeug.exceptions.UnprocessableEntity',
    });
    expect(await call('res.partner', 'create', { ids: [3], vals_list: [] })).toMatchObject({
      status: 422,
      message: 'cannot call res.partner.create with ids',
    });
    expect(await call('res.partner', '_write', { ids: [3], vals: {} })).toMatchObject({ status: 403 });
  });

  it('saves none of several records when one is bad', async () => {
    const odoo = await start({ version: 19 });
    const outcome = await json2Client(odoo)('res.partner', 'create', {
      vals_list: [{ name: 'Good', ref: 'BATCH' }, { ref: 'BATCH' }],
    });
    expect(outcome.status).toBe(422);
    expect(odoo.admin.search('res.partner', [['ref', '=', 'BATCH']])).toEqual([]);
  });

  it('imports by external id: creates, then updates, and saves nothing when a row is wrong', async () => {
    const odoo = await start({ version: 19 });
    const load = async (data: unknown[][]) =>
      (await json2Client(odoo)('res.partner', 'load', { fields: ['id', 'name', 'country_id'], data })).result;
    const first = await load([
      ['shop.1', 'One', 'France'],
      ['shop.2', 'Two', ''],
    ]);
    expect(first).toEqual({ ids: [expect.any(Number), expect.any(Number)], messages: [], nextrow: 0 });
    expect(
      await load([
        ['shop.1', 'Uno', 'Germany'],
        ['shop.3', 'Three', 'Atlantis'],
      ]),
    ).toMatchObject({
      ids: false,
      messages: [{ type: 'error', record: 1, message: expect.stringContaining('Atlantis') }],
    });
    expect(odoo.admin.read('res.partner', first.ids, ['name'])[0]?.name).toBe('One');
    expect((await load([['shop.1', 'Uno', 'Germany']])).ids).toEqual([first.ids[0]]);
    expect(odoo.admin.read('res.partner', [first.ids[0]], ['name', 'country_id'])).toEqual([
      { id: first.ids[0], name: 'Uno', country_id: [57, 'Germany'] },
    ]);
    // Recording 944.
    expect(
      await json2Client(odoo)('res.partner', 'load', { fields: ['id', 'nope'], data: [['shop.1', 'x']] }),
    ).toMatchObject({ status: 500, exception: 'builtins.ValueError', message: "Invalid field name 'nope'" });
  });

  it('makes plain text in notes a paragraph, and has no mobile number on 19', async () => {
    const odoo = await start({ version: 19 });
    const id = odoo.admin.create('res.partner', { name: 'Noted', comment: 'Rings & waits' });
    expect(odoo.admin.read('res.partner', [id], ['comment'])[0]?.comment).toBe('<p>Rings &amp; waits</p>');
    expect(await json2Client(odoo)('res.partner', 'write', { ids: [id], vals: { mobile: '1' } })).toMatchObject({
      status: 500,
      message: "Invalid field 'mobile' in 'res.partner'",
    });
  });

  it('takes and refuses odd values as recorded', async () => {
    const odoo = await start({ version: 19 });
    const call = json2Client(odoo);
    const create = async (vals: object) => (await call('res.partner', 'create', { vals_list: [vals] })).result?.[0];
    const read = async (id: number) => odoo.admin.get('res.partner', id);
    // Recordings 842 to 844.
    expect((await read(await create({ name: '' }))).name).toBe('');
    expect(await call('res.partner', 'create', { vals_list: [{ name: 'a\u0000b' }] })).toMatchObject({
      ...{ status: 500, exception: 'builtins.ValueError' },
      message: 'A string literal cannot contain NUL (0x00) characters.',
    });
    const noted = await create({ name: 'N', comment: '<b>t</b> a<br>b & c', website: 'shop.example' });
    expect(await read(noted)).toMatchObject({ comment: '<b>t</b> a<br>b &amp; c', website: 'http://shop.example' });
    // Recordings 765, 766 and 771.
    const lamp = odoo.admin.create('product.template', { name: 'Lamp' });
    const image = (image_1920: string) => call('product.template', 'write', { ids: [lamp], vals: { image_1920 } });
    expect(await image('bm90IGFuIGltYWdl')).toMatchObject({ status: 422, exception: 'odoo.exceptions.UserError' });
    expect((await image('@@@')).status).toBe(200);
    const child = odoo.admin.create('product.category', { name: 'Child', parent_id: 1 });
    expect(await call('product.category', 'write', { ids: [1], vals: { parent_id: child } })).toMatchObject({
      ...{ status: 422, message: 'Recursion Detected.' },
    });
  });

  it('keeps as many decimals of a number as its setting says, and tells them', async () => {
    const odoo = await start({ version: 18, partners: 1, products: 1, orders: 0 });
    const call = jsonRpcClient(odoo);
    const told = async (names: string[]) =>
      (await call('sale.order.line', 'fields_get', [names], { attributes: ['digits'] })).result;
    // Recordings 929, 205 and 779.
    expect(await told(['price_unit', 'discount', 'product_uom_qty', 'price_subtotal'])).toEqual({
      ...{ price_unit: { digits: [16, 2] }, discount: { digits: [16, 2] }, product_uom_qty: { digits: [16, 2] } },
      price_subtotal: {},
    });
    const lamp = { name: 'Lamp', weight: 0.123, list_price: 1.234, standard_price: 1.234 };
    const { result: id } = await call('product.template', 'create', [lamp]);
    expect(odoo.admin.get('product.template', id)).toMatchObject({
      ...{ weight: 0.12, list_price: 1.23, standard_price: 1.23 },
    });
    odoo.admin.setDecimals('Product Price', 6);
    expect(await told(['price_unit', 'discount'])).toEqual({
      ...{ price_unit: { digits: [16, 6] }, discount: { digits: [16, 2] } },
    });
    await call('product.template', 'write', [[id], { list_price: 1.2345678 }]);
    expect(odoo.admin.get('product.template', id).list_price).toBe(1.234568);
  });

  it('counts calls and shows what became of its records', async () => {
    const odoo = await start({ version: 18, partners: 10, orders: 0 });
    const call = jsonRpcClient(odoo);
    await call('res.partner', 'search_count', [[]]);
    await call('res.partner', 'unlink', [[7]]);
    const { result: id } = await call('res.partner', 'create', [{ name: 'New' }]);
    expect(odoo.calls()).toEqual({ 'res.partner.search_count': 1, 'res.partner.unlink': 1, 'res.partner.create': 1 });
    expect(odoo.state()['res.partner']).toMatchObject({ count: 16, deleted: [7] });
    expect(odoo.state()['res.partner']?.kept.at(-1)).toMatchObject({ id, name: 'New' });
  });

  it('makes no partner that a page does not show, also of a million and at any offset', async () => {
    const call = jsonRpcClient(await start({ version: 19, partners: 1_000_000 }));
    const page = (domain: unknown[], order: string, offset = 0) =>
      call('res.partner', 'search_read', [domain], {
        fields: ['name'],
        limit: 100,
        order,
        offset,
        context: { active_test: false },
      });
    await page([], 'id');
    const before = process.memoryUsage().heapUsed;
    const ids = async (response: ReturnType<typeof page>) =>
      (await response).result.map((row: { id: number }) => row.id);
    expect(await ids(page([['id', '>', 699_999]], 'id'))).toEqual(Array.from({ length: 100 }, (_, i) => 700_000 + i));
    expect((await ids(page([], 'id', 900_000)))[0]).toBe(900_001);
    expect(await ids(page([['write_date', '>=', '2025-10-01 00:00:00']], 'write_date, id', 100_000))).toHaveLength(100);
    expect(
      (await page([['email', 'in', ['partner5@example.test', 'partner999999@example.test']]], 'id')).result,
    ).toHaveLength(2);
    // A million of them are a gigabyte.
    expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(200);
  });
});

describe('Faults of an Odoo', () => {
  it('let each n-th write fail to serialize and leave nothing behind', async () => {
    const odoo = await start({ version: 19, odooFaults: { serializationFailureEvery: 2 } });
    const create = () => json2Client(odoo)('res.partner', 'create', { vals_list: [{ name: 'N', ref: 'SER' }] });
    const outcomes = [await create(), await create(), await create(), await create()];
    expect(outcomes.map(({ status }) => status)).toEqual([200, 500, 200, 500]);
    expect(outcomes[1]).toMatchObject({
      exception: 'psycopg2.errors.SerializationFailure',
      message: expect.stringContaining('could not serialize access'),
    });
    expect(odoo.admin.search('res.partner', [['ref', '=', 'SER']])).toHaveLength(2);
  });

  it('let the key expire', async () => {
    const [recent, old] = [await start({ version: 19 }), await start({ version: 18 })];
    for (const odoo of [recent, old]) odoo.setOdooFaults({ keyExpiresAtCall: 2 });
    const count = json2Client(recent);
    expect([
      await count('res.partner', 'search_count', { domain: [] }),
      await count('res.partner', 'search_count', { domain: [] }),
    ]).toMatchObject([{ status: 200 }, { status: 401, message: 'Invalid apikey' }]);
    const call = jsonRpcClient(old);
    await call('res.partner', 'search_count', [[]]);
    expect((await call('res.partner', 'search_count', [[]])).exception).toBe('odoo.exceptions.AccessDenied');
  });

  it('refuse single records', async () => {
    const odoo = await start({
      version: 19,
      odooFaults: { refuse: [{ model: 'res.partner', field: 'name', matching: /^Bad/ }] },
    });
    const create = (name: string) => json2Client(odoo)('res.partner', 'create', { vals_list: [{ name }] });
    expect(await create('Bad one')).toMatchObject({ status: 422, exception: 'odoo.exceptions.ValidationError' });
    expect((await create('Good one')).status).toBe(200);
  });

  it('of the network happen before it, and a request whose response is lost was carried out', async () => {
    const odoo = await start({ version: 19, faults: [{ kind: 'too-many-requests', retryAfter: 3, times: 1 }] });
    const create = () =>
      fetch(`${odoo.url}/json/2/res.partner/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `bearer ${odoo.apiKey}` },
        body: JSON.stringify({ vals_list: [{ name: 'N', ref: 'NET' }] }),
      });
    const limited = await create();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    odoo.setFaults([{ kind: 'response-lost', match: '/create' }]);
    await expect(create()).rejects.toThrow();
    expect(odoo.admin.search('res.partner', [['ref', '=', 'NET']])).toHaveLength(1);
  });
});
