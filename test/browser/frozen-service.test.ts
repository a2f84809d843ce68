import { createSyncClient, reportProgress, startSync } from '@sync-operations/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-frozen';

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

it('A service that stands still is seen within five seconds', async () => {
  const service = await ServiceProcess.start({ DATABASE_URL: database.appUrl, SYNC_WORKER: 'off' });
  const key = (kind: 'service' | 'link') =>
    KeyAdmin.with(database.ownerUrl, (keys) =>
      keys.create({ kind, orgId: ORG, name: 'test', userId: 'ann', scopes: ['sync:write'], ttlSeconds: 600 }),
    );
  const client = createSyncClient({ baseUrl: service.url, apiKey: await key('service') });
  const path = { sync_id: 'watched' };
  await startSync({ client, body: { ...path, entity_type: 'order', source_system: 'shop', total_items: 100 } });
  const watched = await browser.followLink(`${service.url}/sign-in?token=${await key('link')}`);
  const { page } = watched;
  const overview = await page.context().newPage();
  await overview.goto(`${service.url}/o/${ORG}/overview`);
  await overview.getByRole('link', { name: /running/ }).waitFor();
  const others = await Promise.all(
    ['syncs', 'syncs/watched', 'connections'].map(async (path) => {
      const tab = await page.context().newPage();
      await tab.goto(`${service.url}/o/${ORG}/${path}`);
      return tab;
    }),
  );
  const tabs = [page, overview, ...others];
  await page.goto(`${service.url}/o/${ORG}/live`);
  const live = page.locator('.live-connection');
  await live.getByText('Live', { exact: true }).waitFor();
  // Keep-alives come: all tabs have heard of the service.
  for (const tab of tabs) await tab.waitForFunction(() => document.querySelector('.shell-stale') !== null);

  process.kill(service.pid ?? 0, 'SIGSTOP');
  try {
    await live.getByText('No news for 5 s or more').waitFor();
    for (const tab of tabs)
      await tab.getByText('No news from the service for 5 s. What is shown may be old.').waitFor();
    await watched.screenshot('frozen-service');
    expect(await watched.axe()).toEqual([]);
  } finally {
    process.kill(service.pid ?? 0, 'SIGCONT');
  }
  await reportProgress({ client, path, body: { processed_count: 60 } });
  await page.getByText('60 / 100').waitFor();
  await live.getByText('Live', { exact: true }).waitFor();
  for (const tab of tabs) await tab.locator('html:not([data-stale])').waitFor();
  expect(watched.complaints).toEqual([]);
}, 180_000);
