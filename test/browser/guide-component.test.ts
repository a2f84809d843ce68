import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Client, completeSync, reportProgress, startSync } from '@sync-operations/client';
import { compile } from 'tailwindcss';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readGuide } from '../guide/guide.parser.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { type BrowserBundle, bundleForBrowser } from './support/browser.bundle.ts';
import { openMounted } from './support/mounted.page.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const MOUNT = `
import { createRoot } from 'react-dom/client';
import { SyncProgressDashboard } from './guide-component.tsx';
const orgId = new URLSearchParams(location.search).get('orgId') ?? '';
createRoot(document.getElementById('root')!).render(<SyncProgressDashboard orgId={orgId} />);
`;

/** The stylesheet Tailwind would make for `source`: its preflight, and a rule for each class that stands in it. */
async function tailwindFor(source: string): Promise<string> {
  const { build } = await compile('@import "tailwindcss";', {
    loadStylesheet: async () => {
      const path = createRequire(import.meta.url).resolve('tailwindcss/index.css');
      return { path, base: path, content: await readFile(path, 'utf8') };
    },
  });
  return build(source.match(/[\w:./%[\]-]+/g) ?? []);
}

let service: TestService;
let browser: TestBrowser;
let bundle: BrowserBundle;
let client: Client;
let orgId: string;
let organizations = 0;

beforeAll(async () => {
  const printed = readGuide().modules.get('SyncProgressDashboard') ?? '';
  const sources = { 'guide-component.tsx': printed, 'guide-mount.tsx': MOUNT };
  const [{ js }, css] = await Promise.all([bundleForBrowser('guide-mount.tsx', { sources }), tailwindFor(printed)]);
  bundle = { js, css };
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
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

/** The component for `shown`, looked at by an operator of `signedInAs`. */
async function open({ shown = orgId, signedInAs = orgId } = {}): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, signedInAs, ['sync:read'], { path: 'about:blank' });
  await openMounted(watched.page, `${service.url}/guide-component?orgId=${shown}`, bundle);
  return watched;
}

const start = (sync_id: string, total_items = 1000) =>
  startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items } });

const report = (sync_id: string, processed_count: number, failed_count = 0) =>
  reportProgress({ client, path: { sync_id }, body: { processed_count, failed_count } });

describe("the guide's SyncProgressDashboard, as printed", () => {
  it('says that no sync is active, and shows one as soon as it has started', async () => {
    const { page, complaints } = await open();
    await page.getByText('No active syncs').waitFor();
    await start('sync-1');
    await page.getByRole('heading', { name: 'CUSTOMER Sync' }).waitFor();
    await page.getByText('0 / 1000').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows counts, speed, failures and time to go as they are reported', async () => {
    await start('sync-1');
    const { page, complaints } = await open();
    await page.getByText('0 / 1000').waitFor();
    await report('sync-1', 250);
    await page.getByText('250 / 1000').waitFor();
    expect(await page.getByText(/items failed/).count()).toBe(0);
    const reported = await report('sync-1', 600, 7);
    await page.getByText('600 / 1000').waitFor();
    await page.getByText('7 items failed - review logs for details').waitFor();
    const { speed_items_per_min, eta_seconds } = reported.data ?? {};
    await page.getByText(`${speed_items_per_min?.toFixed(1)} items/min`, { exact: true }).waitFor();
    await page.getByText(`${eta_seconds ? (eta_seconds / 60).toFixed(1) : '-'} min`, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('draws a bar as long as the progress, in a colour that can be seen', async () => {
    await start('sync-1');
    await report('sync-1', 400);
    const { page } = await open();
    const bar = page.locator('[style*="width: 40%"]');
    await bar.waitFor();
    const seen = await bar.evaluate((element) => {
      const track = element.parentElement as HTMLElement;
      const box = element.getBoundingClientRect();
      return {
        ratio: box.width / track.getBoundingClientRect().width,
        height: box.height,
        colour: getComputedStyle(element).backgroundColor,
        behind: getComputedStyle(track).backgroundColor,
      };
    });
    expect(seen.ratio).toBeCloseTo(0.4, 2);
    expect(seen.height).toBe(8);
    // Tailwind's blue-600 on gray-200.
    expect(seen.colour).toMatch(/^oklch\(0\.546 0\.245 262\.881\)$/);
    expect(seen.behind).toMatch(/^oklch\(0\.928 /);
  });

  it('lets an ended sync go and keeps the other', async () => {
    await start('sync-1', 500);
    await start('sync-2', 800);
    const { page, complaints } = await open();
    await page.getByText('0 / 500').waitFor();
    await completeSync({ client, path: { sync_id: 'sync-1' } });
    await page.getByText('0 / 500').waitFor({ state: 'detached' });
    await page.getByText('0 / 800').waitFor();
    await report('sync-2', 800);
    await page.getByText('No active syncs').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows an operator nothing of another organization', async () => {
    await start('sync-1');
    const own = await open({ shown: 'elsewhere', signedInAs: 'elsewhere' });
    await own.page.getByText('No active syncs').waitFor();
    expect(own.complaints).toEqual([]);
    const { page, complaints } = await open({ signedInAs: 'elsewhere' });
    await page.getByText('No active syncs').waitFor();
    expect(complaints.join()).toContain('403');
  });
});
