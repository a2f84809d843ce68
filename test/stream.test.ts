import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Client,
  createSyncClient,
  listActiveSyncs,
  reportProgress,
  startSync,
} from '../clients/typescript/src/index.ts';
import { parseEnvironment } from '../src/config/environment.ts';
import { createApp } from '../src/create-app.ts';
import { metricOf } from './support/metrics.ts';
import { TestViewer } from './support/stream-viewer.ts';
import { sql } from './support/test-database.ts';
import { startTestService, type TestService } from './support/test-service.ts';
import { waitFor } from './support/wait-for.ts';

let service: TestService;
let number = 0;
const viewers: TestViewer[] = [];

beforeAll(async () => {
  service = await startTestService();
});
afterEach(() => {
  for (const viewer of viewers.splice(0)) viewer.close();
});
afterAll(() => service.close());

const newOrg = () => {
  number += 1;
  return `org-${number}`;
};

async function watch(client: Client, orgId?: string): Promise<TestViewer> {
  const viewer = await TestViewer.open(client, orgId);
  viewers.push(viewer);
  return viewer;
}

async function started(client: Client, sync_id: string, more: object = {}): Promise<string> {
  const body = { sync_id, entity_type: 'customer', source_system: 'shop', total_items: 1000, ...more };
  const { response } = await startSync({ client, body });
  expect(response?.status).toBe(201);
  return sync_id;
}

const report = (client: Client, sync_id: string, processed_count: number) =>
  reportProgress({ client, path: { sync_id }, body: { processed_count } });
const plainSql = (orgId: string, text: string, values: readonly unknown[] = []) =>
  sql(service.database.appUrl, text, values, orgId);
const metric = (name: string) => metricOf(service.url, name);

describe('The stream begins', () => {
  it('with a snapshot of what GET /progress shows, without checkpoints', async () => {
    const org = newOrg();
    const client = await service.client(org);
    await started(client, 'one', { checkpoint: { page: 7 } });
    await started(client, 'two');
    await report(client, 'two', 5);
    const viewer = await watch(client, org);
    const listed = (await listActiveSyncs({ client })).data ?? [];
    expect(viewer.events[0]).toEqual({
      event: 'snapshot',
      data: {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d+\+00:00$/),
        syncs: listed.map(({ checkpoint: _, ...sync }) => sync),
      },
    });
    expect(viewer.events).toHaveLength(1);
  });

  it('with headers that keep proxies from holding it back, and those of every answer', async () => {
    const { headers, body } = await fetch(`${service.url}/api/sync/progress/stream`, {
      headers: { 'x-api-key': await service.createKey({ orgId: newOrg(), scopes: ['sync:read'] }) },
    });
    await body?.cancel();
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-request-id': expect.any(String),
    });
  });

  it('for nobody who only asks for the headers', async () => {
    const answer = await fetch(`${service.url}/api/sync/progress/stream`, {
      method: 'HEAD',
      headers: { 'x-api-key': await service.createKey({ orgId: newOrg(), scopes: ['sync:read'] }) },
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('A change reaches the viewer within a second', () => {
  it('when it was made over REST', async () => {
    const client = await service.client(newOrg());
    const viewer = await watch(client);
    await started(client, 'new');
    await viewer.sees('new', { processed_count: 0, status: 'running' });
    await report(client, 'new', 3);
    await viewer.sees('new', { processed_count: 3 });
    await report(client, 'new', 1000);
    await viewer.sees('new', { processed_count: 1000, status: 'completed' });
  });

  it('when it was made by plain SQL', async () => {
    const org = newOrg();
    const viewer = await watch(await service.client(org));
    await plainSql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, 'by-sql', 'order', 'erp')`,
      [org],
    );
    await viewer.sees('by-sql', { entity_type: 'order' });
    await plainSql(org, `UPDATE sync_progress SET processed_count = 9, updated_at = now() WHERE sync_id = 'by-sql'`);
    await viewer.sees('by-sql', { processed_count: 9 });
  });

  it('when it was made through another replica', async () => {
    const org = newOrg();
    const viewer = await watch(await service.client(org));
    const other = await createApp(
      parseEnvironment({ DATABASE_URL: service.database.appUrl, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' }),
    );
    try {
      await other.listen(0, '127.0.0.1');
      const apiKey = await service.createKey({ orgId: org, scopes: ['sync:write'] });
      const client = createSyncClient({ baseUrl: await other.getUrl(), apiKey });
      await started(client, 'elsewhere');
      await viewer.sees('elsewhere', { processed_count: 0 });
    } finally {
      await other.close();
    }
  });

  it('and names only the syncs that changed', async () => {
    const client = await service.client(newOrg());
    await started(client, 'still');
    await started(client, 'moving');
    const viewer = await watch(client);
    await report(client, 'moving', 4);
    await viewer.sees('moving', { processed_count: 4 });
    expect(viewer.events.slice(1)).toMatchObject([
      { event: 'change', data: { syncs: [{ sync_id: 'moving' }], gone: [] } },
    ]);
  });
});

it('A sync that ended stays for a minute and is then told to be gone', async () => {
  const org = newOrg();
  const client = await service.client(org);
  const ended = (sync_id: string, seconds: number) =>
    plainSql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, started_at, completed_at)
       VALUES ($1, $2, 'order', 'erp', 'failed', now() - interval '1 hour', now() - make_interval(secs => $3))`,
      [org, sync_id, seconds],
    );
  await ended('long-ago', 61);
  await ended('just-now', 1);
  const viewer = await watch(client);
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
  await ended('nearly', 57);
  await viewer.sees('nearly', { status: 'failed' });
  await waitFor('it is gone', () => !viewer.syncs.has('nearly'));
  expect(viewer.events.at(-1)).toMatchObject({ event: 'change', data: { syncs: [], gone: ['nearly'] } });
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
});
