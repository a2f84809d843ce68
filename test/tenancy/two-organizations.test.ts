import {
  appendActivity,
  type Client,
  createSyncClient,
  getSync,
  listActivity,
  reportProgress,
  startSync,
  storePreview,
} from '@sync-operations/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** The same ids in both: they differ only by the organization. */
const sync_id = 'sync-woo-1';

async function run(client: Client, total_items: number, failing: number): Promise<void> {
  await startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items } });
  await storePreview({ client, body: { sync_type: 'woocommerce', delta_data: { creates: [total_items] } } });
  for (let done = 1; done <= total_items; done += 1) {
    const failed_count = Math.min(done, failing);
    if (done <= failing)
      await appendActivity({
        client,
        body: {
          sync_id,
          activity_type: 'batch_process',
          status: 'completed_with_errors',
          details: { item: done, of: total_items },
        },
      });
    const { error } = await reportProgress({
      client,
      path: { sync_id },
      body: { processed_count: done - failed_count, failed_count },
    });
    expect(error).toBeUndefined();
  }
}

it('two organizations sync at once under the same ids and neither sees the other by REST, SQL or key', async () => {
  const organizations = [
    { orgId: 'org-a', total: 60, failing: 3 },
    { orgId: 'org-b', total: 90, failing: 0 },
  ];
  const keys = await Promise.all(
    organizations.map(({ orgId }) => service.createKey({ orgId, name: `service of ${orgId}` })),
  );
  const clients = keys.map((apiKey) => createSyncClient({ baseUrl: service.url, apiKey }));
  await Promise.all(organizations.map(({ total, failing }, index) => run(clients[index] as Client, total, failing)));

  for (const [index, { orgId, total, failing }] of organizations.entries()) {
    const client = clients[index] as Client;
    expect((await getSync({ client, path: { sync_id } })).data).toMatchObject({
      org_id: orgId,
      total_items: total,
      processed_count: total - failing,
      failed_count: failing,
      status: failing > 0 ? 'completed_with_errors' : 'completed',
    });
    const trail = (await listActivity({ client })).data?.items ?? [];
    expect(trail).toHaveLength(failing + 1);
    expect(new Set(trail.map(({ org_id }) => org_id))).toEqual(new Set([orgId]));
    for (const table of ['sync_progress', 'sync_activity_log', 'sync_preview_cache']) {
      const seen = await sql(service.database.appUrl, `SELECT DISTINCT org_id FROM ${table}`, [], orgId);
      expect(seen).toEqual([{ org_id: orgId }]);
      expect(await sql(service.database.appUrl, `SELECT org_id FROM ${table}`)).toEqual([]);
    }
  }
  const foreign = await send(service, '/api/sync/progress?orgId=org-b', { 'x-api-key': keys[0] as string });
  expect(foreign).toMatchObject({ status: 403, problem: 'other-organization' });
});
