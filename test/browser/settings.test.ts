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
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

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

describe('The page of a run that waits for a second person', () => {
  const [AT_SOURCE, AT_DESTINATION] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

  const [TO_REFUSE, TO_APPROVE, OWN, OF_ANOTHER] = ['a', 'b', 'c', 'd'].map(
    (one) => `run-00000000-0000-4000-8000-00000000000${one}`,
  ) as [string, string, string, string];

  /** As an apply leaves it that changes more than one person may. */
  async function waiting(syncId: string, requestedBy: string): Promise<void> {
    const run = (text: string, values: unknown[]) => sql(service.database.superuserUrl, text, values);
    for (const id of [AT_SOURCE, AT_DESTINATION])
      await run(
        `INSERT INTO sync_connections (org_id, id, name, system, base_url) VALUES ($1, $2, $3, 'woocommerce', 'https://x.example')
         ON CONFLICT DO NOTHING`,
        [ORG, id, id === AT_SOURCE ? 'Shop' : 'Other shop'],
      );
    await run(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, waiting_reason, initiated_by)
       VALUES ($1, $2, 'customer', 'woocommerce', 'queued', 'It deletes 80, more than 50.', $3)`,
      [ORG, syncId, requestedBy],
    );
    await run(
      `INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, requested_by,
         approval, approval_until) VALUES ($1, $2, 'sync', $3, $4, 'customer', 'full', $5, 'wanted', now() + interval '1 day')`,
      [ORG, syncId, AT_SOURCE, AT_DESTINATION, requestedBy],
    );
  }
  const pageOf = (syncId: string, scope: 'sync:integrator' | 'sync:viewer') =>
    browser.signedIn(service, ORG, [scope], { path: `/o/${ORG}/syncs/${syncId}` });
  const entries = (syncId: string) =>
    sql(
      service.database.superuserUrl,
      `SELECT activity_type FROM sync_activity_log WHERE org_id = $1 AND sync_id = $2 AND activity_type LIKE 'run_%'`,
      [ORG, syncId],
    );

  it('lets another person refuse it with a reason, or approve it', async () => {
    await waiting(TO_REFUSE, 'ann');
    await waiting(TO_APPROVE, 'ann');
    const watched = await pageOf(TO_REFUSE, 'sync:integrator');
    const { page } = watched;
    await page.getByText('It deletes 80, more than 50. ann requested it.').waitFor();
    await watched.screenshot('approval-1280');
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Refuse' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Refuse' }).click();
    await dialog.getByText('Is required.').waitFor();
    await dialog.getByLabel('Reason').fill('Still wanted.');
    expect(await watched.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Refuse' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Waits for a second person').waitFor({ state: 'detached' });
    expect(await entries(TO_REFUSE)).toEqual([{ activity_type: 'run_refused' }]);

    await page.goto(`${service.url}/o/${ORG}/syncs/${TO_APPROVE}`);
    await page.setViewportSize({ width: 390, height: 900 });
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await watched.screenshot('approval-390');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Waits for a second person').waitFor({ state: 'detached' });
    expect(await entries(TO_APPROVE)).toEqual([{ activity_type: 'run_approved' }]);
    await watched.close();
  });

  it('says why there is nothing to press: who requested it, and who has no right', async () => {
    await waiting(OWN, 'operator-1');
    await waiting(OF_ANOTHER, 'ann');
    const own = await pageOf(OWN, 'sync:integrator');
    await own.page.getByText('Somebody else must decide').waitFor();
    expect(await own.page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await own.close();
    const viewer = await pageOf(OF_ANOTHER, 'sync:viewer');
    await viewer.page.getByText('You have no right to approve it.').waitFor();
    expect(await viewer.page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await viewer.close();
  });
});
