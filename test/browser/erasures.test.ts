import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-erasing';
const PATH = `/o/${ORG}/settings/erasures`;

let fixture: RunsFixture;
let browser: TestBrowser;
beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

async function open(scope: 'sync:admin' | 'sync:operator', path = PATH): Promise<WatchedPage> {
  const watched = await browser.signedIn(fixture.service, ORG, [scope], { path });
  await watched.page.setViewportSize({ width: 1280, height: 900 });
  return watched;
}
const records = (email: string) =>
  sql(fixture.service.database.superuserUrl, `SELECT external_id FROM sync_records WHERE data ->> 'email' = $1`, [
    email,
  ]);

describe('The erasures page', () => {
  it('erases a person by their address, and shows what came of it and where they still are', () =>
    withSystems(fixture, ORG, { shop: { customers: 3 }, odoo: { version: 19 } }, async ({ shop, shopId, there }) => {
      await fixture.run(ORG, { ...there('customer'), destination: 'records' });
      const [ada] = shop.state().customers();
      const email = ada?.email as string;
      expect(await records(email)).toHaveLength(1);

      const watched = await open('sync:admin', `/o/${ORG}/settings`);
      const { page } = watched;
      await page.getByRole('link', { name: 'Erasures' }).click();
      await page.getByText('Nobody has been erased yet.').waitFor();
      await page.getByRole('button', { name: 'Erase …' }).click();
      await page.getByText('Fill in this, or the id of a customer.').waitFor();
      await page.getByLabel('E-mail address').fill(email.toUpperCase());
      await page.getByLabel('Reference').fill('request 2026-114');
      expect(await watched.axe()).toEqual([]);
      await page.getByRole('button', { name: 'Erase …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(email.toUpperCase()).waitFor();
      await watched.screenshot('erasure-asked-1280');
      expect(await watched.axe()).toEqual([]);
      await dialog.getByRole('button', { name: 'Erase the person' }).click();
      await dialog.waitFor({ state: 'detached' });

      const report = page.getByRole('listitem', { name: 'request 2026-114' });
      await report.waitFor();
      await takeTurns(fixture.service);
      await report.getByText('nothing is left').waitFor();
      await report.getByText(`customer ${ada?.id} at`).waitFor();
      expect(await report.getByRole('link').getAttribute('href')).toContain(shopId);
      const cells = report.getByRole('row', { name: /^Records/ }).getByRole('cell');
      expect((await cells.allInnerTexts())[2]).toBe('1');
      expect(await records(email)).toEqual([]);
      // A report names nobody, and neither does the page once it was asked.
      expect((await page.content()).toLowerCase()).not.toContain(email.toLowerCase());
      await watched.screenshot('erasures-1280');
      expect(await watched.axe()).toEqual([]);

      await page.setViewportSize({ width: 390, height: 900 });
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth))
        .toBe(true);
      await watched.screenshot('erasures-390');
      expect(await watched.axe()).toEqual([]);
      await watched.close();
    }));

  it('says at its field what is wrong with what was filled in', async () => {
    const watched = await open('sync:admin');
    const { page } = watched;
    await page.getByLabel('Customer id').fill('4711');
    await page.getByRole('button', { name: 'Erase …' }).click();
    await page.getByRole('button', { name: 'Erase the person' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Customer id').inputValue()).toBe('4711');
    expect(await watched.axe()).toEqual([]);
    await watched.close();
  });

  it('tells others what they lack, and their settings do not lead to it', async () => {
    const watched = await open('sync:operator');
    const { page } = watched;
    await page.getByText('Erasing a person requires the right to erase').waitFor();
    expect(await page.getByRole('button', { name: 'Erase …' }).count()).toBe(0);
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.getByText('active syncs').waitFor();
    expect(await page.getByRole('link', { name: 'Erasures' }).count()).toBe(0);
    await watched.close();
  });
});
