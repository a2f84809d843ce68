import { type Client, createSyncClient, listOrganizations, startSync } from '@sync-operations/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieOf, send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let ofAll: Client;

const clientOf = async (key: Parameters<TestService['createKey']>[0]) =>
  createSyncClient({ baseUrl: service.url, apiKey: await service.createKey({ scopes: ['sync:read'], ...key }) });

beforeAll(async () => {
  service = await startTestService();
  ofAll = await clientOf({ orgId: null });
  // One is known by its syncs, one by its user, one by a connection.
  const body = { entity_type: 'customer', source_system: 'shop' };
  await startSync({ client: await service.client('org-b'), body });
  await startSync({ client: await service.client('org-b'), body });
  await service.createKey({ orgId: 'Acme', userId: 'user-1' });
  await sql(
    service.database.superuserUrl,
    `INSERT INTO sync_connections (org_id, id, name, system, base_url, credentials, credentials_key_id)
     VALUES ('org-c', gen_random_uuid(), 'Shop', 'woocommerce', 'https://shop.example.com', '\\x00'::bytea, 'k')`,
  );
});
afterAll(() => service.close());

const ids = async (client: Client, query = {}) =>
  (await listOrganizations({ client, query })).data?.items.map(({ org_id }) => org_id);

describe('a key of every organization', () => {
  it('sees each once, in order, without naming any, and also when it names one', async () => {
    expect(await ids(ofAll)).toEqual(['Acme', 'org-b', 'org-c']);
    expect(await ids(ofAll, { orgId: 'org-b' })).toEqual(['Acme', 'org-b', 'org-c']);
  });

  it('pages', async () => {
    const first = await listOrganizations({ client: ofAll, query: { limit: 2 } });
    expect(first.data?.items).toHaveLength(2);
    const cursor = first.data?.next_cursor ?? '';
    const second = await listOrganizations({ client: ofAll, query: { limit: 2, cursor } });
    expect(second.data).toEqual({ items: [{ org_id: 'org-c' }], next_cursor: null });
  });

  it.each([
    ['ORG', ['org-b', 'org-c']],
    ['cm', ['Acme']],
    ['%', []],
  ])('finds those that contain %s', async (q, expected) => {
    expect(await ids(ofAll, { q })).toEqual(expected);
  });

  it('is refused with a cursor of another list', async () => {
    const cursor = Buffer.from('["items","org-a"]').toString('base64url');
    const key = await service.createKey({ orgId: null, scopes: ['sync:read'] });
    const { body } = await send(service, `/api/sync/organizations?cursor=${cursor}`, { 'x-api-key': key });
    expect(body).toMatchObject({ status: 422, errors: [{ parameter: 'cursor' }] });
  });

  it('sees as much by its session', async () => {
    const key = await service.createKey({ orgId: null });
    const opened = await send(service, '/sign-in', {
      ...{ method: 'POST', body: JSON.stringify({ key }), origin: service.url },
    });
    const cookie = cookieOf(opened);
    const { body } = await send(service, '/api/sync/organizations?limit=1', { cookie });
    expect(body).toMatchObject({ items: [{ org_id: 'Acme' }], next_cursor: expect.any(String) });
  });
});

describe('who is of one organization', () => {
  it('sees that one, by key or token, whether or not anything is stored of it', async () => {
    for (const client of [await clientOf({ orgId: 'org-b' }), await service.client('org-b')])
      expect((await listOrganizations({ client })).data).toEqual({ items: [{ org_id: 'org-b' }], next_cursor: null });
    expect(await ids(await service.client('org-new'))).toEqual(['org-new']);
  });

  it('finds no other, not by its name', async () => {
    const client = await clientOf({ orgId: 'org-b' });
    expect([await ids(client, { q: 'ORG-' }), await ids(client, { q: 'Acme' })]).toEqual([['org-b'], []]);
  });
});
