import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSyncClient, reportProgress, startSync } from '../../clients/typescript/src/index.ts';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-loading';
const MAX_FIRST_LOAD_BYTES = 150_000;

let database: TestDatabase;
let browser: TestBrowser;

beforeAll(async () => {
  [database, browser] = await Promise.all([createTestDatabase(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await cleanUp();
  await database.drop();
});

const startService = (port = '0') =>
  ServiceProcess.start({ DATABASE_URL: database.appUrl, PORT: port, SYNC_WORKER: 'off' });

const createKey = (kind: 'service' | 'link') =>
  KeyAdmin.with(database.ownerUrl, (keys) =>
    keys.create({ kind, orgId: ORG, name: 'test', userId: 'ann', scopes: ['sync:write'], ttlSeconds: 600 }),
  );

async function signIn(url: string, headers: Record<string, string> = {}): Promise<WatchedPage> {
  const link = `${url}/sign-in?token=${await createKey('link')}`;
  return browser.openPage(link, { context: { extraHTTPHeaders: headers } });
}

describe('The live page', () => {
  it('is loaded with less than 150 kB over the wire, all files together', async () => {
    const service = await startService();
    const watched = await signIn(service.url);
    await watched.page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
    await watched.close();

    const { page } = await signIn(service.url, { 'accept-encoding': 'gzip' });
    const browserItself = await page.context().newCDPSession(page);
    await browserItself.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    page.on('requestfinished', async (request) => {
      if (!['document', 'script', 'stylesheet', 'image'].includes(request.resourceType())) return;
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      bytes += responseBodySize + responseHeadersSize;
    });
    await page.reload({ waitUntil: 'load' });
    await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
    expect(bytes).toBeGreaterThan(60_000);
    expect(bytes).toBeLessThan(MAX_FIRST_LOAD_BYTES);
    await service.stop();
  });

  it('recovers by itself when the service was away', async () => {
    const first = await startService();
    const { port } = new URL(first.url);
    const client = createSyncClient({ baseUrl: first.url, apiKey: await createKey('service') });
    const path = { sync_id: 'survivor' };
    await startSync({ client, body: { ...path, entity_type: 'order', source_system: 'shop', total_items: 100 } });
    const { page } = await signIn(first.url);
    await page.getByText('0 / 100').waitFor();
    await first.stop();
    await page
      .getByText(/trying again/)
      .first()
      .waitFor();
    await page.getByText('0 / 100').waitFor();

    await startService(port);
    await reportProgress({ client, path, body: { processed_count: 60 } });
    await page.getByText('60 / 100').waitFor();
    await page
      .getByText(/trying again/)
      .first()
      .waitFor({ state: 'detached' });
  });
});
