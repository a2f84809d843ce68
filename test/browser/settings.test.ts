import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-settings';

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await sql(
    service.database.superuserUrl,
    `INSERT INTO auth.users_extended (org_id, id, email, display_name, role, sees_payloads, role_from, last_sign_in_at)
     VALUES ($1, 'ann', 'ann@example.com', 'Ann Example', 'viewer', false, 'organization', now()),
            ($1, 'bea', 'bea@example.com', 'Bea Example', 'integrator', true, 'provider', now()),
            ($1, 'cid', NULL, NULL, NULL, false, 'organization', NULL)`,
    [ORG],
  );
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

async function open(scope: 'sync:admin' | 'sync:viewer', width = 1280): Promise<WatchedPage> {
  const watched = await browser.signedIn(service, ORG, [scope], { path: `/o/${ORG}/settings` });
  await watched.page.setViewportSize({ width, height: 900 });
  await watched.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await watched.page.getByText('active syncs').waitFor();
  return watched;
}

describe('The settings page', () => {
  it('lets an admin give roles, make and revoke a key, and set limits', async () => {
    const watched = await open('sync:admin');
    const { page } = watched;
    await page.getByLabel('Role of Ann Example').selectOption('operator');
    await page.getByLabel(/sees values of items: Ann Example/).click();
    expect(await page.getByLabel('Role of Bea Example').isDisabled()).toBe(true);
    await expect
      .poll(() =>
        sql(service.database.superuserUrl, `SELECT role, sees_payloads FROM auth.users_extended WHERE id = 'ann'`),
      )
      .toEqual([{ role: 'operator', sees_payloads: true }]);

    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('billing');
    await watched.screenshot('settings-key-dialog');
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Make key' }).click();
    const secret = await page.getByText(/^syk_/).innerText();
    expect((await send(service, '/api/sync/whoami', { 'x-api-key': secret })).body.rights).toEqual(['view', 'report']);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke billing' }).waitFor();

    await page.getByLabel('Deletes above').fill('50');
    await page.getByRole('button', { name: 'Store limits' }).click();
    await page.getByText('The limits were stored.').waitFor();
    await watched.screenshot('settings-1280');
    expect(await watched.axe()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    await watched.screenshot('settings-390');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

    await page.getByRole('button', { name: 'Revoke billing' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    await watched.close();
  });

  it('shows others the limits, and neither people nor keys', async () => {
    const watched = await open('sync:viewer');
    const { page } = watched;
    await page.getByText('Approval by a second person').waitFor();
    await expect.poll(() => page.getByRole('heading', { level: 2 }).allInnerTexts()).not.toContain('Members');
    expect(await page.getByRole('button', { name: 'Make a key' }).count()).toBe(0);
    expect(await watched.axe()).toEqual([]);
    await watched.close();
  });
});

describe('The sign-in page', () => {
  it.each([
    ['failed', 'You were not signed in'],
    ['no-organization', 'You belong to no organization here'],
    ['no-role', 'You have no role yet'],
  ])('says why somebody comes back from the identity provider: %s', async (why, words) => {
    const watched = await browser.openPage(`${service.url}/?sign-in=${why}`);
    await watched.page.getByText(words).waitFor();
    expect(await watched.axe()).toEqual([]);
    await watched.close();
  });
});
