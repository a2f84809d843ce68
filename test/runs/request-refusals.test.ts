import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let apiKey: string;
const connections = new Map<string, string>();

const call = (method: string, path: string, body?: object) =>
  send(service, `/api/sync${path}`, { method, 'x-api-key': apiKey, ...(body && { body: JSON.stringify(body) }) });

/** None of them is ever called: what is refused here is known without a call. */
const SYSTEMS = {
  woocommerce: { credentials: { consumer_key: 'ck_1', consumer_secret: 'cs_1' }, settings: {} },
  odoo: { credentials: { database: 'd', username: 'u', api_key: 'k' }, settings: {} },
  csv: { credentials: {}, settings: { entity_type: 'customer', id_column: 'id', columns: { email: 'email' } } },
};

beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
  for (const [system, secrets] of Object.entries(SYSTEMS)) {
    const base_url = `https://${system}.example.com`;
    connections.set(
      system,
      (await call('POST', '/connections', { name: system, system, base_url, ...secrets })).body.id,
    );
  }
});
afterAll(() => service.close());

/** Each way to ask for a read. */
const ways = {
  run: (id: string, body: object) =>
    call('POST', '/runs', { ...body, source_connection_id: id, destination: 'records' }),
  preview: (id: string, body: object) => {
    const destination = { connection_id: connections.get(id === connections.get('odoo') ? 'woocommerce' : 'odoo') };
    return call('POST', `/connections/${id}/preview`, { ...body, destination });
  },
};

const refusals: [system: keyof typeof SYSTEMS, filters: object, pointer: string, detail: string][] = [
  [
    ...(['woocommerce', { nonsense: 1 }, '#/filters/nonsense'] as const),
    'WooCommerce customers cannot be filtered by "nonsense". Available filters: email, search',
  ],
  ['woocommerce', { email: 'a@b.example', 'a/b': 1 }, '#/filters/a~1b', expect.stringContaining('by "a/b"')],
  ['woocommerce', { constructor: 'x' }, '#/filters/constructor', expect.stringContaining('by "constructor"')],
  ['woocommerce', { email: ['x'] }, '#/filters/email', 'The filter "email" must be text or a number'],
  ['odoo', { nonsense: 1 }, '#/filters/nonsense', expect.stringContaining('no filter "nonsense"')],
  ['odoo', { domain: 'x' }, '#/filters/domain', expect.stringContaining('must be a list')],
  ['odoo', { domain: [['name', '=']] }, '#/filters/domain', expect.stringContaining('must be a list')],
  ['odoo', { domain: ['&', ['name', '=', 'x']] }, '#/filters/domain', expect.stringContaining('must be a list')],
  ['odoo', { domain: ['xor', ['name', '=', 'x']] }, '#/filters/domain', expect.stringContaining('must be a list')],
  ['csv', { email: 'x' }, '#/filters/email', 'A CSV file has no filter "email"'],
];

describe.each(Object.keys(ways) as (keyof typeof ways)[])(
  'A run with a filter that its system does not know is refused at once: a %s',
  (way) => {
    it.each(refusals)('with %s %j', async (...refusal) => {
      const [system, filters, pointer, detail] = refusal;
      const refused = await ways[way](connections.get(system) as string, { entity_type: 'customer', filters });
      expect(refused).toMatchObject({ status: 422, problem: 'invalid-request' });
      expect(refused.body.errors).toEqual([{ pointer, detail }]);
      expect((await call('GET', '/runs')).body.items).toEqual([]);
    });
  },
);

describe('Filters that a system knows', () => {
  it.each<[keyof typeof SYSTEMS, string, object]>([
    ['woocommerce', 'customer', { email: 'a@b.example' }],
    ['woocommerce', 'order', { created_after: '2026-11-01T00:00:00Z', status: 'completed' }],
    ['odoo', 'customer', { domain: ['|', '!', ['name', '=', 'x'], ['a.b', 'in', [1]], ['id', '>', 5]] }],
    ['odoo', 'customer', { domain: [[1, '=', 1]] }],
    ['odoo', 'order', { domain: [] }],
    ['csv', 'customer', {}],
  ])('are accepted: %s %s %j', async (system, entity_type, filters) => {
    const accepted = await ways.run(connections.get(system) as string, { entity_type, filters });
    expect([accepted.status, accepted.body.filters]).toEqual([202, filters]);
    await call('POST', `/progress/${accepted.body.sync_id}/cancel`, {});
  });
});

describe('A file of another entity type', () => {
  const refusal = { pointer: '#/entity_type', detail: 'The rows of this file are customers, not products' };
  it.each(Object.keys(ways) as (keyof typeof ways)[])('is refused to a %s', async (way) => {
    const refused = await ways[way](connections.get('csv') as string, { entity_type: 'product' });
    expect([refused.status, refused.body.errors]).toEqual([422, [refusal]]);
  });

  it('is refused to a schedule', async () => {
    const body = { entity_type: 'product', mode: 'full', cron: '0 3 * * *' };
    const refused = await call('POST', `/connections/${connections.get('csv')}/schedules`, body);
    expect([refused.status, refused.body.errors]).toEqual([422, [refusal]]);
  });
});

it('A schedule has no filters, which its refusal says', async () => {
  const refused = await call('POST', `/connections/${connections.get('woocommerce')}/schedules`, {
    ...{ entity_type: 'customer', mode: 'full', cron: '0 3 * * *' },
    filters: { nonsense: 1 },
  });
  expect(refused.body.errors).toEqual([{ pointer: '#/filters', detail: 'is not a known field' }]);
});
