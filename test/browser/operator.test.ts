import { appendActivity, type Client, reportProgress, type StartSync, startSync } from '@sync-operations/client';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertConnections, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import { linesOf } from './support/text.lines.ts';
import { insertTrail, noon } from './support/trail.data.ts';
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
  orgId = `org-operator-${organizations}`;
  client = await service.client(orgId);
});

async function start(sync_id: string, more: Partial<StartSync> = {}): Promise<void> {
  const body = { sync_id, entity_type: 'order', source_system: 'erp', total_items: 1_000, ...more };
  expect((await startSync({ client, body })).response?.status).toBe(201);
  await reportProgress({ client, path: { sync_id }, body: { processed_count: 500 } });
}

const fallSilent = (sync_id: string) =>
  sql(
    service.database.superuserUrl,
    `SET session_replication_role = replica;
     UPDATE sync_progress SET started_at = now() - interval '1 hour', updated_at = now() - interval '289 seconds'
      WHERE org_id = '${orgId}' AND sync_id = '${sync_id}'`,
  );

const open = (path: string, options = {}) =>
  browser.signedIn(service, orgId, ['sync:write'], { path: `/o/${orgId}${path}`, ...options });

const ROUND_PX = 6;

/** How much of a bar is filled in its picture: the pixels of its middle that are as its beginning, without its round ends. */
async function filledPart(bar: Locator): Promise<number> {
  const { width, height, data } = PNG.sync.read(await bar.screenshot({ animations: 'disabled' }));
  const row = Array.from({ length: width - 2 * ROUND_PX }, (_, n) => {
    const at = ((height >> 1) * width + n + ROUND_PX) * 4;
    return data.subarray(at, at + 3).join();
  });
  return row.filter((pixel) => pixel === row[0]).length / row.length;
}

const focusOf = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName);

describe('Whoever looks at the running syncs', () => {
  it('A silent sync shows no speed and no ETA as if it were live. Each live card and the dialog that cancels it say which sync it is. A dialog gives the focus back to what opened it', async () => {
    await start('nightly-a');
    await start('nightly-b');
    await fallSilent('nightly-a');
    const watched = await open('/live');
    const { page } = watched;
    const cards = page.locator('.sync-card[data-sync-id]');
    await cards.nth(1).waitFor();
    expect(await cards.first().innerText()).toMatch(/nightly-a[\s\S]*Silent: last report 4 min \d+ s ago/);
    expect(await cards.first().locator('dd').allInnerTexts()).toEqual(['500 / 1,000', '– items/min', '0', '–']);
    expect(await cards.nth(1).innerText()).toContain('nightly-b');

    await page.getByRole('button', { name: 'Cancel order sync nightly-b' }).focus();
    for (const leave of ['Escape', 'Let it run', 'Close']) {
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Cancel order sync “nightly-b”?' });
      await dialog.waitFor();
      if (leave === 'Close') expect(await watched.axe()).toEqual([]);
      if (leave === 'Escape') await page.keyboard.press('Escape');
      else await dialog.getByRole('button', { name: leave }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await focusOf(page)).toBe('Cancel order sync nightly-b');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel the sync' }).click();
    await page.getByText('Cancelling with the next report').waitFor();
    expect(await focusOf(page)).toBe('Cancel order sync nightly-b');
    expect(watched.complaints).toEqual([]);
  });

  it('has a dense table of dozens, which is searched and ordered, on a phone too', async () => {
    for (let n = 0; n < 14; n += 1) await start(`many-${n}`, { source_system: n === 3 ? 'Zürich-ERP' : 'erp' });
    await fallSilent('many-0');
    const watched = await open('/live');
    const { page } = watched;
    const rows = page.getByRole('table', { name: 'Running syncs' }).getByRole('row');
    await rows.nth(14).waitFor();
    expect(await rows.nth(1).innerText()).toContain('many-0');
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(1_600);
    await watched.screenshot('live-table-1280');
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('searchbox').fill('ZÜRICH');
    await rows.nth(2).waitFor({ state: 'detached' });
    expect(await rows.nth(1).innerText()).toContain('many-3');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('searchbox').fill('');
    await rows.nth(14).waitFor();
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false);
    await watched.screenshot('live-table-390');
    expect(await watched.axe()).toEqual([]);
    await page.getByLabel('View', { exact: true }).selectOption('cards');
    await page.locator('.sync-card').first().waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('Progress is visible in forced colours (%s)', async (colorScheme) => {
    await start('half-a');
    const { page } = await open('/live', { colorScheme, context: { forcedColors: 'active' } });
    await page.locator('.sync-card[data-sync-id]').waitFor();
    const [track, fill] = await page.evaluate(() =>
      ['.sync-bar', '.sync-bar-done'].map((name) => {
        const element = document.querySelector(name) as HTMLElement;
        const { backgroundColor, borderTopWidth } = getComputedStyle(element);
        return { backgroundColor, borderTopWidth, width: element.clientWidth };
      }),
    );
    expect(fill?.backgroundColor).not.toBe(track?.backgroundColor);
    expect(track?.borderTopWidth).toBe('1px');
    expect(Math.abs((await filledPart(page.locator('.sync-bar').first())) - 0.5)).toBeLessThanOrEqual(0.02);

    // No meaning is carried by a background alone: the page one is on, and whether the stream lives.
    const outlines = await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link')
      .evaluateAll((links) =>
        links.map((link) => [link.getAttribute('aria-current'), getComputedStyle(link).outlineStyle]),
      );
    expect(outlines.filter(([, style]) => style !== 'none')).toEqual([['page', 'solid']]);
    const dot = await page.locator('.live-dot').evaluate((element) => {
      const around = getComputedStyle(document.body).backgroundColor;
      return {
        isSeen: getComputedStyle(element).backgroundColor !== around,
        border: getComputedStyle(element).borderTopWidth,
      };
    });
    expect(dot).toEqual({ isSeen: true, border: '1px' });

    await page.goto(`${service.url}/o/${orgId}/live?view=table`);
    expect(Math.abs((await filledPart(page.locator('.progress').first())) - 0.5)).toBeLessThanOrEqual(0.02);
  });

  it('reads how long ago something was by the clock of the service', async () => {
    await start('by-the-clock');
    await reportProgress({ client, path: { sync_id: 'by-the-clock' }, body: { processed_count: 1_000 } });
    const watched = await open('/about:blank');
    const { page } = watched;
    await page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 3 * 3_600_000;
    });
    await page.goto(`${service.url}/o/${orgId}/syncs/by-the-clock`);
    await page.getByRole('heading', { level: 1, name: 'Order sync' }).waitFor();
    await page
      .getByText(/just now|seconds ago/)
      .first()
      .waitFor();
    expect(await page.getByText('3 hours ago').count()).toBe(0);
  });
});

describe('The page of a sync of another service', () => {
  async function guide(): Promise<void> {
    await startSync({
      client,
      body: { sync_id: 'guide-1', entity_type: 'customer', source_system: 'erp', total_items: 24 },
    });
    for (let n = 0; n < 12; n += 1)
      await appendActivity({
        client,
        body: {
          sync_id: 'guide-1',
          activity_type: 'batch_process',
          status: 'completed_with_errors',
          entity_type: 'customer',
          details: { customerId: 17 + n, error: 'Invalid email address' },
        },
      });
    const body = { processed_count: 12, failed_count: 12 };
    await reportProgress({ client, path: { sync_id: 'guide-1' }, body });
  }

  const itemsOf = ({ page }: WatchedPage) => page.getByRole('list', { name: 'Items' }).getByRole('listitem');

  it('Failures that a reporter told as the guide says are shown', async () => {
    await guide();
    const watched = await open('/syncs/guide-1');
    const { page } = watched;
    await itemsOf(watched).nth(11).waitFor();
    expect(await itemsOf(watched).last().innerText()).toMatch(/^customer 17\s[\s\S]*Invalid email address$/);
    await page.getByText('Batch process × 12').waitFor();
    expect(await page.getByText('told no more than the number').count()).toBe(0);
    await watched.screenshot('sync-of-the-guide-1280');
    expect(await watched.axe()).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });

  it('An entry whose sync has no progress row leads to its story', async () => {
    await appendActivity({
      client,
      body: { sync_id: 'trail-only', activity_type: 'sync_completed', status: 'completed', entity_type: 'customer' },
    });
    const watched = await open('/live');
    const { page } = watched;
    await page.locator('.recent').getByRole('link', { name: 'Customer' }).click();
    await page.getByRole('heading', { level: 1, name: 'trail-only' }).waitFor();
    await page.getByText('Only the audit trail knows this sync').waitFor();
    expect(await watched.axe()).toEqual([]);
  });
});

describe('The search of the trail', () => {
  it('A search finds by part and whatever the case', async () => {
    await appendActivity({
      client: await service.client(orgId, { sub: 'Ann@ops.example' }),
      body: { sync_id: 'trail-only', activity_type: 'sync_completed', status: 'completed', entity_type: 'customer' },
    });
    const { page } = await open('/activity');
    const search = page.getByLabel('Search');
    const rows = page.locator('.trail-open');
    for (const words of ['ann', 'ann@ops.example', 'trail', 'Customer', 'OPS.EXAMPLE']) {
      await search.fill('nothing of this');
      await page.keyboard.press('Enter');
      await rows.first().waitFor({ state: 'detached' });
      await search.fill(words);
      await page.keyboard.press('Enter');
      await rows.first().waitFor();
      expect(await rows.count()).toBe(1);
    }
  });
});

describe('Addresses and names', () => {
  it('Words and addresses do not break in the middle', async () => {
    const user = 'annabelle.featherstonehaugh@operations.example';
    await insertTrail(service, orgId, [
      { created_at: noon(1), activity_type: 'sync_completed', status: 'completed', user_id: user, sync_id: 'slow-one' },
      { created_at: noon(1), activity_type: 'customer_import', status: 'completed', user_id: 'ann@ops.example' },
    ]);
    await insertConnections(service, orgId, { [SHOP]: 'Main shop' });
    const base_url = 'http://127.0.0.1:8179/a-folder/of-the-shop/with-a-long-name';
    await sql(
      service.database.superuserUrl,
      `UPDATE sync_connections SET base_url = '${base_url}' WHERE id = '${SHOP}'`,
    );
    await start('by-a-user', { source_system: 'warehouse-management-system' });
    const { page } = await open('/activity');
    const pages = [
      { path: '/activity', selector: 'td.trail-user' },
      { path: '/connections', selector: 'td[data-label="Address"] > span' },
      { path: `/connections/${SHOP}`, selector: '.conn-facts dd:has(wbr)' },
      { path: '/trends', selector: '.table th, th' },
      { path: '/syncs', selector: '.syncs-name a, .syncs-name p' },
    ];
    for (const { path, selector } of pages)
      for (const width of [390, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`${service.url}/o/${orgId}${path}`);
        // On a phone some are left out, or the header of a table is for screen readers alone.
        await page.locator(selector).first().waitFor({ state: 'attached' });
        const texts = await linesOf(page, selector);
        // A line ends with a space or after a separator, whatever the width.
        for (const { text, endsWith } of texts)
          expect({ path, width, text, inTheMiddle: endsWith.filter((last) => !/[\s/.@_·,-]/.test(last)) }).toEqual({
            ...{ path, width, text, inTheMiddle: [] },
          });
        // What is as short as most names and addresses are is on one line.
        if (width > 390 && path !== '/syncs')
          expect({
            path,
            width,
            many: texts.filter(({ lines, text }) => lines > 1 && text.length < 30).map(({ text }) => text),
          }).toEqual({
            ...{ path, width, many: [] },
          });
      }
  }, 120_000);
});
