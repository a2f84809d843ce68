import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../support/send.ts';
import { sql } from '../../support/test-database.ts';
import { bodyOf, ConnectionsFixture, PATH, pointers } from './connections.support.ts';

let fixture: ConnectionsFixture;

beforeAll(async () => {
  fixture = await ConnectionsFixture.start();
});
afterAll(() => fixture.close());

describe('the catalogue', () => {
  it('lists what can be connected, with the settings of every system beside its own', async () => {
    const { body } = await fixture.request('reader', 'GET', '/api/sync/connectors/fake');
    expect(body).toMatchObject({
      ...{ system: 'fake', title: 'Fake', webhooks: true },
      entities: [{ entity_type: 'customer', read: true, fields: ['email', 'billing'] }],
      credentials: { required: ['login', 'api_key'], properties: { api_key: { secret: true } } },
      settings: { properties: { page_size: { default: 50 }, on_conflict: { enum: ['skip', 'overwrite'] } } },
    });
    const list = await fixture.request('reader', 'GET', '/api/sync/connectors');
    expect(list.body.items).toContainEqual(body);
  });

  it('responds with 404 for an unknown system', async () => {
    const responses = ['nothing', 'constructor'].map((name) =>
      fixture.request('reader', 'GET', `/api/sync/connectors/${name}`),
    );
    for (const { problem } of await Promise.all(responses)) expect(problem).toBe('not-found');
  });
});

describe('a connection', () => {
  it('is made with its address in one form and the defaults of its settings, and shows no secret but the webhook one, once', async () => {
    const body = bodyOf({ settings: { mode: 'fast', page_size: null } });
    const made = await fixture.request('admin', 'POST', PATH, body);
    const { id, webhook_secret, ...rest } = made.body as Record<string, unknown> & { id: string };
    expect(made.headers.location).toBe(`${PATH}/${id}`);
    expect(webhook_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(rest).toMatchObject({
      ...{ name: body.name, org_id: 'org-1', system: 'fake', base_url: 'https://shop.example.com' },
      ...{ has_credentials: true, status: 'unchecked', webhook_url: `/api/sync/hooks/${id}`, created_by: 'test' },
      settings: { mode: 'fast', page_size: 50, allow_http: false, delete_guard_percent: 15, max_concurrency: 4 },
    });
    const read = await fixture.request('reader', 'GET', `${PATH}/${id}`);
    expect(read.body).toEqual({ id, ...rest });
    expect(rest).not.toHaveProperty('credentials');
    expect(await fixture.trail(id)).toEqual([
      {
        ...{ type: 'connection_created', status: 'completed', user: 'test', system: 'fake', error: null },
        details: {
          ...{ connection_id: id, name: body.name, before: null },
          after: { name: body.name, base_url: 'https://shop.example.com', settings: { mode: 'fast' } },
        },
      },
    ]);
  });

  it('accepts a webhook secret, and another one later', async () => {
    const given = 'a-secret-that-the-shop-has';
    const { id, webhook_secret } = await fixture.create({ webhook_secret: given });
    expect(webhook_secret).toBe(given);
    const changed = await fixture.request('admin', 'PATCH', `${PATH}/${id}`, {
      webhook_secret: 'another-secret-of-the-shop',
    });
    expect(changed.body).not.toHaveProperty('webhook_secret');
    expect((await fixture.trail(id)).at(-1)).toMatchObject({ details: { changed: ['webhook_secret'] } });
  });

  it('is made once for an Idempotency-Key, and the repeated response is the same', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = bodyOf();
    const first = await fixture.request('admin', 'POST', PATH, body, key);
    const second = await fixture.request('admin', 'POST', PATH, body, key);
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    const [stored] = await sql<{ text: string }>(
      fixture.service.database.superuserUrl,
      "SELECT string_agg(response::text, ' ') AS text FROM idempotency_keys",
    );
    expect(stored?.text).toContain(first.body.id);
    expect(stored?.text).not.toContain(first.body.webhook_secret);
  });

  it('has a name that no other has, until it is removed', async () => {
    const { id, name } = await fixture.create();
    const { id: second } = await fixture.create();
    const again = await fixture.request('admin', 'POST', PATH, bodyOf({ name }));
    expect([again.problem, pointers(again.body)]).toEqual([
      'conflict',
      ['#/name is already the name of another connection'],
    ]);
    expect((await fixture.request('admin', 'PATCH', `${PATH}/${second}`, { name })).problem).toBe('conflict');
    await fixture.create({ name }, 'other');
    await fixture.request('admin', 'DELETE', `${PATH}/${id}`);
    await fixture.create({ name });
  });

  it('is listed newest first, page by page', async () => {
    const organization = await fixture.service.createKey({ orgId: 'org-pages', scopes: ['sync:admin'] });
    const get = (search: string) => send(fixture.service, `${PATH}?${search}`, { 'x-api-key': organization });
    for (const name of ['a', 'b', 'c'])
      await send(fixture.service, PATH, {
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
    const { id } = await fixture.create();
    const tries = [
      fixture.request('writer', 'POST', PATH, bodyOf()),
      fixture.request('writer', 'PATCH', `${PATH}/${id}`, {}),
      fixture.request('writer', 'POST', `${PATH}/${id}/check`),
      fixture.request('writer', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('missing-scope');
    expect((await fixture.request('reader', 'GET', PATH)).status).toBe(200);
  });

  it('of another organization is not there', async () => {
    const { id } = await fixture.create();
    const before = (await fixture.request('admin', 'GET', `${PATH}/${id}`)).body;
    const tries = [
      fixture.request('other', 'GET', `${PATH}/${id}`),
      fixture.request('other', 'PATCH', `${PATH}/${id}`, { name: 'mine now' }),
      fixture.request('other', 'POST', `${PATH}/${id}/check`),
      fixture.request('other', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('not-found');
    expect(JSON.stringify((await fixture.request('other', 'GET', PATH)).body)).not.toContain(id);
    expect((await fixture.request('admin', 'GET', `${PATH}/${id}`)).body).toEqual(before);
  });
});

describe('a change', () => {
  it('of address or credentials makes it unchecked again; of name and settings does not', async () => {
    const { id } = await fixture.create({ settings: { mode: 'fast' } });
    await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    const change = (body: object) => fixture.request('admin', 'PATCH', `${PATH}/${id}`, body);
    const renamed = await change({ name: `renamed ${id}`, settings: { page_size: 10, mode: null } });
    expect(renamed.body).toMatchObject({ status: 'ok', version: '9.1', settings: { page_size: 10 } });
    expect(renamed.body.settings).not.toHaveProperty('mode');
    const credentials = { login: 'other', api_key: 'another-key' };
    const moved = await change({ base_url: 'https://new.example.com', credentials });
    expect(moved.body).toMatchObject({ status: 'unchecked', version: null, last_checked_at: null, warnings: [] });
    await change({ credentials });
    expect((await fixture.trail(id)).slice(1).map(({ details }) => (details as { changed: string[] }).changed)).toEqual(
      [['name', 'settings.mode', 'settings.page_size'], ['base_url', 'credentials'], ['credentials']],
    );
    await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    expect(fixture.fake.opened.at(-1)).toMatchObject({
      ...{ id, base_url: 'https://new.example.com', credentials: { login: 'other', api_key: 'another-key' } },
      settings: { page_size: 10, allow_http: false },
    });
  });

  it('that changes nothing leaves no entry', async () => {
    const { id, name } = await fixture.create();
    const same = await fixture.request('admin', 'PATCH', `${PATH}/${id}`, {
      name,
      base_url: 'https://SHOP.example.com//',
    });
    expect([same.status, (await fixture.trail(id)).length]).toEqual([200, 1]);
  });
});

describe('a removed connection', () => {
  it('is not there any more, and its secrets are wiped', async () => {
    const { id } = await fixture.create();
    expect((await fixture.request('admin', 'DELETE', `${PATH}/${id}`)).status).toBe(204);
    const tries = [
      fixture.request('admin', 'GET', `${PATH}/${id}`),
      fixture.request('admin', 'PATCH', `${PATH}/${id}`, { name: 'x' }),
      fixture.request('admin', 'POST', `${PATH}/${id}/check`),
      fixture.request('admin', 'DELETE', `${PATH}/${id}`),
    ];
    for (const { problem } of await Promise.all(tries)) expect(problem).toBe('not-found');
    expect(JSON.stringify((await fixture.request('admin', 'GET', PATH)).body)).not.toContain(id);
    const left = await sql(
      fixture.service.database.superuserUrl,
      `SELECT credentials, webhook_secret, (SELECT count(*)::int FROM auth.hook_addresses WHERE connection_id = $1) AS hooks
         FROM sync_connections WHERE id = $1`,
      [id],
    );
    expect(left).toEqual([{ credentials: null, webhook_secret: null, hooks: 0 }]);
    expect((await fixture.trail(id)).at(-1)).toMatchObject({ type: 'connection_removed', status: 'completed' });
  });
});
