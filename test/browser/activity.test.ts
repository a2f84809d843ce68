import { readFile } from 'node:fs/promises';
import { appendActivity } from '@sync-operations/client';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import { insertTrail, isoDay, noon } from './support/trail.data.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org activity/1';

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertTrail(service, ORG, [
    {
      activity_type: 'sync_completed',
      status: 'completed',
      entity_type: 'customer',
      sync_id: 'sync-1',
      user_id: 'ann',
    },
    {
      activity_type: 'sync_failed',
      status: 'failed',
      entity_type: 'customer',
      source_system: 'odoo',
      sync_id: 'sync/2',
      user_id: 'bob',
      record_count: 1234,
      duration_seconds: 125,
      error_message: 'The ERP is "down" & out',
      details: { attempt: 3 },
    },
    ...[3, 4, 20].map((days) => ({
      created_at: noon(days),
      activity_type: 'sync_timeout',
      status: 'timeout' as const,
      entity_type: 'order',
      sync_id: `sync-${days}`,
      error_message: 'no report for 15 minutes',
    })),
    { activity_type: 'batch_process', status: 'completed', created_at: noon(5), user_id: 'ann' },
  ]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const pagesOf = (orgId: string) => `${service.url}/o/${encodeURIComponent(orgId)}`;

async function open(path: string, options: PageOptions = {}, orgId = ORG): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, orgId, ['sync:read'], {
    ...options,
    path: `/o/${encodeURIComponent(orgId)}${path}`,
  });
  await watched.page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
  return watched;
}

const names = (page: Page) => page.locator('.trail-open').allTextContents();

const shows = (page: Page, ...wanted: string[]) =>
  waitFor(`the trail shows ${wanted}`, async () => JSON.stringify(await names(page)) === JSON.stringify(wanted));

const contentOf = async (download: Download) => readFile(await download.path(), 'utf8');

describe('The trail', () => {
  it('is narrowed by its filters, which are in the address and survive a reload', async () => {
    const { page, complaints } = await open('/activity');
    await waitFor('a week is shown', async () => (await names(page)).length === 5);
    await page.getByLabel('Status').selectOption('Failed only');
    await shows(page, 'Sync failed', 'Sync timeout', 'Sync timeout');
    await page.getByLabel('Period').selectOption('Last 30 days');
    await shows(page, 'Sync failed', 'Sync timeout', 'Sync timeout', 'Sync timeout');
    await page.getByLabel('Entity type').fill('customer');
    await shows(page, 'Sync failed');
    expect(new URL(page.url()).search).toBe('?failed=true&days=30&entity_type=customer');

    await page.reload();
    await shows(page, 'Sync failed');
    expect(await page.getByLabel('Status').inputValue()).toBe('any-failure');
    expect(await page.getByLabel('Entity type').inputValue()).toBe('customer');

    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await waitFor('a month is shown', async () => (await names(page)).length === 6);
    await page.getByLabel('User').fill('ann');
    await page.keyboard.press('Enter');
    await shows(page, 'Sync completed', 'Batch process');
    await page.getByLabel('User').fill('');
    await page.getByLabel('Sync id').fill('sync-20');
    await page.keyboard.press('Enter');
    await shows(page, 'Sync timeout');
    expect(new URL(page.url()).search).toBe('?days=30&sync_id=sync-20');
    expect(complaints).toEqual([]);
  });

  it('holds the days from and to, both whole', async () => {
    const { page } = await open('/activity');
    await page.getByLabel('Period').selectOption('Custom range');
    await page.getByLabel('From (UTC)').fill(isoDay(4));
    await page.getByLabel('To, inclusive (UTC)').fill(isoDay(3));
    await shows(page, 'Sync timeout', 'Sync timeout');
    await page.goto(`${pagesOf(ORG)}/activity?from=${isoDay(20)}&to=${isoDay(20)}`);
    await shows(page, 'Sync timeout');
  });

  it('opens an entry: its message, its details, and the way to its sync', async () => {
    const { page, complaints } = await open('/activity?user_id=bob');
    const entry = page.getByRole('button', { name: 'Sync failed' });
    await entry.focus();
    await page.keyboard.press('Enter');
    expect(await entry.getAttribute('aria-expanded')).toBe('true');
    const opened = page.locator('.trail-details');
    const said = await opened.innerText();
    for (const wanted of ['The ERP is "down" & out', '"attempt": 3', 'bob']) expect(said).toContain(wanted);
    expect(await opened.getByRole('link', { name: 'sync/2' }).getAttribute('href')).toBe(
      `/o/${encodeURIComponent(ORG)}/syncs/sync%2F2`,
    );
    await entry.click();
    await opened.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('is exported as it is filtered, as NDJSON and as CSV', async () => {
    const { page, complaints } = await open('/activity?failed=true&days=30&entity_type=order');
    const saved = async (format: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Export as ${format}`, exact: true }).click(),
      ]);
      return { name: download.suggestedFilename(), content: await contentOf(download) };
    };
    const ndjson = await saved('NDJSON');
    expect(ndjson.name).toBe('activity.ndjson');
    expect(
      ndjson.content
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([3, 4, 20].map((days) => ({ org_id: ORG, sync_id: `sync-${days}`, status: 'timeout' })));
    const csv = await saved('CSV');
    expect(csv.name).toBe('activity.csv');
    const [head, ...rows] = csv.content.trim().split('\r\n');
    expect(head).toMatch(/^created_at,id,org_id,sync_id/);
    expect(rows.map((row) => row.split(',')[3])).toEqual(['sync-3', 'sync-4', 'sync-20']);
    expect(complaints).toEqual([]);
  });
});

describe('Endless scrolling', () => {
  const MANY = 450;
  const SCROLLED = 'org-scrolled';

  it('shows every entry once while others arrive, and those only when asked', async () => {
    await insertTrail(
      service,
      SCROLLED,
      Array.from({ length: MANY }, (_, n) => ({
        // Three at a time have the same moment.
        created_at: new Date(Date.now() - 3_600_000 - Math.floor(n / 3) * 1_000).toISOString(),
        activity_type: `step_${n}`,
        status: 'completed' as const,
      })),
    );
    const client = await service.client(SCROLLED);
    const { page, complaints } = await open('/activity', {}, SCROLLED);
    const end = page.getByText('No more entries.');
    let arrived = 0;
    await waitFor('the end is reached', async () => {
      if (arrived < 20) {
        arrived += 1;
        await appendActivity({ client, body: { activity_type: `late_${arrived}`, status: 'completed' } });
      }
      await page.mouse.wheel(0, 20_000);
      return (await end.count()) > 0;
    });
    const read = await names(page);
    expect(read).toHaveLength(MANY);
    expect(new Set(read)).toEqual(new Set(Array.from({ length: MANY }, (_, n) => `Step ${n}`)));

    const newer = page.getByRole('button', { name: new RegExp(`^${arrived} new entr`) });
    await newer.waitFor();
    expect(await names(page)).toEqual(read);
    expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(1_000);
    await newer.click();
    await waitFor('the newest is first', async () => (await names(page))[0] === `Late ${arrived}`);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await newer.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('continues where it was when the service responds again', async () => {
    const { page } = await open('/activity', {}, SCROLLED);
    await page.locator('.trail-open').first().waitFor();
    const pages = (url: URL) => url.pathname === '/api/sync/activity' && url.searchParams.has('cursor');
    await page.route(pages, (route) => route.fulfill({ status: 503, body: '' }));
    await page.mouse.wheel(0, 20_000);
    await page.getByText('The service responded with 503.').waitFor();
    const before = (await names(page)).length;
    await page.unroute(pages);
    await waitFor('the next page is there', async () => (await names(page)).length > before);
    expect(await page.getByText('The service responded with 503.').count()).toBe(0);
  });
});

describe('Failures', () => {
  it('are grouped by message, and lead to their entries and to the last sync', async () => {
    const { page, complaints } = await open('/activity?days=30');
    await page.getByRole('link', { name: 'Failures' }).click();
    const group = page.getByRole('row').filter({ hasText: 'no report for 15 minutes' });
    await group.waitFor();
    expect((await group.getByRole('cell').allInnerTexts()).slice(1, 3)).toEqual(['3', '3']);
    expect(await group.getByRole('link', { name: 'sync-3' }).getAttribute('href')).toContain('/syncs/sync-3');
    await page.getByRole('link', { name: 'The ERP is "down" & out' }).click();
    await shows(page, 'Sync failed');
    await page.goBack();
    await group.getByRole('link', { name: 'no report for 15 minutes' }).click();
    await shows(page, 'Sync timeout', 'Sync timeout', 'Sync timeout');
    await page.reload();
    await shows(page, 'Sync timeout', 'Sync timeout', 'Sync timeout');
    await page.getByRole('button', { name: 'Any message' }).click();
    expect(new URL(page.url()).search).toBe('?days=30&status=timeout&entity_type=order');
    expect(complaints).toEqual([]);
  });

  it('say so when there were none', async () => {
    const { page } = await open('/activity?tab=failures', {}, 'org-scrolled');
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor();
  });
});

describe('Where there is nothing', () => {
  it('says what to do: other filters, another period, a first sync', async () => {
    const { page, complaints } = await open('/activity?user_id=nobody');
    await page.getByRole('heading', { name: 'Nothing matches these filters' }).waitFor();
    await page.getByRole('button', { name: 'Show all time' }).click();
    expect(new URL(page.url()).search).toBe('?user_id=nobody&days=all');
    const fresh = await open('/activity', {}, 'org-fresh');
    await fresh.page.getByRole('heading', { name: 'Nothing happened in this period' }).waitFor();
    await fresh.page.getByRole('button', { name: 'Show all time' }).click();
    await fresh.page.getByRole('link', { name: 'Add a connection and run a sync' }).waitFor();
    expect([...complaints, ...fresh.complaints]).toEqual([]);
  });
});

describe('Another organization', () => {
  it('sees nothing of it, neither in its own pages nor at its address', async () => {
    const { page } = await open('/activity?days=all', {}, 'org-other');
    await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
    for (const path of ['/activity?days=all', '/activity?tab=failures&days=all']) {
      await page.goto(pagesOf(ORG) + path);
      await page.getByRole('alert').waitFor();
      const said = await page.locator('body').innerText();
      for (const secret of ['sync-3', 'no report', 'ann']) expect(said).not.toContain(secret);
    }
    const stolen = `/api/sync/activity/export?orgId=${encodeURIComponent(ORG)}`;
    expect(await page.evaluate((path) => fetch(path).then(({ status }) => status), stolen)).toBe(403);
  });
});

describe('For everybody', () => {
  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, %s, wide and narrow', async (colorScheme) => {
    const { page, axe, complaints } = await openedForAxe(colorScheme);
    expect(await axe()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axe()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole('link', { name: 'Failures' }).click();
    await page.getByRole('link', { name: 'no report for 15 minutes' }).waitFor();
    expect(await axe()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  async function openedForAxe(colorScheme: 'light' | 'dark') {
    const watched = await open('/activity?days=30', { colorScheme });
    await watched.page.getByRole('button', { name: 'Sync failed' }).click();
    await watched.page.locator('.trail-details').waitFor();
    return { page: watched.page, complaints: watched.complaints, axe: () => watched.axe() };
  }
});
