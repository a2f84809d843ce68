import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 800 };

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

/** Its text is wider than the window: the page, not a table or a block of code in it, would have to be scrolled. */
const isTooWide = ({ page }: WatchedPage) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe('The handbook', () => {
  it.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['light', NARROW],
    ['dark', NARROW],
  ] as const)(
    'reads well in a %s browser of %o: nothing is refused by its policy, axe finds nothing',
    async (colorScheme, viewport) => {
      for (const path of ['', 'first-sync', 'sql', 'clients/python']) {
        const watched = await browser.openPage(`${service.url}/handbook/${path}`, { colorScheme, viewport });
        await watched.page.getByRole('heading', { level: 1 }).waitFor();
        await watched.page.waitForLoadState('networkidle');
        expect(watched.complaints).toEqual([]);
        expect(await watched.axe()).toEqual([]);
        expect(await isTooWide(watched)).toBe(false);
        await watched.screenshot(`handbook-${path.replace('/', '-') || 'home'}-${colorScheme}-${viewport.width}`);
        await watched.close();
      }
    },
  );

  it('is searched without a request to anybody else', async () => {
    const { page, complaints } = await browser.openPage(`${service.url}/handbook/`);
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('searchbox').or(page.locator('#localsearch-input')).first().fill('delete guard');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await page.waitForURL(/\/handbook\/.+/);
    expect([...hosts]).toEqual([new URL(service.url).host]);
    expect(complaints).toEqual([]);
  });

  it('leads to a page by its menu, and back to the dashboard', async () => {
    const { page, complaints } = await browser.openPage(`${service.url}/handbook/`);
    await page.locator('.VPSidebar').getByRole('link', { name: 'Alerts' }).click();
    await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
    await page.locator('.VPNavBar').getByRole('link', { name: 'Dashboard' }).click();
    await page.waitForURL(`${service.url}/`);
    expect(complaints.filter((line) => line.includes('/handbook'))).toEqual([]);
  });

  it('is where the dashboard and the page of errors send whoever needs help', async () => {
    const { page } = await browser.signedIn(service, 'org-1', ['sync:read'], { path: '/o/org-1/live' });
    await page.getByLabel('Account and appearance').click();
    await page.getByRole('link', { name: 'Handbook' }).click();
    await page.getByRole('heading', { level: 1, name: 'Handbook' }).waitFor();
    const errors = await browser.openPage(`${service.url}/errors`);
    await errors.page.getByRole('link', { name: 'handbook' }).click();
    await errors.page.getByRole('heading', { level: 1, name: 'Troubleshooting' }).waitFor();
  });
});
