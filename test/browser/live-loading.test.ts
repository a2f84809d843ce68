import { createSyncClient, reportProgress, startSync } from '@sync-operations/client';
import type { Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-loading';
const MAX_FIRST_LOAD_BYTES = 120_000;

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

const signIn = async (url: string): Promise<WatchedPage> =>
  browser.followLink(`${url}/sign-in?token=${await createKey('link')}`);

describe('The first page', () => {
  it('is loaded with less than 120 kB over the wire, all files together', async () => {
    const service = await startService();
    const signedIn = await signIn(service.url);
    const [session] = await signedIn.page.context().cookies();
    await signedIn.close();

    // A browser that has never been here, so that nothing comes from its cache.
    const { page } = await browser.openPage('about:blank', {
      cookies: [{ name: session?.name ?? '', value: session?.value ?? '', url: service.url }],
      context: { extraHTTPHeaders: { 'accept-encoding': 'gzip' } },
    });
    const loaded: Request[] = [];
    page.on('requestfinished', (request) => loaded.push(request));
    await page.goto(`${service.url}/o/${ORG}/overview`);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('heading', { name: 'Nothing is synced yet' }).waitFor();
    const files = loaded.filter((request) =>
      ['document', 'script', 'stylesheet', 'image'].includes(request.resourceType()),
    );
    const sizes = await Promise.all(files.map((request) => request.sizes()));
    const bytes = sizes.reduce(
      (sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize,
      0,
    );
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
    await page.goto(`${first.url}/o/${ORG}/live`);
    await page.getByText('0 / 100').waitFor();
    await first.stop();
    await page
      .getByText(/reconnecting/)
      .first()
      .waitFor();
    await page.getByText('0 / 100').waitFor();

    await startService(port);
    await reportProgress({ client, path, body: { processed_count: 60 } });
    await page.getByText('60 / 100').waitFor();
    await page
      .getByText(/reconnecting/)
      .first()
      .waitFor({ state: 'detached' });
  });
});

describe('A page that is opened first after an upgrade of the service', () => {
  /** The frame of the old version: what it has not loaded yet is not there any more, until the whole page is loaded `again`. */
  async function upgraded(again: 'is of the new version' | 'is as it was'): Promise<WatchedPage> {
    const service = await startService();
    const watched = await signIn(service.url);
    const { page } = watched;
    await page.goto(`${service.url}/o/${ORG}/overview`);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const known = new Set(
      await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)),
    );
    let isOld = true;
    page.on('request', (request) => {
      if (request.isNavigationRequest() && again === 'is of the new version') isOld = false;
    });
    await page.route('**/assets/**', (route) =>
      isOld && !known.has(new URL(route.request().url()).pathname) ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.getByRole('link', { name: 'Trends' }).click();
    return watched;
  }

  it('is loaded with the whole page, and nobody reads of files', async () => {
    const { page } = await upgraded('is of the new version');
    await page.getByRole('heading', { level: 1, name: 'Trends' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/o/${ORG}/trends`);
    expect(await page.getByText(/preload|import/i).count()).toBe(0);
  });

  it('says so when that did not help, and does not load for ever', async () => {
    const { page } = await upgraded('is as it was');
    let loads = 0;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) loads += 1;
    });
    await page.getByRole('button', { name: 'Reload the page' }).waitFor();
    expect(loads).toBeLessThanOrEqual(1);
    expect(await page.getByText(/Unable to preload/i).count()).toBe(0);
  });
});
