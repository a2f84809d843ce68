import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';
import { insertTrail, noon } from './support/trail.data.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-every-page';
const WIDTHS = [390, 1280, 1920];

let fixture: RunsFixture;
let browser: TestBrowser;
/** What there is to see, by name: the addresses of the pages. */
const paths: Record<string, string> = {};
let tearDown = () => {};
let systemsStopped: Promise<void> | undefined;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
  await new Promise<void>((resolve, reject) => {
    systemsStopped = withSystems(fixture, ORG, { shop: { customers: 30 }, odoo: { version: 19 } }, async (systems) => {
      await fill(systems);
      resolve();
      await new Promise<void>((done) => {
        tearDown = done;
      });
    });
    systemsStopped.catch(reject);
  });
});
afterAll(async () => {
  tearDown();
  await systemsStopped;
  await browser.close();
  await fixture.close();
});

async function post(path: string, body?: object) {
  const response = await fixture.call(ORG, 'POST', path, body);
  if (response.status >= 300) throw new Error(JSON.stringify(response.body));
  return response.body;
}

async function fill({ shopId, odooId, shop, there }: TwoSystems): Promise<void> {
  const { source_connection_id, ...ends } = there('customer');
  await post(`/connections/${shopId}/check`);
  await post(`/connections/${shopId}/schedules`, {
    ...ends,
    mode: 'incremental',
    cron: '*/15 * * * *',
    time_zone: 'Europe/Zurich',
  });
  await fixture.run(ORG, there('customer'));
  const [someone] = shop.state().customers();
  shop.admin.updateCustomer(someone?.id ?? 0, { billing: { ...someone?.billing, city: 'Sankt Gallen' } });
  const preview = await post(`/connections/${source_connection_id}/preview`, ends);
  await fixture.ended(ORG, preview.sync_id);
  const applied = await post('/runs', { source_connection_id, ...ends, preview: preview.cache_key });
  await fixture.ended(ORG, applied.sync_id);
  await post('/progress', {
    sync_id: 'running/1 %',
    entity_type: 'order',
    source_system: 'erp',
    total_items: 1_234_567,
  });
  await post('/progress', { sync_id: 'paused', entity_type: 'product', source_system: 'pim' });
  await post('/progress/paused/pause');
  // So that there is something to choose.
  await fixture.call('another', 'POST', '/progress', { entity_type: 'order', source_system: 'erp' });
  const days = [...Array(20).keys()];
  await insertTrail(
    fixture.service,
    ORG,
    days.map((day) => ({
      created_at: noon(day + 1),
      activity_type: day % 7 === 3 ? 'sync_failed' : 'sync_completed',
      status: day % 7 === 3 ? 'failed' : 'completed',
      sync_id: `sync-of-day-${day}`,
      entity_type: day % 2 ? 'customer' : 'order',
      source_system: 'woocommerce',
      record_count: 1_000 + day * 100,
      duration_seconds: day === 5 ? 4_000 : 300 + day,
      error_message: day % 7 === 3 ? 'The shop responded with 401: the key was revoked' : null,
    })),
  );
  const here = `/o/${ORG}`;
  Object.assign(paths, {
    overview: `${here}/overview`,
    syncs: `${here}/syncs`,
    'failed syncs': `${here}/syncs?failed=true`,
    conflicts: `${here}/conflicts`,
    live: `${here}/live`,
    'a sync of a reporter': `${here}/syncs/${encodeURIComponent('running/1 %')}`,
    'a sync of the service': `${here}/syncs/${applied.sync_id}`,
    'no sync': `${here}/activity?sync_id=none`,
    activity: `${here}/activity?days=30`,
    failures: `${here}/activity?tab=failures&days=30`,
    trends: `${here}/trends`,
    previews: `${here}/previews`,
    'a preview': `${here}/previews/${preview.cache_key}?kind=update`,
    connections: `${here}/connections`,
    'a connection': `${here}/connections/${odooId}`,
    'a new connection': `${here}/connections/new?system=woocommerce`,
    'what would match': `${here}/matches?connection_id=${odooId}`,
    'an address that leads nowhere': `${here}/nowhere`,
  });
}

/** Its heading stands there, and nothing is on its way any more. */
async function shown({ page }: WatchedPage, path: string): Promise<void> {
  await page.goto(fixture.service.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton, .sync-skeleton, [aria-busy="true"]'));
}

const overflows = ({ page }: WatchedPage) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** As it is now, at each width. */
async function expectSound(watched: WatchedPage, picture: string): Promise<void> {
  for (const width of WIDTHS) {
    await watched.page.setViewportSize({ width, height: 900 });
    // Charts learn of a new width a moment later.
    await expect
      .poll(async () => ({ width, overflows: await overflows(watched) }))
      .toEqual({ width, overflows: false });
    await watched.screenshot(`${picture}-${width}`);
    if (width < 1920) expect(await watched.axe()).toEqual([]);
  }
  expect(watched.complaints).toEqual([]);
}

describe.each(['light', 'dark'] as const)('Every page, %s', (colorScheme) => {
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await browser.signedIn(fixture.service, ORG, ['sync:admin'], { colorScheme, path: 'about:blank' });
  });
  afterAll(() => watched.close());

  it.each([
    'overview',
    'syncs',
    'failed syncs',
    'conflicts',
    'live',
    'a sync of a reporter',
    'a sync of the service',
    'no sync',
    'activity',
    'failures',
    'trends',
    'previews',
    'a preview',
    'connections',
    'a connection',
    'a new connection',
    'what would match',
    'an address that leads nowhere',
  ])('%s: fits from 390 to 1920 pixels, is open to everybody, and complains of nothing', async (name) => {
    await shown(watched, paths[name] as string);
    await expectSound(watched, `${name.replaceAll(' ', '-')}-${colorScheme}`);
  });
});

describe.each(['light', 'dark'] as const)('Before an organization is open, %s', (colorScheme) => {
  it.each([
    ['sign-in', 'Sign in'],
    ['choice of an organization', 'Choose an organization'],
  ])('the %s fits, is open to everybody, and complains of nothing', async (name, heading) => {
    const { service } = fixture;
    const watched =
      name === 'sign-in'
        ? await browser.openPage(service.url, { colorScheme })
        : await browser.signedIn(service, null, ['sync:read'], { colorScheme });
    await watched.page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await expectSound(watched, `${name.replaceAll(' ', '-')}-${colorScheme}`);
    await watched.close();
  });
});
