import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, getSync, listActiveSyncs, reportProgress, startSync } from '../clients/typescript/src/index.ts';
import { startTestService, type TestService } from './support/test-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-1');
});
afterAll(() => service.close());

const start = (sync_id: string, total_items?: number) =>
  startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items } });

describe('starting a sync', () => {
  it('answers 201 with the sync and where it is', async () => {
    const { data, response } = await start('sync/1', 10);
    expect(response?.status).toBe(201);
    expect(response?.headers.get('location')).toBe('/api/sync/progress/sync%2F1');
    expect(data).toMatchObject({
      org_id: 'org-1',
      sync_id: 'sync/1',
      status: 'running',
      initiated_by: 'user-1',
      processed_count: 0,
    });
    expect((await getSync({ client, path: { sync_id: 'sync/1' } })).data).toEqual(data);
  });
});
