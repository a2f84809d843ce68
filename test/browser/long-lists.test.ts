import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';

/** How fast they scroll and answer is measured by `npm run bench:pages`; what that rests on is held here. */

const MANY = 2_000;
/** The stream has no more than the newest thousand. */
const MANY_ACTIVE = 900;
/** Those of a window of 800 pixels, and some before and after. */
const MOST_ROWS = 60;

/** A page of the list is a request, and a busy machine draws slowly. */
const LONG = { withinMs: 45_000 };
const LONG_TEST = { timeout: 180_000 };

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  const fill = (org: string, ended: boolean, many: number) =>
    sql(
      service.database.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, status, started_at, updated_at, completed_at)
       SELECT '${org}', 'sync-' || n, 'customer', 'erp', 100, '${ended ? 'completed' : 'running'}', now() - n * interval '1 second',
              now(), ${ended ? 'now()' : 'NULL'} FROM generate_series(1, ${many}) AS n`,
    );
  await fill('org-ended', true, MANY);
  await fill('org-active', false, MANY_ACTIVE);
  await fill('org-one', false, 1);
});
afterEach(() => browser.close());
afterAll(() => service.close());

const rows = (page: Page) => page.locator('tr[data-sync-id]');
const open = (org: string, path: string, width = 1280) =>
  browser.signedIn(service, org, ['sync:write'], { path: `/o/${org}${path}`, viewport: { width, height: 800 } });

/** To the end of what is loaded. */
const toTheEnd = (page: Page) => page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
const lastIndex = (page: Page) =>
  rows(page)
    .last()
    .getAttribute('data-index')
    .then((index) => Number(index));

describe('A long list', () => {
  it.for([1280, 390])(
    'has only the rows of the window in the page, however far it is scrolled: %i pixels wide',
    LONG_TEST,
    async (width) => {
      const { page } = await open('org-ended', '/syncs', width);
      await rows(page).nth(4).waitFor();
      for (const reached of [150, 250, 350])
        await waitFor(
          `row ${reached} is shown`,
          async () => {
            expect(await rows(page).count()).toBeLessThan(MOST_ROWS);
            await toTheEnd(page);
            return (await lastIndex(page)) > reached;
          },
          LONG,
        );
    },
  );

  it('is loaded to its end for who stays at the end, however busy the browser is', LONG_TEST, async () => {
    const { page } = await open('org-ended', '/syncs');
    const table = page.getByRole('table', { name: 'Syncs' });
    await table.waitFor();
    // Each frame takes so long that a page of the list is asked for and has come between two of them.
    await page.evaluate((busyMs) => {
      const frame = () => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        const start = performance.now();
        while (performance.now() - start < busyMs);
        requestAnimationFrame(frame);
      };
      frame();
    }, 80);
    await waitFor(
      `all ${MANY} rows are in the list`,
      async () => (await table.getAttribute('aria-rowcount')) === String(MANY + 1),
      LONG,
    );
  });

  it('of what runs now has only the rows of the window in the page, too', async () => {
    const watched = await open('org-active', '/live?view=table');
    const { page } = watched;
    await rows(page).nth(4).waitFor();
    expect(await rows(page).count()).toBeLessThan(MOST_ROWS);
    await expect
      .poll(() => page.getByRole('table', { name: 'Running syncs' }).getAttribute('aria-rowcount'))
      .toBe(String(MANY_ACTIVE + 1));
    await waitFor(
      'the last row is shown',
      async () => {
        await toTheEnd(page);
        return (await rows(page).count()) < MOST_ROWS && (await lastIndex(page)) > MANY_ACTIVE - MOST_ROWS;
      },
      LONG,
    );
    expect(await watched.axe()).toEqual([]);
  });
});

describe('What is asked for', () => {
  it('shows before the service answers, and is taken back with its reason when it is refused', async () => {
    const { page } = await open('org-one', '/live');
    const pause = page.getByRole('button', { name: 'Pause customer sync sync-1' });
    await pause.waitFor();
    const held = new Promise<Route>((resolve) => void page.route('**/sync-1/pause', (route) => resolve(route)));
    await pause.click();
    const route = await held;
    await page.getByRole('button', { name: 'Resume customer sync sync-1' }).waitFor();
    const problem = { type: 'urn:sync-operations:problem:sync-ended', title: 'The sync has ended', status: 409 };
    await route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ ...problem, detail: 'The sync "sync-1" ended meanwhile.' }),
    });
    await page.getByText('The sync "sync-1" ended meanwhile.').waitFor();
    await pause.waitFor();
  });
});
