import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { brokenWords } from './support/broken.words.ts';
import { type Filled, fillOrganization } from './support/filled.organization.ts';
import { TestBrowser } from './support/test-browser.ts';
import { untilShown, type WatchedPage } from './support/watched.page.ts';

const ORG = 'org-every-page';
const WIDTHS = [390, 1280, 1920];

let fixture: RunsFixture;
let browser: TestBrowser;
let filled: Filled;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
  filled = await fillOrganization(fixture, ORG);
});
afterAll(async () => {
  await filled.empty();
  await browser.close();
  await fixture.close();
});

async function shown({ page }: WatchedPage, path: string): Promise<void> {
  await page.goto(fixture.service.url + path);
  await untilShown(page);
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
    expect({ width, broken: await brokenWords(watched.page) }).toEqual({ width, broken: [] });
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
    'failing items',
    'silent syncs',
    'live',
    'a sync of a reporter',
    'a sync of the service',
    'a comparison',
    'a sync that waits',
    'no sync',
    'alerts',
    'activity',
    'failures',
    'trends',
    'previews',
    'guarded previews',
    'a preview',
    'connections',
    'a connection',
    'a shop',
    'a new connection',
    'what would match',
    'an item',
    'an item in conflict',
    'settings',
    'erasures',
    'an address that leads nowhere',
  ])(
    '%s: fits from 390 to 1920 pixels, breaks no word, is open to everybody, and complains of nothing',
    async (name) => {
      await shown(watched, filled.paths[name] as string);
      await expectSound(watched, `${name.replaceAll(' ', '-')}-${colorScheme}`);
    },
  );
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
