import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { type PageOptions, TestBrowser } from './support/test-browser.ts';
import { insertTrail, noon, type TrailEntry } from './support/trail.data.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-trends';

let service: TestService;
let browser: TestBrowser;

const completed = (daysAgo: number, records: number, seconds: number, more: Partial<TrailEntry> = {}): TrailEntry => ({
  activity_type: 'sync_completed',
  status: 'completed',
  created_at: noon(daysAgo),
  entity_type: 'customer',
  source_system: 'woocommerce',
  record_count: records,
  duration_seconds: seconds,
  ...more,
});

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertTrail(service, ORG, [
    // Six at 600 a minute, and one of them at a tenth of that.
    ...[1, 2, 3, 4, 5, 6].map((daysAgo) => completed(daysAgo, 600, 60)),
    completed(2, 600, 600, { sync_id: 'sync/slow' }),
    completed(20, 5_000, 900, { entity_type: 'order', source_system: 'odoo' }),
    completed(60, 1_000, 100, { entity_type: 'order', source_system: 'odoo' }),
    {
      activity_type: 'sync_failed',
      status: 'failed',
      created_at: noon(9),
      entity_type: 'customer',
      source_system: 'woocommerce',
      record_count: 7,
    },
  ]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

async function open(path: string, options: PageOptions = {}, orgId = ORG): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, orgId, ['sync:read'], { ...options, path: `/o/${orgId}${path}` });
  await watched.page.getByRole('heading', { level: 1, name: 'Trends' }).waitFor();
  return watched;
}

/** A number of the top, once it is what is expected. */
const number = (page: Page, name: string, wanted: string) =>
  waitFor(`${name} is ${wanted}`, async () => {
    const figure = page.locator('.trends-numbers > div').filter({ has: page.getByText(name, { exact: true }) });
    return (await figure.locator('.trends-figure').innerText()) === wanted;
  });

const card = (page: Page, title: string) =>
  page.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** The rows of a chart's table, newest first. */
async function table(page: Page, title: string): Promise<string[][]> {
  const chart = card(page, title);
  await chart.getByText('The numbers as a table').click();
  return chart
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
}

describe('Trends', () => {
  it('shows the period in numbers, and each day of it beside its drawing', async () => {
    const { page, complaints } = await open('/trends');
    await number(page, 'Completed syncs', '8');
    await number(page, 'Completed share', '88.8%');
    await number(page, 'Records', '9,200');
    await number(page, 'Average duration', '3 min 53 s');
    await page.getByText('1 failed or timed out').waitFor();

    const syncs = await table(page, 'Syncs per day');
    expect(syncs).toHaveLength(30);
    expect(syncs.map(([, ok, conflicted, failed]) => `${ok}/${conflicted}/${failed}`).slice(0, 11)).toEqual([
      ...['0/0/0', '1/0/0', '2/0/0', '1/0/0', '1/0/0', '1/0/0', '1/0/0', '0/0/0', '0/0/0', '0/0/1', '0/0/0'],
    ]);
    const durations = await table(page, 'Average duration per day');
    expect(durations.map((row) => row.slice(1))[2]).toEqual(['5 min 30 s', '–']);
    expect(durations.map((row) => row.slice(1))[9]).toEqual(['–', '–']);
    const records = await table(page, 'Records per day');
    expect(records.map((row) => row.slice(1))[20]).toEqual(['0', '5,000']);
    expect(complaints).toEqual([]);
  });

  it('draws what it says: a bar for each day and type that has one, a mark for each duration', async () => {
    const { page } = await open('/trends');
    const bars = card(page, 'Records per day').locator('.recharts-bar-rectangle path');
    await waitFor('the bars are drawn', async () => (await bars.count()) === 7);
    expect(await card(page, 'Average duration per day').locator('.chart-canvas path[transform]').count()).toBe(7);
    // Both types by more than their colour.
    const looks = await bars.evaluateAll((all) => [...new Set(all.map((bar) => bar.getAttribute('fill')))]);
    expect(looks).toEqual(['var(--chart-1)', 'url(#chart-fill-1)']);
  });

  it('shows the numbers of the day that the arrow keys select', async () => {
    const { page, complaints } = await open('/trends?days=7');
    await card(page, 'Records per day').locator('svg[tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const hint = card(page, 'Records per day').locator('.chart-tooltip');
    await hint.waitFor();
    expect(await hint.innerText()).toMatch(/\(UTC\)\s+Customer\s+600/);
    expect(complaints).toEqual([]);
  });

  it('looks back as far, and at that entity type, as the address says, also after a reload', async () => {
    const { page, complaints } = await open('/trends');
    await page.getByLabel('Period').selectOption('Last 90 days');
    await number(page, 'Records', '10,200');
    await page.getByLabel('Entity type').selectOption('Order');
    await number(page, 'Records', '6,000');
    expect(new URL(page.url()).search).toBe('?days=90&entity_type=order');
    await page.reload();
    await number(page, 'Records', '6,000');
    await page.getByText('No slow syncs in this period.').waitFor();
    await page.getByLabel('Period').selectOption('Last 7 days');
    await page.getByRole('heading', { name: 'No sync of order ended in the last 7 days' }).waitFor();
    await page.getByRole('button', { name: 'Show all entity types' }).click();
    await number(page, 'Completed syncs', '7');
    expect(complaints).toEqual([]);
  });

  it('shows a slow sync beside what is usual for its kind, and leads to it', async () => {
    const { page } = await open('/trends');
    const slow = card(page, 'Slow syncs').getByRole('listitem');
    await slow.waitFor();
    const said = (await slow.innerText()).replaceAll(/\s+/g, ' ');
    expect(said).toContain('600 records in 10 min');
    expect(said).toContain('This sync 60.0 items/min Usual 600.0 items/min 10% of usual');
    expect(await slow.getByRole('link').getAttribute('href')).toBe(`/o/${ORG}/syncs/sync%2Fslow`);
    const widths = await slow
      .locator('.slow-track > span')
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(0.1, 1);
  });

  it('says what to do where no sync has ended', async () => {
    const { page, complaints } = await open('/trends', {}, 'org-fresh');
    await page.getByRole('heading', { name: 'No sync ended in the last 30 days' }).waitFor();
    await page.getByRole('link', { name: 'Add a connection and run a sync' }).waitFor();
    await page.getByRole('button', { name: 'Show the last 90 days' }).click();
    await page.getByRole('heading', { name: 'No sync ended in the last 90 days' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('of another organization are neither in its own pages nor at its address', async () => {
    const { page } = await open('/trends?days=90', {}, 'org-other');
    await page.getByRole('heading', { name: 'No sync ended in the last 90 days' }).waitFor();
    await page.goto(`${service.url}/o/${ORG}/trends`);
    await page.getByRole('alert').first().waitFor();
    expect(await page.locator('.trends-numbers, .slow').count()).toBe(0);
    expect(await page.locator('body').innerText()).not.toContain('woocommerce');
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, %s, wide and narrow', async (colorScheme) => {
    const watched = await open('/trends', { colorScheme });
    const { page, complaints } = watched;
    await card(page, 'Slow syncs').getByRole('listitem').waitFor();
    await table(page, 'Syncs per day');
    expect(await watched.axe()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await watched.axe()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(complaints).toEqual([]);
  });

  it('writes each label of an axis on one line, also those of syncs that take hours', async () => {
    const org = 'org-long-syncs';
    await insertTrail(service, org, [completed(1, 600, 4_000), completed(3, 600, 4_300)]);
    const { page } = await open('/trends', {}, org);
    const labels = card(page, 'Average duration per day').locator('.recharts-yAxis-tick-labels text');
    await labels.filter({ hasText: /^1 h/ }).first().waitFor();
    const lines = await labels.evaluateAll((all) => all.map((label) => label.querySelectorAll('tspan').length));
    expect(lines).toEqual(lines.map(() => 1));
  });
});
