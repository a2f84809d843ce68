import {
  type Client,
  cancelSync,
  completeSync,
  failSync,
  pauseSync,
  reportProgress,
  startSync,
} from '@sync-operations/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { speedText } from '#react-sources/sync.text';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { type BrowserBundle, bundleForBrowser } from './support/browser.bundle.ts';
import { openMounted, serveMounted } from './support/mounted.page.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const PAGE = `
import '@sync-operations/react/style.css';
import './react-component.mount.tsx';
`;

let service: TestService;
let browser: TestBrowser;
let bundle: BrowserBundle;
let client: Client;
let orgId: string;
let organizations = 0;
const opened: WatchedPage[] = [];

beforeAll(async () => {
  [bundle, service, browser] = await Promise.all([
    bundleForBrowser('test/browser/page.ts', { sources: { 'test/browser/page.ts': PAGE } }),
    startTestService(),
    TestBrowser.start(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});
beforeEach(async () => {
  organizations += 1;
  orgId = `org-${organizations}`;
  client = await service.client(orgId);
});
afterEach(async () => {
  for (const watched of opened.splice(0)) await watched.close();
});

interface Opening extends PageOptions {
  readonly signedInAs?: string;
  /** More of the address: see react-component.mount.tsx. */
  readonly more?: string;
}

/** The component for this test's organization, looked at by an operator of `signedInAs`. */
async function open({ signedInAs = orgId, more = '', ...options }: Opening = {}): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, signedInAs, ['sync:read'], { ...options, path: 'about:blank' });
  opened.push(watched);
  await openMounted(watched.page, `${service.url}/react-component?orgId=${orgId}${more}`, bundle);
  return watched;
}

/** The page's errors, without the 404 of a service that has no stream: the browser logs it, and the package then polls. */
const wrongs = ({ complaints }: WatchedPage) =>
  complaints.filter((complaint) => !(complaint.includes('404') && complaint.includes('/progress/stream')));

const start = (sync_id: string, total_items: number | undefined = 1000) =>
  startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items } });

const report = (sync_id: string, processed_count: number, failed_count = 0) =>
  reportProgress({ client, path: { sync_id }, body: { processed_count, failed_count } });

describe('<SyncProgressDashboard>', () => {
  it('says that nothing is active, and shows the start, the progress and the end of a sync', async () => {
    const watched = await open();
    const { page } = watched;
    await page.getByText('No active syncs').waitFor();
    await start('sync-1');
    await page.getByRole('heading', { name: 'CUSTOMER Sync woocommerce' }).waitFor();
    await page.getByText('0 / 1,000').waitFor();
    const { data } = await report('sync-1', 500, 20);
    await page.getByText('500 / 1,000').waitFor();
    // The page is in English, and so is this process.
    await page.getByText(speedText(data?.speed_items_per_min ?? null)).waitFor();
    await page.locator('.sync-status', { hasText: 'Running' }).waitFor();
    await report('sync-1', 600, 20);
    await page.getByRole('img', { name: /^Speed over the last 2 reports: between/ }).waitFor();
    await completeSync({ client, path: { sync_id: 'sync-1' } });
    await page.getByText('Completed, 20 failed').waitFor();
    expect(await page.locator('.sync-dashboard').getAttribute('data-state')).toMatch(/^(live|polling)$/);
    expect(wrongs(watched)).toEqual([]);
  });

  it('has a bar that is as long as the progress and says so', async () => {
    await start('sync-1');
    await report('sync-1', 300, 100);
    await start('sync-2', null as never);
    await report('sync-2', 7);
    const { page } = await open();
    const known = page.getByRole('progressbar', { name: 'Progress of CUSTOMER Sync sync-1' });
    await known.waitFor();
    expect(await known.getAttribute('aria-valuenow')).toBe('40');
    expect(await known.getAttribute('aria-valuetext')).toBe('300 of 1,000 done, 100 failed, 40 %');
    const widths = await known.evaluate((bar) =>
      [...bar.children].map((part) => Number.parseFloat((part as HTMLElement).style.width)),
    );
    expect(widths).toEqual([30, 10]);
    const unknown = page.getByRole('progressbar', { name: 'Progress of CUSTOMER Sync sync-2' });
    expect(await unknown.getAttribute('aria-valuenow')).toBeNull();
    expect(await unknown.getAttribute('aria-valuetext')).toBe('7 done, total unknown');
    await page.locator('[data-sync-id="sync-2"] dd', { hasText: /^–$/ }).first().waitFor();
  });

  it('says what a sync waits for, and when nobody reports any more', async () => {
    for (const id of ['paused', 'cancelled', 'limited', 'silent', 'failed']) await start(id);
    await pauseSync({ client, path: { sync_id: 'paused' } });
    await cancelSync({ client, path: { sync_id: 'cancelled' } });
    const change = (assignment: string, id: string) =>
      sql(service.database.superuserUrl, `UPDATE sync_progress SET ${assignment} WHERE org_id = $1 AND sync_id = $2`, [
        orgId,
        id,
      ]);
    await change("rate_limited_until = now() + interval '5 minutes'", 'limited');
    await change("started_at = now() - interval '1 hour', updated_at = now() - interval '10 minutes'", 'silent');
    const watched = await open();
    const { page } = watched;
    const status = (id: string) => page.locator(`[data-sync-id="${id}"] .sync-status`);
    await status('paused').waitFor();
    expect(await status('paused').textContent()).toBe('Pausing with the next report');
    expect(await status('cancelled').textContent()).toBe('Cancelling with the next report');
    expect(await status('limited').textContent()).toMatch(/^Waiting for a rate limit until \d/);
    expect(await status('silent').textContent()).toMatch(/^Silent: last report 10 min/);
    await failSync({ client, path: { sync_id: 'failed' }, body: { error_message: 'the shop is closed' } });
    await page.getByText('Failed: the shop is closed').waitFor();
    expect(wrongs(watched)).toEqual([]);
  });

  it('moves nothing when numbers change', async () => {
    await start('sync-1', 100_000);
    await start('sync-2');
    const { page } = await open();
    const boxes = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.sync-card, .sync-card *:not(.sync-bar *, svg *)')].map((element) => {
          const { x, y, height } = element.getBoundingClientRect();
          return [x, y, height];
        }),
      );
    await page.getByText('0 / 100,000').waitFor();
    const before = await boxes();
    await report('sync-1', 12_345, 678);
    await page.getByText('12,345 / 100,000').waitFor();
    expect(await boxes()).toEqual(before);
  });

  it('accepts links and buttons for its cards', async () => {
    await start('sync-1');
    const { page } = await open({ more: '&links' });
    await page.getByRole('button', { name: 'Pause sync-1' }).waitFor();
    expect(await page.getByRole('link', { name: 'CUSTOMER Sync' }).getAttribute('href')).toBe('/syncs/sync-1');
  });

  it('shares one connection among all components of a page', async () => {
    await start('sync-1');
    const watched = await browser.signedIn(service, orgId, ['sync:read'], { path: 'about:blank' });
    opened.push(watched);
    const streams: string[] = [];
    watched.page.on('request', (request) => request.url().includes('/progress/stream') && streams.push(request.url()));
    await openMounted(watched.page, `${service.url}/react-component?orgId=${orgId}&twice`, bundle);
    await watched.page.locator('.sync-card').nth(1).waitFor();
    expect(streams).toHaveLength(1);
  });

  it('shows an operator nothing of another organization, and says what to try', async () => {
    await start('sync-1');
    const { page } = await open({ signedInAs: 'elsewhere' });
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Choose your own organization');
    expect(await page.locator('.sync-card').count()).toBe(0);
  });

  it('stops without a sign-in, and continues after one', async () => {
    await start('sync-1');
    const watched = await open();
    const { page } = watched;
    await page.locator('.sync-card').waitFor();
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await page.reload();
    await page.getByText('You are signed out.').waitFor();
    await page.context().addCookies(cookies);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.sync-card').waitFor();
  });

  it.each(['light', 'dark'] as const)('has nothing that axe-core minds, in %s', async (colorScheme) => {
    const empty = await open({ colorScheme });
    await empty.page.getByText('No active syncs').waitFor();
    expect(await empty.axe()).toEqual([]);
    await start('sync-1');
    await report('sync-1', 412, 9);
    await start('sync-2', null as never);
    await pauseSync({ client, path: { sync_id: 'sync-2' } });
    await start('sync-3');
    await failSync({ client, path: { sync_id: 'sync-3' }, body: { error_message: 'the shop is closed' } });
    await start('sync-4');
    await sql(
      service.database.superuserUrl,
      "UPDATE sync_progress SET started_at = now() - interval '1 hour', updated_at = now() - interval '10 minutes' WHERE sync_id = 'sync-4'",
    );
    for (const width of [390, 1280]) {
      const watched = await open({ colorScheme, more: '&links', viewport: { width, height: 800 } });
      await watched.page.locator('.sync-card').nth(2).waitFor();
      expect(await watched.axe()).toEqual([]);
      expect(await watched.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await watched.screenshot(`react-component-${colorScheme}-${width}`);
    }
    const refused = await open({ colorScheme, signedInAs: 'elsewhere' });
    await refused.page.getByRole('alert').waitFor();
    expect(await refused.axe()).toEqual([]);
    await refused.screenshot(`react-component-${colorScheme}-refused`);
  });
});

describe('In an application of another origin', () => {
  it('works with a token and without a cookie, streams, and may not where the service does not name the origin', async () => {
    const app = await serveMounted(bundle);
    const allowing = await startTestService({ SYNC_CORS_ORIGINS: app.origin });
    const bearer = await token('org-elsewhere');
    const own = await allowing.client('org-elsewhere');
    const openApp = async (of: TestService) => {
      const query = { orgId: 'org-elsewhere', baseUrl: of.url, token: bearer, variant: 'table' };
      const watched = await browser.openPage(`${app.origin}/app?${new URLSearchParams(query)}`);
      opened.push(watched);
      return watched;
    };
    const { page, complaints } = await openApp(allowing);
    await page.getByText('No active syncs').first().waitFor();
    await startSync({
      client: own,
      body: { sync_id: 'far-away', entity_type: 'order', source_system: 'erp', total_items: 100 },
    });
    await page.getByRole('row', { name: /far-away/ }).waitFor();
    await reportProgress({ client: own, path: { sync_id: 'far-away' }, body: { processed_count: 62 } });
    await page.getByText('62 / 100').waitFor();
    expect(await page.locator('.sync-dashboard').getAttribute('data-state')).toBe('live');
    await page.locator('.sync-badge', { hasText: '1 running' }).waitFor();
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);

    const refused = await openApp(service);
    await refused.page.getByText('The service does not respond, retrying').waitFor();
    expect(refused.complaints.join()).toContain('blocked by CORS policy');
    await Promise.all(opened.splice(0).map((watched) => watched.close()));
    await allowing.close();
    await app.close();
  });
});

describe('The variants', () => {
  it.each(['compact', 'table'] as const)(
    '%s: shows each sync, on a phone too, and is open to everybody',
    async (variant) => {
      await start('sync-1');
      await report('sync-1', 620, 20);
      await start('sync-2', null as never);
      for (const width of [390, 1280]) {
        const watched = await open({ more: `&variant=${variant}&links`, viewport: { width, height: 800 } });
        const { page } = watched;
        await page.locator('[data-sync-id="sync-1"]').getByText('620 / 1,000').waitFor();
        await page.locator('[data-sync-id="sync-2"]').waitFor();
        await page.locator('.sync-badge', { hasText: '2 running' }).waitFor();
        await watched.screenshot(`react-${variant}-${width}`);
        expect(await watched.axe()).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
          .toBe(false);
      }
    },
  );
});
