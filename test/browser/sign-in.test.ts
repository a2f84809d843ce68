import { startSync } from '@sync-operations/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/auth/key.hash.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  for (const orgId of ['org-a', 'org-b'])
    await startSync({
      client: await service.client(orgId),
      body: { sync_id: `sync-of-${orgId}`, entity_type: 'customer', source_system: `shop-of-${orgId}` },
    });
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const pathOf = (url: string) => new URL(url).pathname;

describe('A sign-in link', () => {
  it('leads to the overview of its organization, once; the second time the page says why not', async () => {
    const link = await service.createKey({ kind: 'link', orgId: 'org-a', userId: 'ann', ttlSeconds: 300 });
    const address = `${service.url}/sign-in?token=${link}`;
    const looked = await browser.openPage(address);
    await looked.page.getByRole('heading', { name: 'Sign in to Sync Operations' }).waitFor();
    await looked.screenshot('sign-in-link');
    expect([await looked.axe(), looked.complaints, await looked.page.context().cookies()]).toEqual([[], [], []]);
    const first = await browser.followLink(address);
    await first.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(pathOf(first.page.url())).toBe('/o/org-a/overview');
    expect(first.complaints).toEqual([]);

    for (const colorScheme of ['light', 'dark'] as const) {
      const second = await browser.followLink(address, { colorScheme });
      await second.page.getByText('This sign-in link no longer works').waitFor();
      expect(await second.page.getByText('paste a key below').isVisible()).toBe(true);
      expect(await second.axe()).toEqual([]);
      expect(second.complaints).toEqual([]);
    }
  });
});

describe('A pasted key', () => {
  it('signs in, also to the page that was asked for, and is kept nowhere in the page; sign-out ends it', async () => {
    const key = await service.createKey({ orgId: 'org-a', userId: 'ann' });
    const { page, complaints } = await browser.openPage(`${service.url}/o/org-a/syncs/sync-of-org-a`);
    await page.getByLabel('Service key').fill('syk_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That key is unknown, revoked or expired.').waitFor();
    await page.getByLabel('Service key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Customer sync' }).waitFor();
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain(key);

    await page.getByLabel('Account and appearance').click();
    await page.getByText(/^ann/).waitFor();
    const [cookie] = await page.context().cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Service key').waitFor();
    const again = await fetch(`${service.url}/api/sync/whoami`, {
      headers: { cookie: `sync_session=${cookie?.value}` },
    });
    expect(again.status).toBe(401);
    // The wrong key: Chromium itself logs a response of 401.
    expect(complaints).toEqual([expect.stringContaining('status of 401')]);
  });

  it.each([
    ['live', 'Live'],
    ['syncs/sync-of-org-a', 'Customer sync'],
  ])('that is revoked takes its open page to the sign-in: %s', async (path, heading) => {
    const key = await service.createKey({ orgId: 'org-a' });
    const { page } = await browser.openPage(`${service.url}/o/org-a/${path}`);
    await page.getByLabel('Service key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await sql(service.database.ownerUrl, 'UPDATE auth.api_keys SET revoked_at = now() WHERE key_hash = $1', [
      hashSecret(key),
    ]);
    await page.getByLabel('Service key').waitFor();
    expect(await page.locator('body').innerText()).not.toContain('shop-of-org-a');
  });
});

describe('Organizations', () => {
  it('can be switched by a user who may see several; nothing of one is left on the page of the other', async () => {
    const watched = await browser.signedIn(service, null);
    const { page, complaints } = watched;
    await page.getByRole('heading', { name: 'Choose an organization' }).waitFor();
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('link', { name: 'org-a' }).click();
    await page.getByText('shop-of-org-a').first().waitFor();
    await page.getByRole('button', { name: /Organization/ }).click();
    await page.getByLabel('Find an organization').fill('g-b');
    await page.getByRole('link', { name: 'org-b', exact: true }).click();
    await page.getByText('shop-of-org-b').first().waitFor();
    expect(pathOf(page.url())).toBe('/o/org-b/overview');
    expect(await page.locator('body').innerText()).not.toContain('shop-of-org-a');
    expect(complaints).toEqual([]);
  });

  it('that are not one’s own show nothing, and there is no switch', async () => {
    const { page } = await browser.signedIn(service, 'org-a');
    await page.getByText('shop-of-org-a').first().waitFor();
    expect(await page.getByRole('button', { name: /Organization/ }).count()).toBe(0);
    await page.goto(`${service.url}/o/org-b/syncs/sync-of-org-b`);
    await page.getByRole('alert').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain('shop-of-org-b');
  });
});
