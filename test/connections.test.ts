import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONNECTOR_LIST } from '../src/connectors/connectors.tokens.ts';
import { ConnectorError } from '../src/connectors/contract/connector.error.ts';
import type { CheckResult, Connector } from '../src/connectors/contract/connector.types.ts';
import { ask } from './auth/auth.support.ts';
import { fakeConnector } from './support/fake.connector.ts';
import { sql } from './support/test-database.ts';
import { startTestService, type TestService } from './support/test-service.ts';

const PATH = '/api/sync/connections';
const SECRET = 'key-of-the-shop-/-nobody-may-see';
const GOOD: CheckResult = {
  version: '9.1',
  account: 'sync@example.com',
  credentials_expire_at: '2027-01-01T00:00:00Z',
  warnings: ['may not delete'],
};

let service: TestService;
let keys: Record<'admin' | 'writer' | 'reader' | 'other', string>;
let check: () => Promise<CheckResult>;
const fake = fakeConnector({ check: () => check() });

beforeAll(async () => {
  service = await startTestService();
  service.app.get<Connector[]>(CONNECTOR_LIST, { strict: false }).push(fake);
  const key = (orgId: string, scope: 'sync:admin' | 'sync:write' | 'sync:read') =>
    service.createKey({ orgId, scopes: [scope] });
  keys = {
    admin: await key('org-1', 'sync:admin'),
    writer: await key('org-1', 'sync:write'),
    reader: await key('org-1', 'sync:read'),
    other: await key('org-2', 'sync:admin'),
  };
});
beforeEach(() => {
  check = async () => GOOD;
});
afterAll(() => service.close());

const request = (who: keyof typeof keys, method: string, path: string, body?: unknown, more = {}) =>
  ask(service, path, {
    method,
    'x-api-key': keys[who],
    ...more,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const bodyOf = (change: Record<string, unknown> = {}) => ({
  name: `shop ${randomUUID()}`,
  system: 'fake',
  base_url: 'https://shop.example.com/',
  credentials: { login: 'sync', api_key: SECRET },
  ...change,
});

async function create(change: Record<string, unknown> = {}, who: keyof typeof keys = 'admin') {
  const answer = await request(who, 'POST', PATH, bodyOf(change));
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as Record<string, unknown> & { id: string };
}

const pointers = (body: Record<string, unknown>) =>
  (body.errors as { pointer?: string; detail: string }[]).map(({ pointer, detail }) => `${pointer} ${detail}`).sort();

const entries = async (id: string) =>
  (
    await sql<{ entry: Record<string, unknown> }>(
      service.database.appUrl,
      `SELECT json_build_object('type', activity_type, 'status', status, 'user', user_id, 'system', source_system,
            'error', error_message, 'details', details) AS entry
       FROM sync_activity_log WHERE details ->> 'connection_id' = $1 ORDER BY created_at`,
      [id],
      'org-1',
    )
  ).map(({ entry }) => entry);

describe('the catalogue', () => {
  it('tells what can be connected, with the settings of every system beside its own', async () => {
    const { body } = await request('reader', 'GET', '/api/sync/connectors/fake');
    expect(body).toMatchObject({
      ...{ system: 'fake', title: 'Fake', webhooks: true },
      entities: [{ entity_type: 'customer', read: true, fields: ['email', 'billing'] }],
      credentials: { required: ['login', 'api_key'], properties: { api_key: { secret: true } } },
      settings: { properties: { page_size: { default: 50 }, on_conflict: { enum: ['skip', 'overwrite'] } } },
    });
    const list = await request('reader', 'GET', '/api/sync/connectors');
    expect(list.body.items).toContainEqual(body);
  });

  it('answers 404 for a system there is not', async () => {
    const answers = ['nothing', 'constructor'].map((name) => request('reader', 'GET', `/api/sync/connectors/${name}`));
    for (const { problem } of await Promise.all(answers)) expect(problem).toBe('not-found');
  });
});

describe('a connection', () => {
  it('is made with its address in one form and the defaults of its settings, and shows no secret but the webhook one, once', async () => {
    const body = bodyOf({ settings: { mode: 'fast', page_size: null } });
    const made = await request('admin', 'POST', PATH, body);
    const { id, webhook_secret, ...rest } = made.body as Record<string, unknown> & { id: string };
    expect(made.headers.get('location')).toBe(`${PATH}/${id}`);
    expect(webhook_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(rest).toMatchObject({
      ...{ name: body.name, org_id: 'org-1', system: 'fake', base_url: 'https://shop.example.com' },
      ...{ has_credentials: true, status: 'unchecked', webhook_url: `/api/sync/hooks/${id}`, created_by: 'test' },
      settings: { mode: 'fast', page_size: 50, allow_http: false, delete_guard_percent: 15, max_concurrency: 4 },
    });
    const read = await request('reader', 'GET', `${PATH}/${id}`);
    expect(read.body).toEqual({ id, ...rest });
    expect(rest).not.toHaveProperty('credentials');
    expect(await entries(id)).toEqual([
      {
        ...{ type: 'connection_created', status: 'completed', user: 'test', system: 'fake', error: null },
        details: { connection_id: id, name: body.name },
      },
    ]);
  });

  it('takes a webhook secret that is given, and another one later', async () => {
    const given = 'a-secret-that-the-shop-has';
    const { id, webhook_secret } = await create({ webhook_secret: given });
    expect(webhook_secret).toBe(given);
    const changed = await request('admin', 'PATCH', `${PATH}/${id}`, { webhook_secret: 'another-secret-of-the-shop' });
    expect(changed.body).not.toHaveProperty('webhook_secret');
    expect((await entries(id)).at(-1)).toMatchObject({ details: { changed: ['webhook_secret'] } });
  });

  it('is made once for an Idempotency-Key, and the repeated answer is the same', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = bodyOf();
    const first = await request('admin', 'POST', PATH, body, key);
    const second = await request('admin', 'POST', PATH, body, key);
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    const [stored] = await sql<{ text: string }>(
      service.database.superuserUrl,
      "SELECT string_agg(response::text, ' ') AS text FROM idempotency_keys",
    );
    expect(stored?.text).toContain(first.body.id);
    expect(stored?.text).not.toContain(first.body.webhook_secret);
  });

  it('has a name that no other has, until it is removed', async () => {
    const { id, name } = await create();
    const { id: second } = await create();
    const again = await request('admin', 'POST', PATH, bodyOf({ name }));
    expect([again.problem, pointers(again.body)]).toEqual(['conflict', ['#/name is the name of another connection']]);
    expect((await request('admin', 'PATCH', `${PATH}/${second}`, { name })).problem).toBe('conflict');
    await create({ name }, 'other');
    await request('admin', 'DELETE', `${PATH}/${id}`);
    await create({ name });
  });

  it('is listed newest first, page by page', async () => {
    const organization = await service.createKey({ orgId: 'org-pages', scopes: ['sync:admin'] });
    const get = (search: string) => ask(service, `${PATH}?${search}`, { 'x-api-key': organization });
    for (const name of ['a', 'b', 'c'])
      await ask(service, PATH, {
        ...{ method: 'POST', 'x-api-key': organization, body: JSON.stringify(bodyOf({ name })) },
      });
    const first = await get('limit=2');
    const second = await get(`limit=2&cursor=${first.body.next_cursor}`);
    const names = [first, second].map(({ body }) => (body.items as { name: string }[]).map(({ name }) => name));
    expect([names, second.body.next_cursor]).toEqual([[['c', 'b'], ['a']], null]);
    expect((await get('system=odoo')).body.items).toEqual([]);
    const forged = Buffer.from('["2026-01-01T00:00:00+00:00","x"]').toString('base64url');
    expect((await get(`cursor=${forged}`)).problem).toBe('invalid-request');
  });

  it('needs sync:admin to be made, changed, checked and removed, and sync:read to be seen', async () => {
    const { id } = await create();
    const tries = [
      request('writer', 'POST', PATH, bodyOf()),
      request('writer', 'PATCH', `${PATH}/${id}`, {}),
      request('writer', 'POST', `${PATH}/${id}/check`),
      request('writer', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('missing-scope');
    expect((await request('reader', 'GET', PATH)).status).toBe(200);
  });

  it('of another organization is not there', async () => {
    const { id } = await create();
    const before = (await request('admin', 'GET', `${PATH}/${id}`)).body;
    const tries = [
      request('other', 'GET', `${PATH}/${id}`),
      request('other', 'PATCH', `${PATH}/${id}`, { name: 'mine now' }),
      request('other', 'POST', `${PATH}/${id}/check`),
      request('other', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('not-found');
    expect(JSON.stringify((await request('other', 'GET', PATH)).body)).not.toContain(id);
    expect((await request('admin', 'GET', `${PATH}/${id}`)).body).toEqual(before);
  });
});

describe('what is wrong with a connection', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a system there is not', { system: 'magento' }, ['#/system must be one of']],
    [
      'credentials of another system',
      { credentials: { consumer_key: 'x', api_key: '' } },
      [
        '#/credentials/api_key must not be empty',
        '#/credentials/consumer_key is not a known field',
        '#/credentials/login is required',
      ],
    ],
    [
      'settings',
      { settings: { mode: 'slow', page_size: 0, max_concurrency: 17, delete_guard_percent: '1', 'a/b': 1 } },
      [
        '#/settings/a~1b is not a known field',
        '#/settings/delete_guard_percent must be a number',
        '#/settings/max_concurrency must not be greater than 16',
        '#/settings/mode must be one of fast, safe',
        '#/settings/page_size must not be less than 1',
      ],
    ],
    [
      'directions of fields there are not',
      { settings: { field_directions: { customer: { email: 'up', tail: 'read', 'billing.city': 'write' }, pet: {} } } },
      [
        '#/settings/field_directions/customer/email must be one of both, read, write, none',
        '#/settings/field_directions/customer/tail is not a field of this entity type in this system',
        '#/settings/field_directions/pet is not an entity type of this system',
      ],
    ],
    [
      'a destination',
      { settings: { webhook_destination: 'mars' } },
      ['#/settings/webhook_destination must be records'],
    ],
    ['an address without https', { base_url: 'http://shop.example.com' }, ['#/base_url is not https']],
    ['a private address', { base_url: 'https://[::1]/' }, ['#/base_url is not an address of the public internet']],
    ['a short webhook secret', { webhook_secret: 'short' }, ['#/webhook_secret must be longer']],
  ])('is named by pointers, all at once: %s', async (_what, change, expected) => {
    const { status, body } = await request('admin', 'POST', PATH, bodyOf(change));
    expect(status).toBe(422);
    expect(pointers(body)).toEqual(expected.map((text) => expect.stringContaining(text)));
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it('is said for a change as well, which then changes nothing', async () => {
    const { id } = await create({ base_url: 'http://shop.example.com', settings: { allow_http: true } });
    const change = (body: object) => request('admin', 'PATCH', `${PATH}/${id}`, body);
    expect(pointers((await change({ name: 'x', settings: { allow_http: null } })).body)).toEqual([
      '#/settings/allow_http must stay true as long as base_url is not https',
    ]);
    expect(pointers((await change({ credentials: { login: 'x' } })).body)).toEqual([
      '#/credentials/api_key is required',
    ]);
    expect(pointers((await change({ system: 'odoo' })).body)).toEqual(['#/system is not a known field']);
    expect(await entries(id)).toHaveLength(1);
  });

  it('is never an error on our side, whatever stands in a member', async () => {
    const { id } = await create();
    const odd = [null, '', ' ', 'x'.repeat(20_000), '\0', '\ud800', 0, -1, 1e300, true, [], [null], {}, { a: null }];
    const inner = ['credentials', 'settings'].flatMap((name) =>
      odd.map((value) => ({ [name]: { api_key: value, login: value, page_size: value, field_directions: value } })),
    );
    const bodies = [
      ...['name', 'system', 'base_url', 'credentials', 'settings', 'webhook_secret'].flatMap((name) =>
        odd.map((value) => ({ [name]: value })),
      ),
      ...inner,
      ...odd.map((value) => ({ settings: { field_directions: { customer: value } } })),
    ];
    const answers = bodies.flatMap((body) => [
      request('admin', 'POST', PATH, bodyOf(body)),
      request('admin', 'PATCH', `${PATH}/${id}`, body),
    ]);
    const failed = (await Promise.all(answers)).filter(({ status }) => status >= 500);
    expect(failed.map(({ body }) => body)).toEqual([]);
    expect((await request('admin', 'GET', `${PATH}/not-a-uuid`)).problem).toBe('invalid-request');
  });
});

describe('a change', () => {
  it('of address or credentials makes it unchecked again; of name and settings does not', async () => {
    const { id } = await create({ settings: { mode: 'fast' } });
    await request('admin', 'POST', `${PATH}/${id}/check`);
    const change = (body: object) => request('admin', 'PATCH', `${PATH}/${id}`, body);
    const renamed = await change({ name: `renamed ${id}`, settings: { page_size: 10, mode: null } });
    expect(renamed.body).toMatchObject({ status: 'ok', version: '9.1', settings: { page_size: 10 } });
    expect(renamed.body.settings).not.toHaveProperty('mode');
    const moved = await change({ base_url: 'https://new.example.com' });
    expect(moved.body).toMatchObject({ status: 'unchecked', version: null, last_checked_at: null, warnings: [] });
    await change({ credentials: { login: 'other', api_key: 'another-key' } });
    expect((await entries(id)).slice(1).map(({ details }) => (details as { changed: string[] }).changed)).toEqual([
      ['name', 'settings.mode', 'settings.page_size'],
      ['base_url'],
      ['credentials'],
    ]);
    await request('admin', 'POST', `${PATH}/${id}/check`);
    expect(fake.opened.at(-1)).toMatchObject({
      ...{ id, base_url: 'https://new.example.com', credentials: { login: 'other', api_key: 'another-key' } },
      settings: { page_size: 10, allow_http: false },
    });
  });

  it('that changes nothing leaves no entry', async () => {
    const { id, name } = await create();
    const same = await request('admin', 'PATCH', `${PATH}/${id}`, { name, base_url: 'https://SHOP.example.com//' });
    expect([same.status, (await entries(id)).length]).toEqual([200, 1]);
  });
});

describe('a removed connection', () => {
  it('is not there any more, and its secrets are wiped', async () => {
    const { id } = await create();
    expect((await request('admin', 'DELETE', `${PATH}/${id}`)).status).toBe(204);
    const tries = [
      request('admin', 'GET', `${PATH}/${id}`),
      request('admin', 'PATCH', `${PATH}/${id}`, { name: 'x' }),
      request('admin', 'POST', `${PATH}/${id}/check`),
      request('admin', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('not-found');
    expect(JSON.stringify((await request('admin', 'GET', PATH)).body)).not.toContain(id);
    const left = await sql(
      service.database.superuserUrl,
      `SELECT credentials, webhook_secret, (SELECT count(*)::int FROM auth.hook_addresses WHERE connection_id = $1) AS hooks
         FROM sync_connections WHERE id = $1`,
      [id],
    );
    expect(left).toEqual([{ credentials: null, webhook_secret: null, hooks: 0 }]);
    expect((await entries(id)).at(-1)).toMatchObject({ type: 'connection_removed', status: 'completed' });
  });
});

describe('a check', () => {
  it('tells what the system is and keeps it', async () => {
    const { id } = await create();
    const { status, body } = await request('admin', 'POST', `${PATH}/${id}/check`);
    const told = { ...GOOD, credentials_expire_at: '2027-01-01T00:00:00.000Z' };
    expect([status, body]).toEqual([200, { ok: true, ...told }]);
    const { body: kept } = await request('reader', 'GET', `${PATH}/${id}`);
    expect(kept).toMatchObject({ ...GOOD, status: 'ok', credentials_expire_at: '2027-01-01T00:00:00+00:00' });
    expect(Date.parse(String(kept.last_checked_at))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('that fails is an answer, an entry and the state of the connection, without its secrets', async () => {
    const { id, name } = await create();
    check = async () => {
      throw new ConnectorError('auth', `401 for ${SECRET} and ${encodeURIComponent(SECRET)}\0`);
    };
    const { status, body } = await request('admin', 'POST', `${PATH}/${id}/check`);
    const message = '401 for [redacted] and [redacted]';
    expect([status, body]).toMatchObject([200, { ok: false, version: null, error: { kind: 'auth', message } }]);
    expect((await request('reader', 'GET', `${PATH}/${id}`)).body).toMatchObject({
      ...{ status: 'failing', last_error: message },
    });
    expect((await entries(id)).at(-1)).toMatchObject({
      ...{ type: 'connection_check_failed', status: 'failed', error: message },
      details: { connection_id: id, name, kind: 'auth' },
    });
  });

  it('holds no transaction open while the system is called, and an outcome of what has changed meanwhile is not kept', async () => {
    const { id } = await create();
    let open: unknown;
    check = async () => {
      [open] = await sql(
        service.database.superuserUrl,
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND usename = 'sync_app' AND xact_start IS NOT NULL",
      );
      await request('admin', 'PATCH', `${PATH}/${id}`, { base_url: 'https://elsewhere.example.com' });
      return GOOD;
    };
    const key = { 'idempotency-key': randomUUID() };
    const { body } = await request('admin', 'POST', `${PATH}/${id}/check`, undefined, key);
    expect([body.ok, open]).toEqual([true, { n: 0 }]);
    expect((await request('reader', 'GET', `${PATH}/${id}`)).body).toMatchObject({
      status: 'unchecked',
      version: null,
    });
  });
});

describe('the address of a webhook', () => {
  it('leads to the organization for whoever names the connection, and is listed for nobody', async () => {
    const { id } = await create();
    const as = (text: string, values: unknown[] = [], orgId?: string) =>
      sql(service.database.appUrl, text, values, orgId);
    expect(await as('SELECT app.find_hook($1) AS org_id', [id])).toEqual([{ org_id: 'org-1' }]);
    expect(await as('SELECT app.find_hook($1) AS org_id', [randomUUID()])).toEqual([{ org_id: null }]);
    expect(await as('SELECT * FROM auth.hook_addresses', [], 'org-1')).toEqual([]);
    for (const shown of ['', '%', 'null', ','])
      expect(
        await as(`SELECT h.* FROM set_config('app.presented_hook', $1, false), auth.hook_addresses h`, [shown]),
      ).toEqual([]);
  });

  it('is neither made for nor removed from another organization', async () => {
    const { id } = await create();
    const as = (text: string, values: unknown[]) => sql(service.database.appUrl, text, values, 'org-2');
    const forged = as("INSERT INTO auth.hook_addresses (org_id, connection_id) VALUES ('org-1', $1)", [randomUUID()]);
    await expect(forged).rejects.toThrow(/row-level security policy/);
    await as('SELECT app.remove_hook($1)', [id]);
    expect(await as('SELECT app.find_hook($1) AS org_id', [id])).toEqual([{ org_id: 'org-1' }]);
  });
});
