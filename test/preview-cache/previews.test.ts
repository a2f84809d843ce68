import { type Client, listPreviews, lookUpPreview, storePreview } from '@sync-operations/client';
import type { Agent } from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let client: Client;
let request: Agent;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-1');
  request = await service.request('org-1');
});
afterAll(() => service.close());

const PATH = '/api/sync/previews';
const store = (body: object) => request.put(PATH).send(body);
const get = (cache_key: string) => request.get(`${PATH}/${cache_key}`);

const inputs = { sync_type: 'woocommerce', entity_type: 'customer', filters: { b: 1, a: { d: 2, c: 3 } } };
const delta_data = { creates: [{ email: 'a@example.com' }], updates: [], deletes: [{}, {}] };

it('stores a preview under the hash of its inputs, whatever their order, and counts its changes', async () => {
  const { data } = await storePreview({ client, body: { ...inputs, delta_data } });
  expect(data).toMatchObject({ summary: { creates: 1, updates: 0, deletes: 2 }, computed_by: 'user-1', delta_data });
  const found = await lookUpPreview({ client, body: { ...inputs, filters: { a: { c: 3, d: 2 }, b: 1 } } });
  expect(found.data).toEqual(data);
  // The same in any language: SHA-256 of {"entity_type":"customer","filters":{"a":{"c":3,"d":2},"b":1},"sync_type":"woocommerce"}.
  expect(data?.cache_key).toBe('d767733a73861ae57963db04c5d88aa4a522e721f66032ea05a9f361b5abc989');
});

it('responds with 304 to its ETag until the preview is stored again', async () => {
  const stored = await store({ ...inputs, delta_data });
  const read = () => get(stored.body.cache_key).set('if-none-match', stored.headers.etag as string);
  await read().expect(304);
  await store({ ...inputs, delta_data: {} });
  const { body } = await read().expect(200);
  expect(body.delta_data).toEqual({});
});

it('serves nothing under the key of inputs that were replaced', async () => {
  const first = await store({ ...inputs, filters: { shop: 1 }, delta_data: { creates: [1] } });
  await store({ ...inputs, filters: { shop: 2 }, delta_data: { creates: [2] } });
  const { body } = await get(first.body.cache_key).expect(404);
  expect(body).toMatchObject({ status: 404 });
});

it('keeps a preview an hour by default and a day at most, and returns nothing afterwards', async () => {
  const hours = async (ttl_seconds?: number) => {
    const { data } = await storePreview({ client, body: { ...inputs, delta_data, ttl_seconds } });
    return (Date.parse(data?.expires_at ?? '') - Date.parse(data?.computed_at ?? '')) / 3_600_000;
  };
  expect([await hours(), await hours(60), await hours(10_000_000)]).toEqual([1, 1 / 60, 24]);
  await sql(service.database.appUrl, `UPDATE sync_preview_cache SET expires_at = now()`, [], 'org-1');
  const { body } = await request.post(`${PATH}/lookup`).send(inputs).expect(404);
  expect(body).toMatchObject({ status: 404 });
});

it('forgets a preview once', async () => {
  const { body } = await store({ ...inputs, delta_data });
  await request.delete(`${PATH}/${body.cache_key}`).expect(204);
  await request.delete(`${PATH}/${body.cache_key}`).expect(404);
});

it('names the field that Postgres could not store', async () => {
  const { body } = await store({ sync_type: 'a', delta_data: { x: ['\u0000'] } }).expect(422);
  expect(body).toMatchObject({ status: 422, errors: [{ pointer: '#/delta_data' }] });
});

it('lists what has not expired, newest first, page by page and without the deltas', async () => {
  const lister = await service.client('org-lists');
  for (const sync_type of ['a', 'b', 'c'])
    await storePreview({ client: lister, body: { ...inputs, sync_type, delta_data } });
  await storePreview({ client: lister, body: { ...inputs, sync_type: 'gone', delta_data } });
  // All at one moment: the rest of the key keeps the pages apart.
  await sql(
    service.database.appUrl,
    `UPDATE sync_preview_cache SET computed_at = '2026-11-22T14:00:00Z',
            expires_at = CASE sync_type WHEN 'gone' THEN now() ELSE expires_at END`,
    [],
    'org-lists',
  );
  await storePreview({ client: lister, body: { sync_type: 'c', entity_type: 'order', delta_data } });

  const first = await listPreviews({ client: lister, query: { limit: 3 } });
  const names = first.data?.items.map(({ sync_type, entity_type }) => `${sync_type} ${entity_type}`);
  expect(names).toEqual(['c order', 'c customer', 'b customer']);
  expect(first.data?.items[0]).toEqual({
    ...{ org_id: 'org-lists', sync_type: 'c', entity_type: 'order', filters: {}, computed_by: 'user-1' },
    ...{ summary: { creates: 1, updates: 0, deletes: 2 }, cache_key: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ...{ computed_at: expect.any(String), expires_at: expect.any(String) },
  });
  const second = await listPreviews({ client: lister, query: { limit: 3, cursor: first.data?.next_cursor ?? '' } });
  expect(second.data).toMatchObject({ items: [{ sync_type: 'a' }], next_cursor: null });

  const ofOrders = await listPreviews({ client: lister, query: { sync_type: 'c', entity_type: 'order' } });
  expect(ofOrders.data?.items).toHaveLength(1);
});

it.each([
  ['another list', ['records', '5']],
  ['a time that is none', ['previews', 'yesterday', 'a', 'b']],
])('refuses a cursor of %s', async (_what, parts) => {
  const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
  const { body } = await request.get(PATH).query({ cursor }).expect(422);
  expect(body).toMatchObject({ status: 422, errors: [{ parameter: 'cursor' }] });
});

it('lists nothing of another organization', async () => {
  await storePreview({ client, body: { ...inputs, delta_data } });
  const { data } = await listPreviews({ client: await service.client('org-2') });
  expect(data).toEqual({ items: [], next_cursor: null });
});
