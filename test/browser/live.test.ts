import { type Client, reportProgress, type StartSync, startSync } from '@sync-operations/client';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

let service: TestService;
let browser: TestBrowser;
let client: Client;
let orgId: string;
let organizations = 0;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});
beforeEach(async () => {
  organizations += 1;
  orgId = `org-live-${organizations}`;
  client = await service.client(orgId);
});

/** As an internal service does. */
async function start(sync_id: string, more: Partial<StartSync> = {}): Promise<void> {
  const body = { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items: 1_000, ...more };
  expect((await startSync({ client, body })).response?.status).toBe(201);
}

const report = (sync_id: string, body: Parameters<typeof reportProgress>[0]['body']) =>
  reportProgress({ client, path: { sync_id }, body });

/** By plain SQL, as the guide's workflow does. */
const update = (sync_id: string, set: string) =>
  sql(
    service.database.appUrl,
    `UPDATE sync_progress SET ${set} WHERE org_id = $1 AND sync_id = $2`,
    [orgId, sync_id],
    orgId,
  );

/** As if it had ended a minute ago; without the trigger that keeps ended syncs as they are. */
const aMinutePasses = (sync_id: string) =>
  sql(
    service.database.superuserUrl,
    `SET session_replication_role = replica;
     UPDATE sync_progress SET completed_at = completed_at - interval '1 minute'
      WHERE org_id = '${orgId}' AND sync_id = '${sync_id}'`,
  );

async function open(options: PageOptions = {}): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, orgId, ['sync:write'], { path: `/o/${orgId}/live`, ...options });
  await watched.page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  return watched;
}

const card = (page: Page, syncId: string): Locator =>
  page.locator('.sync-card').filter({ has: page.locator(`a[href$="/syncs/${syncId}"]`) });

describe('The live page', () => {
  it('says what to do while nothing runs, with a command that works', async () => {
    const watched = await open();
    const { page } = watched;
    await page.getByRole('heading', { name: 'Nothing runs now' }).waitFor();
    const command = await page.locator('pre').innerText();
    const key = await service.createKey({ orgId });
    const [, url = '', name = '', body = ''] =
      /^curl -X POST '([^']+)'[\s\S]*-H 'X-Org-Id: ([^']+)'[\s\S]*-d '(.+)'$/.exec(command) ?? [];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-api-key': key, 'x-org-id': name, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(201);
    await page.locator('.sync-card').waitFor();
    expect(await page.getByRole('heading', { name: 'Nothing runs now' }).count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it('follows a sync to its end, whether it reports over REST or by plain SQL', async () => {
    await start('by-rest');
    await start('by-sql', { entity_type: 'order' });
    const watched = await open();
    const { page } = watched;
    await report('by-rest', { processed_count: 250, failed_count: 3 });
    await update('by-sql', 'processed_count = 400, current_item = 400, updated_at = now()');
    await card(page, 'by-rest').getByText('250 / 1,000').waitFor();
    await card(page, 'by-sql').getByText('400 / 1,000').waitFor();
    await report('by-rest', { processed_count: 997 });
    await update('by-sql', 'processed_count = 1000, current_item = 1000, updated_at = now()');
    await card(page, 'by-rest').getByText('Completed, 3 failed').waitFor();
    await card(page, 'by-sql').getByText('Completed', { exact: true }).waitFor();
    // Both stand among the ended ones, too.
    await page.locator('.recent a[href$="/syncs/by-rest"]').waitFor();
    await page.locator('.recent a[href$="/syncs/by-sql"]').waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it('keeps every card where it is while numbers tick', async () => {
    for (const id of ['tick-1', 'tick-2', 'tick-3']) await start(id);
    const { page } = await open();
    await card(page, 'tick-1').waitFor();
    const boxes = () => Promise.all(['tick-1', 'tick-2', 'tick-3'].map((id) => card(page, id).boundingBox()));
    await report('tick-2', { processed_count: 1 });
    await card(page, 'tick-2').getByText('1 / 1,000').waitFor();
    const before = await boxes();
    for (const processed_count of [9, 99, 420, 999]) {
      await report('tick-2', { processed_count });
      await card(page, 'tick-2').getByText(`${processed_count} / 1,000`).waitFor();
      expect(await boxes()).toEqual(before);
    }
  });

  it.each(['no-preference', 'reduce'] as const)(
    'lets an ended one go after a minute, with motion: %s',
    async (motion) => {
      await start('stays');
      await start('goes');
      const { page } = await open({ context: { reducedMotion: motion } });
      await report('goes', { processed_count: 1_000 });
      await card(page, 'goes').getByText('Completed', { exact: true }).waitFor();
      expect(await card(page, 'goes').getByRole('button').count()).toBe(0);
      const place = await card(page, 'goes').boundingBox();
      await aMinutePasses('goes');
      await card(page, 'goes').waitFor({ state: 'detached' });
      await waitFor('the other has taken its place', async () => {
        const now = await card(page, 'stays').boundingBox();
        return now?.x === place?.x && now?.y === place?.y;
      });
    },
  );

  it('has no violation of axe, light and dark, on a phone and on a wide screen', async () => {
    await start('axe-1');
    await start('axe-2', { entity_type: 'order', total_items: null });
    await report('axe-1', { processed_count: 10, failed_count: 2 });
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [390, 1_920]) {
        const watched = await open({ colorScheme, viewport: { width, height: 900 } });
        await card(watched.page, 'axe-1').waitFor();
        expect(await watched.axe()).toEqual([]);
        const isTooWide = await watched.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        expect(isTooWide).toBe(false);
        expect(watched.complaints).toEqual([]);
        await watched.close();
      }
  });

  it('shows what its address filters, when there are many', async () => {
    for (let i = 0; i < 7; i += 1) await start(`many-${i}`, { entity_type: i === 0 ? 'order' : 'customer' });
    const { page } = await open();
    await card(page, 'many-6').waitFor();
    await page.getByLabel('Entity type').selectOption('order');
    await card(page, 'many-6').waitFor({ state: 'detached' });
    expect(await page.locator('.sync-card').count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?entity_type=order');
    await page.reload();
    await card(page, 'many-0').waitFor();
    expect(await page.locator('.sync-card').count()).toBe(1);
  });

  it('shows nothing of another organization', async () => {
    await start('not-yours', { source_system: 'secret-shop' });
    const { page } = await browser.signedIn(service, 'org-live-other', ['sync:write'], {
      path: '/o/org-live-other/live',
    });
    await page.getByRole('heading', { name: 'Nothing runs now' }).waitFor();
    await page.goto(`${service.url}/o/${orgId}/live`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('alert').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain('secret-shop');
  });
});

describe('The buttons of a card', () => {
  it('reach the reporter: pause, resume, cancel', async () => {
    await start('controlled');
    const { page } = await open();
    const shown = card(page, 'controlled');
    const heard = (count: number) => async () => (await report('controlled', { processed_count: count })).data;

    await shown.getByRole('button', { name: /Pause/ }).click();
    await shown.getByText(/^Pausing/).waitFor();
    await waitFor('it hears of the pause', async () => (await heard(1)())?.pause_requested);
    await report('controlled', { status: 'paused' });
    await shown.getByText('Paused').waitFor();

    await shown.getByRole('button', { name: /Resume/ }).click();
    await waitFor('the reporter sees that it may continue', async () => (await heard(2)())?.pause_requested === false);
    await report('controlled', { status: 'running' });

    await shown.getByRole('button', { name: /Cancel/ }).click();
    await page.getByRole('button', { name: 'Cancel the sync' }).click();
    await shown.getByText(/^Cancelling/).waitFor();
    await waitFor('it hears of the cancel', async () => (await heard(3)())?.cancel_requested);
    await report('controlled', { status: 'cancelled' });
    await shown.getByText('Cancelled').waitFor();
  });

  it('are not there for who may only read', async () => {
    await start('read-only');
    const { page } = await browser.signedIn(service, orgId, ['sync:read'], { path: `/o/${orgId}/live` });
    await card(page, 'read-only').waitFor();
    await waitFor(
      'what may be done is known',
      async () => (await page.getByRole('button', { name: /Pause/ }).count()) === 0,
    );
  });
});
