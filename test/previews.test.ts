import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type Client,
  deletePreview,
  getPreview,
  lookUpPreview,
  storePreview,
} from '../clients/typescript/src/index.ts';
import { sql } from './support/test-database.ts';
import { startTestService, type TestService } from './support/test-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-1');
});
afterAll(() => service.close());

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

it('answers 304 to the ETag it gave, until it is stored anew', async () => {
  const { data, response } = await storePreview({ client, body: { ...inputs, delta_data } });
  const etag = response?.headers.get('etag') ?? '';
  const read = () =>
    getPreview({ client, path: { cache_key: data?.cache_key ?? '' }, headers: { 'If-None-Match': etag } });
  expect((await read()).response?.status).toBe(304);
  await storePreview({ client, body: { ...inputs, delta_data: {} } });
  const anew = await read();
  expect([anew.response?.status, anew.data?.delta_data]).toEqual([200, {}]);
});

it('serves nothing under the key of inputs that were replaced', async () => {
  const first = await storePreview({ client, body: { ...inputs, filters: { shop: 1 }, delta_data: { creates: [1] } } });
  await storePreview({ client, body: { ...inputs, filters: { shop: 2 }, delta_data: { creates: [2] } } });
  const stale = await getPreview({ client, path: { cache_key: first.data?.cache_key ?? '' } });
  expect(stale.error).toMatchObject({ status: 404 });
});

it('keeps an hour unless said and a day at most, and nothing after', async () => {
  const hours = async (ttl_seconds?: number) => {
    const { data } = await storePreview({ client, body: { ...inputs, delta_data, ttl_seconds } });
    return (Date.parse(data?.expires_at ?? '') - Date.parse(data?.computed_at ?? '')) / 3_600_000;
  };
  expect([await hours(), await hours(60), await hours(10_000_000)]).toEqual([1, 1 / 60, 24]);
  await sql(service.database.appUrl, `UPDATE sync_preview_cache SET expires_at = now()`, [], 'org-1');
  expect((await lookUpPreview({ client, body: inputs })).error).toMatchObject({ status: 404 });
});

it('forgets a preview once', async () => {
  const { data } = await storePreview({ client, body: { ...inputs, delta_data } });
  const path = { cache_key: data?.cache_key ?? '' };
  const statuses = [await deletePreview({ client, path }), await deletePreview({ client, path })].map(
    (a) => a.response?.status,
  );
  expect(statuses).toEqual([204, 404]);
});

it('names the field that Postgres could not store', async () => {
  const { error } = await storePreview({ client, body: { sync_type: 'a', delta_data: { x: ['\u0000'] } } });
  expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/delta_data' }] });
});
