import { reportProgress, startSync, usage } from '@sync-operations/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';
import { WatchedPage } from './support/watched.page.ts';

/** A browser has six connections to an origin over HTTP/1.1. */
const TABS = 7;
const ORG = 'org-tabs';

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

it('Six open tabs do not stop the seventh call: they share one stream, and all of them go on when its tab is closed', async () => {
  const client = await service.client(ORG);
  const openStreams = async () => (await usage({ client })).data?.items.find(({ name }) => name === 'streams')?.used;
  const body = { sync_id: 'one', entity_type: 'customer', source_system: 'odoo', total_items: 100 };
  await startSync({ client, body });

  const first = await browser.signedIn(service, ORG, ['sync:write'], { path: `/o/${ORG}/live` });
  const context = first.page.context();
  const tabs = [first];
  while (tabs.length < TABS) {
    const watched = new WatchedPage(await context.newPage());
    await watched.page.goto(first.page.url());
    tabs.push(watched);
  }
  const show = async (syncId: string, watched: readonly WatchedPage[]) => {
    for (const { page } of watched) await page.locator(`.sync-card[data-sync-id=${syncId}]`).waitFor();
  };
  await show('one', tabs);
  expect(await openStreams()).toBe(1);

  await startSync({ client, body: { ...body, sync_id: 'second-sync' } });
  await show('second-sync', tabs);

  // Each tab's call is answered while the stream is open.
  for (const { page } of tabs)
    expect(await page.evaluate(async () => (await fetch('/api/sync/whoami')).status)).toBe(200);

  // What begins while the stream passes from one tab to another is missed by none.
  const during = [...Array(20).keys()].map((n) => `during-${n}`);
  const starting = (async () => {
    for (const sync_id of during) await startSync({ client, body: { ...body, sync_id } });
  })();
  await first.page.close();
  const left = tabs.slice(1);
  await starting;
  for (const { page } of left)
    await page.waitForFunction((ids) => ids.every((id) => document.querySelector(`[data-sync-id="${id}"]`)), during);
  await waitFor('another tab has the stream', async () => (await openStreams()) === 1);
  await startSync({ client, body: { ...body, sync_id: 'third-sync' } });
  await reportProgress({ client, path: { sync_id: 'third-sync' }, body: { processed_count: 40 } });
  for (const { page } of left) await page.locator('[data-sync-id=third-sync]').waitFor();
  expect(await openStreams()).toBe(1);
  expect(left.flatMap(({ complaints }) => complaints)).toEqual([]);
}, 180_000);
