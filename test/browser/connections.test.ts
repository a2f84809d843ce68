import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';
import { withoutRefusals } from './support/without-refusals.ts';

const ORG = 'org-connections';

let fixture: RunsFixture;
let browser: TestBrowser;
let shop: WooCommerceSandbox;

beforeAll(async () => {
  [fixture, browser, shop] = await Promise.all([
    RunsFixture.start(),
    TestBrowser.start(),
    startWooCommerceSandbox({ customers: 30, products: 3, orders: 0, badRate: 0 }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await shop.stop();
  await fixture.close();
});

type Scheme = 'light' | 'dark';

async function open(orgId: string, path: string, scopes: 'sync:admin' | 'sync:read' = 'sync:admin', scheme?: Scheme) {
  const watched = await browser.signedIn(fixture.service, orgId, [scopes], {
    colorScheme: scheme ?? 'light',
    path: `/o/${orgId}${path}`,
  });
  await watched.page.getByRole('heading', { level: 1 }).waitFor();
  return watched;
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

async function expectSound(watched: WatchedPage, name: string): Promise<void> {
  await watched.screenshot(name);
  expect(await watched.axe()).toEqual([]);
}

describe('Adding a connection', () => {
  it("with a wrong key shows the shop's error, and accepts the right key afterwards", async () => {
    const watched = await open('org-adding', '/connections', 'sync:admin', 'dark');
    const { page } = watched;
    await heading(page, 'No connections yet');
    await expectSound(watched, 'connections-empty');
    await page.getByRole('link', { name: 'Add connection' }).click();
    await page.getByRole('radio', { name: /WooCommerce/ }).check();

    await press(page, 'Connect and check');
    await page.getByText('Some fields are missing or invalid').waitFor();
    expect(await page.getByText('Is required.').count()).toBe(4);
    await page.getByLabel('Name').fill('Main shop');
    await page.getByLabel('Address').fill(shop.url);
    await page.getByLabel('Consumer key').fill('ck_wrong');
    await page.getByLabel('Consumer secret').fill(shop.consumerSecret);

    await press(page, 'Connect and check');
    await page.getByText('Must be https; settings.allow_http allows http').waitFor();
    await page.getByLabel('Allow plain http').check();
    await page.getByText('More settings').click();
    await page.getByLabel('Home URL').fill(shop.url);
    await page.getByLabel('Order statuses of plugins').fill('{"shipped": ');
    await press(page, 'Connect and check');
    await page.getByText(/Is not JSON/).waitFor();
    await page.getByLabel('Order statuses of plugins').fill('{"shipped": "completed"}');

    await press(page, 'Connect and check');
    await page.getByText('Consumer key is invalid').first().waitFor();
    await expectSound(watched, 'connection-wrong-key');
    expect(await page.getByLabel('Consumer secret').inputValue()).toBe(shop.consumerSecret);
    await page.getByLabel('Consumer key').fill(shop.consumerKey);
    await press(page, 'Save and check again');
    await page.getByText('“Main shop” responds and accepts the credentials.').waitFor();
    await page.getByText('The secret is shown only once').waitFor();
    expect(await page.locator('dl code').first().innerText()).toContain('/api/sync/hooks/');
    await expectSound(watched, 'connection-added');

    await page.getByRole('link', { name: 'Go to the connection' }).click();
    await heading(page, 'Main shop');
    await page.getByText('works').waitFor();
    await page.getByText('{"shipped":"completed"}').waitFor();
    expect(withoutRefusals(watched.complaints, [[422, '/api/sync/connections']])).toEqual([]);
  });

  it('is for users who may; others learn whom to ask', async () => {
    const watched = await open('org-nothing', '/connections', 'sync:read');
    await watched.page.getByText('Adding a connection requires the right to connections').waitFor();
    expect(await watched.page.getByRole('link', { name: 'Add connection' }).count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });
});

describe('A connection', () => {
  it('that failed its check is mended from its page', async () => {
    const id = await fixture.connectShop(ORG, { ...shop, consumerKey: 'ck_old' }, { home_url: shop.url });
    await fixture.call(ORG, 'POST', `/connections/${id}/check`);
    const watched = await open(ORG, `/connections/${id}`);
    const { page } = watched;
    await page.getByText('Consumer key is invalid').first().waitFor();
    await expectSound(watched, 'connection-failing');
    await press(page, 'Edit credentials');
    expect(await page.getByLabel('Replace the credentials').isChecked()).toBe(true);
    await page.getByLabel('Name').fill('Mended shop');
    await page.getByLabel('Consumer key').fill(shop.consumerKey);
    await page.getByLabel('Consumer secret').fill(shop.consumerSecret);
    await expectSound(watched, 'connection-edit');
    await press(page, 'Save');
    await page.getByText('“Mended shop” responds and accepts the credentials.').waitFor();
    await heading(page, 'Mended shop');

    await press(page, 'Edit');
    await page.getByText('More settings').click();
    await page.getByLabel('Delete at most (percent)').fill('40');
    await press(page, 'Save');
    await page.getByText('Saved.').last().waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { body } = await fixture.call(ORG, 'GET', `/connections/${id}`);
    expect(body).toMatchObject({ status: 'ok', settings: { delete_guard_percent: 40, home_url: shop.url } });
    expect(watched.complaints).toEqual([]);
  });

  it('is synced by schedules, which can be set, paused and removed', async () => {
    const id = await fixture.connectShop(ORG, shop, { home_url: shop.url });
    const watched = await open(ORG, `/connections/${id}`);
    const { page } = watched;
    await press(page, 'Add schedule');
    await page.getByLabel('When', { exact: true }).selectOption({ label: 'Custom …' });
    await page.getByLabel('Cron expression').fill('0 3 * *');
    await press(page, 'Save schedule');
    await page.getByText('Must have five fields').waitFor();
    await page.getByLabel('Cron expression').fill('30 7 * * 1-5');
    await page.getByText('Monday to Friday at 07:30.').waitFor();
    await page.getByLabel('Time zone').fill('Europe/Zurich');
    await expectSound(watched, 'schedule-dialog');
    await press(page, 'Save schedule');
    const schedule = page.getByRole('list', { name: 'Schedules' }).getByRole('listitem');
    await schedule.getByText(/^Next/).waitFor();
    expect(await schedule.innerText()).toMatch(
      /Customers to Records[\s\S]*Monday to Friday at 07:30[\s\S]*Europe\/Zurich/,
    );

    await press(page, /^Pause the schedule/);
    await schedule.getByText('Paused').waitFor();
    expect((await fixture.call(ORG, 'GET', `/connections/${id}/schedules`)).body.items[0].enabled).toBe(false);
    await press(page, /^Resume the schedule/);
    await schedule.getByText(/^Next/).waitFor();
    await press(page, /^Remove the schedule/);
    await press(page, 'Remove schedule');
    await page.getByText('Nothing has been read from it, and no schedule reads from it').waitFor();
    expect(withoutRefusals(watched.complaints, [[422, `/connections/${id}/schedules`]])).toEqual([]);
  });

  it('is synced now, into the records or into another system, and previewed first', () =>
    withSystems(fixture, ORG, { shop: { customers: 20 }, odoo: { version: 19 } }, async ({ shopId, odooId }) => {
      const watched = await open(ORG, `/connections/${shopId}`, 'sync:admin', 'dark');
      const { page } = watched;
      await press(page, 'Run now');
      await page.getByLabel('What', { exact: true }).selectOption('customer');
      await expectSound(watched, 'run-dialog');
      await press(page, 'Start sync');
      await page.waitForURL(/\/syncs\/run-/);
      const first = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
      expect(await fixture.ended(ORG, first)).toMatchObject({ destination: 'records', counts: { created: 20 } });

      await page.goBack();
      await press(page, /^Preview$/);
      await page.getByLabel('To', { exact: true }).selectOption(odooId);
      await press(page, 'Compute preview');
      await page.waitForURL(/\/syncs\/run-/);
      const second = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
      expect(await fixture.ended(ORG, second)).toMatchObject({ kind: 'preview', destination: odooId });

      await page.goBack();
      await page.getByText('20 to create').waitFor();
      await page.getByText('20 created').waitFor();
      await expectSound(watched, 'connection-dark');
      expect(watched.complaints).toEqual([]);
    }));

  it('is removed after the page has said what is deleted', async () => {
    const id = await fixture.connectShop('org-removing', shop, { home_url: shop.url });
    const watched = await open('org-removing', `/connections/${id}`);
    const { page } = watched;
    await press(page, 'Remove connection');
    await page.getByText('Its credentials are deleted immediately').waitFor();
    await expectSound(watched, 'connection-remove');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove connection' }).click();
    await heading(page, 'No connections yet');
    expect((await fixture.call('org-removing', 'GET', `/connections/${id}`)).status).toBe(404);
    expect(watched.complaints).toEqual([]);
  });

  it('of another organization is not found, and is not in the list', async () => {
    const id = await fixture.connectShop(ORG, shop, { home_url: shop.url });
    const watched = await open('org-stranger', `/connections/${id}`);
    await heading(watched.page, 'There is no such connection in this organization');
    await watched.page.getByRole('link', { name: 'Connections' }).first().click();
    await heading(watched.page, 'No connections yet');
    expect(await watched.page.getByText(shop.url).count()).toBe(0);
    expect(withoutRefusals(watched.complaints, [[404, `/connections/${id}`]])).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('is in a list that reads well in %s on a phone', async (colorScheme) => {
    await fixture.connectShop('org-list', { ...shop, consumerKey: 'ck_old' }, { home_url: shop.url });
    const options = { colorScheme, viewport: { width: 390, height: 844 } };
    const watched = await browser.signedIn(fixture.service, 'org-list', ['sync:read'], {
      ...options,
      path: '/o/org-list/connections',
    });
    await watched.page.getByText('no schedule').first().waitFor();
    const isWide = () => document.documentElement.scrollWidth > window.innerWidth;
    expect(await watched.page.evaluate(isWide)).toBe(false);
    await expectSound(watched, `connections-390-${colorScheme}`);
    expect(watched.complaints).toEqual([]);
  });
});
