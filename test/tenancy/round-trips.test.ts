import {
  appendActivity,
  type Client,
  getPreview,
  getSync,
  listActiveSyncs,
  listActivity,
  reportProgress,
  startSync,
  storePreview,
} from '@sync-operations/client';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let database: TestDatabase;
let proxy: CountingProxy;
let service: TestService;
let client: Client;
let cacheKey: string;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startCountingProxy(database.appUrl);
  service = await startTestService({ DATABASE_URL: proxy.url });
  client = await service.client('org-1');
  // Opens the connections that the requests below use, one after the other.
  await startSync({ client, body: { sync_id: 'known', entity_type: 'customer', source_system: 'woocommerce' } });
  await reportProgress({ client, path: { sync_id: 'known' }, body: { processed_count: 1 } });
  const stored = await storePreview({ client, body: { sync_type: 'known', delta_data: {} } });
  cacheKey = stored.data?.cache_key ?? '';
});
beforeEach(() => void proxy.take());
afterAll(async () => {
  await service.close();
  await proxy.close();
  await database.drop();
});

const started = { entity_type: 'customer', source_system: 'woocommerce' };
const entry = { activity_type: 'batch_process', status: 'running' } as const;

describe('one network round trip to the database, from BEGIN to COMMIT', () => {
  it.each<[string, number, () => Promise<{ response?: Response }>]>([
    ['GET /progress/{sync_id}', 200, () => getSync({ client, path: { sync_id: 'known' } })],
    ['GET /progress/{sync_id} of a sync that is not there', 404, () => getSync({ client, path: { sync_id: 'no' } })],
    ['GET /progress', 200, () => listActiveSyncs({ client })],
    ['POST /progress', 201, () => startSync({ client, body: { ...started, sync_id: 'new' } })],
    ['POST /progress of a known sync', 200, () => startSync({ client, body: { ...started, sync_id: 'known' } })],
    ['GET /activity', 200, () => listActivity({ client })],
    ['POST /activity', 201, () => appendActivity({ client, body: entry })],
    ['POST /activity with many entries', 200, () => appendActivity({ client, body: { items: [entry, entry] } })],
    ['PUT /previews', 200, () => storePreview({ client, body: { sync_type: 'known', delta_data: { creates: [] } } })],
    ['GET /previews/{cache_key}', 200, () => getPreview({ client, path: { cache_key: cacheKey } })],
  ])('is all that %s takes', async (_what, status, call) => {
    expect((await call()).response?.status).toBe(status);
    const trips = proxy.take();
    expect(trips).toHaveLength(1);
    expect(trips[0]).toMatch(/BEGIN.*app\.set_org.*COMMIT/);
  });

  it('is enough for PATCH /progress/{sync_id}, as one function call that commits by itself', async () => {
    const { response } = await reportProgress({ client, path: { sync_id: 'known' }, body: { processed_count: 5 } });
    expect(response?.status).toBe(200);
    const trips = proxy.take();
    expect(trips).toHaveLength(1);
    expect(trips[0]).toContain('app.report_progress');
  });
});

describe('at most two network round trips to the database', () => {
  const post = (path: string, body: object, key?: string) => async () => {
    const call = (await service.request('org-1')).post(`/api/sync${path}`);
    return (key === undefined ? call : call.set('idempotency-key', key)).send(body);
  };
  const sync = { entity_type: 'customer', source_system: 'woocommerce' };

  it.each<[string, number, () => Promise<{ status: number }>]>([
    ['POST /progress with an Idempotency-Key', 201, post('/progress', { ...sync, sync_id: 'keyed' }, 'start')],
    ['the same again', 201, post('/progress', { ...sync, sync_id: 'keyed' }, 'start')],
    ['the same key with another body', 422, post('/progress', { ...sync, sync_id: 'other' }, 'start')],
    ['POST /activity with an Idempotency-Key', 201, post('/activity', entry, 'append')],
    ['a pause', 200, post('/progress/known/pause', {})],
    ['a resume', 200, post('/progress/known/resume', {})],
    ['a cancel', 200, post('/progress/known/cancel', {})],
    ['a pause with an Idempotency-Key', 200, post('/progress/known/pause', {}, 'pause')],
    ['a resume with an Idempotency-Key', 200, post('/progress/known/resume', {}, 'resume')],
    ['a cancel with an Idempotency-Key', 200, post('/progress/known/cancel', {}, 'cancel')],
    ['a cancel of a sync that is not there', 404, post('/progress/no/cancel', {})],
    ['a completion', 200, post('/progress/keyed/complete', {}, 'complete')],
    ['the completion again', 200, post('/progress/keyed/complete', {}, 'complete')],
  ])('are all that %s takes', async (_what, status, call) => {
    expect((await call()).status).toBe(status);
    expect(proxy.take().length).toBeLessThanOrEqual(2);
  });
});

describe('the counter', () => {
  it('counts three when BEGIN, SELECT and COMMIT are awaited one by one, and one when they are not', async () => {
    const connection = new pg.Client({ connectionString: proxy.url, pipeline: true } as pg.ClientConfig);
    await connection.connect();
    const statements = ['BEGIN', 'SELECT 1', 'COMMIT'];
    try {
      proxy.take();
      for (const text of statements) await connection.query(text);
      expect(proxy.take()).toHaveLength(3);
      await Promise.all(statements.map((text) => connection.query(text)));
      expect(proxy.take()).toHaveLength(1);
    } finally {
      await connection.end();
    }
  });
});
