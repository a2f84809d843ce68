import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type Filled, fillOrganization, TO_APPROVE } from './support/filled.organization.ts';
import { TestBrowser } from './support/test-browser.ts';
import { untilShown, type WatchedPage } from './support/watched.page.ts';

const ORG = 'org-every-dialog';

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

interface Case {
  readonly what: string;
  /** The page that it is opened on. */
  readonly on: string;
  readonly opener: string | RegExp;
  /** How the dialog is called: what an action hits is named where it is confirmed. */
  readonly title: RegExp;
  /** The button that leaves everything as it is. */
  readonly leave: string;
  /** What must be done before there is a button to open it. */
  readonly before?: (page: Page) => Promise<void>;
  /** Signed in for every organization. */
  readonly ofAll?: boolean;
}

const CASES: readonly Case[] = [
  {
    ...{ what: 'cancels a sync', on: 'live', opener: 'Cancel order sync running/1 %' },
    ...{ title: /^Cancel order sync “running\/1 %”\?$/, leave: 'Let it run' },
  },
  {
    ...{ what: 'pauses several syncs', on: 'active syncs', opener: /^Pause \d+$/ },
    ...{ title: /^Pause \d+ syncs?\?$/, leave: 'Leave them as they are' },
    before: (page) => page.getByLabel('Select running/1 %').check(),
  },
  {
    ...{ what: 'saves a view', on: 'a search', opener: 'Save this view' },
    ...{ title: /^Save this view$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'starts a sync', on: 'a shop', opener: 'Run now' },
    ...{ title: /^Sync now from “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'starts a preview', on: 'a shop', opener: 'Preview' },
    ...{ title: /^Preview a sync from “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'starts a comparison', on: 'a shop', opener: 'Compare' },
    ...{ title: /^Compare both ends from “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'edits a connection', on: 'a shop', opener: 'Edit' },
    ...{ title: /^Edit “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'removes a connection', on: 'a shop', opener: 'Remove connection' },
    ...{ title: /^Remove “shop .*”\?$/, leave: 'Keep it' },
  },
  {
    ...{ what: 'adds a schedule', on: 'a shop', opener: 'Add schedule' },
    ...{ title: /^Schedule syncs from “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'removes a schedule', on: 'a shop', opener: /^Remove the schedule of Customers/ },
    ...{ title: /^Remove the schedule of Customers to odoo .*: changed items, every 15 minutes\?$/, leave: 'Keep it' },
  },
  {
    ...{ what: 'applies a preview past its guard', on: 'a preview', opener: /^Update 1, archive 12 in “odoo .* …$/ },
    ...{ title: /^Apply the preview of customers from shop .* to odoo .*\?$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'takes back a sync', on: 'a sync of the service', opener: 'Undo …' },
    ...{ title: /^Take back what “run-.*” changed\?$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'refuses a sync', on: 'a sync that waits', opener: 'Refuse …' },
    ...{ title: new RegExp(`^Refuse “${TO_APPROVE}”\\?$`), leave: 'Back' },
  },
  {
    ...{ what: 'links an item', on: 'an item in conflict', opener: 'Link …' },
    ...{ title: /^Link customer \d+ of “shop .*”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'unlinks an item', on: 'an item', opener: /^Unlink \d+ …$/ },
    ...{ title: /^Unlink customer \d+ from \d+\?$/, leave: 'Keep the link' },
  },
  {
    ...{ what: 'makes a key', on: 'settings', opener: 'Make a key' },
    ...{ title: /^Make a key$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'revokes a key', on: 'settings', opener: 'Revoke billing' },
    ...{ title: /^Revoke “billing”\?$/, leave: 'Keep it' },
  },
  {
    ...{ what: 'adds a rule', on: 'alerts', opener: 'Add a rule' },
    ...{ title: /^Add a rule$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'edits a rule', on: 'alerts', opener: 'Edit A sync failed' },
    ...{ title: /^Edit “A sync failed”$/, leave: 'Cancel' },
  },
  {
    ...{ what: 'removes a rule', on: 'alerts', opener: 'Remove A sync failed' },
    ...{ title: /^Remove “A sync failed”\?$/, leave: 'Keep it' },
  },
  ...['Acknowledge', 'Mute', 'Resolve'].map((verb) => ({
    ...{ what: `says of an alert: ${verb}`, on: 'alerts', opener: verb },
    ...{ title: new RegExp(`^${verb} “A sync failed”$`), leave: 'Cancel' },
  })),
  {
    ...{ what: 'finds and acts', on: 'overview', opener: /^Search and act/ },
    ...{ title: /^Search and act$/, leave: 'Close' },
  },
  {
    ...{ what: 'switches the organization', on: 'overview', opener: `Organization: ${ORG}`, ofAll: true },
    ...{ title: /^Switch organization$/, leave: 'Close' },
  },
];

const hasFocus = (opener: Locator) => opener.evaluate((element) => element === document.activeElement);

async function show({ page }: WatchedPage, path: string): Promise<void> {
  await page.goto(fixture.service.url + path);
  await untilShown(page);
}

const SCHEMES = [
  ['light', 1280],
  ['dark', 390],
] as const;

describe.each(SCHEMES)('Each dialog, %s, %i pixels wide', (colorScheme, width) => {
  const pages = new Map<boolean, WatchedPage>();

  beforeAll(async () => {
    const options = { colorScheme, viewport: { width, height: 844 }, path: 'about:blank' };
    for (const ofAll of [false, true])
      pages.set(ofAll, await browser.signedIn(fixture.service, ofAll ? null : ORG, ['sync:admin'], options));
  });

  it.each(CASES)(
    'that $what says what it hits, fits, is open to everybody, and gives the focus back however it is left',
    async ({ what, on, opener: name, title, leave, before, ofAll = false }) => {
      const watched = pages.get(ofAll) as WatchedPage;
      const { page } = watched;
      await show(watched, on === 'a search' ? `/o/${ORG}/syncs?q=running` : (filled.paths[on] as string));
      await before?.(page);
      const opener = page.getByRole('button', { name, exact: true });
      const dialog = page.getByRole('dialog', { name: title });
      for (const way of ['Escape', leave]) {
        await opener.focus();
        await page.keyboard.press('Enter');
        await dialog.waitFor();
        // Who opened it by a key types on in its first field; where nothing is to be filled in, nothing is pressed by mistake.
        const field = dialog.locator(':is(input, select, textarea):enabled').first();
        const goesOn = (await field.count()) > 0 ? field : dialog.getByRole('button', { name: 'Close', exact: true });
        expect(await hasFocus(goesOn)).toBe(true);
        if (way === leave) await dialog.getByRole('button', { name: leave, exact: true }).click();
        else {
          await page.waitForFunction(() => !document.querySelector('dialog .skeleton'));
          await watched.screenshot(`dialog-${what.replaceAll(/\W+/g, '-')}-${width}`);
          expect(await watched.axe()).toEqual([]);
          expect(
            await dialog.evaluate((element) => {
              const { left, right, top, bottom } = element.getBoundingClientRect();
              const isInWindow = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
              return { isInWindow, isWider: element.scrollWidth > element.clientWidth };
            }),
          ).toEqual({ isInWindow: true, isWider: false });
          await page.keyboard.press('Escape');
        }
        await dialog.waitFor({ state: 'detached' });
        expect(await hasFocus(opener)).toBe(true);
      }
      expect(watched.complaints).toEqual([]);
    },
  );
});
