import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertsOf } from '../alerts/alerts.support.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

async function open(
  org: AlertsOf,
  scope: 'sync:read' | 'sync:write' | 'sync:admin' = 'sync:admin',
  { width = 1280, query = '' } = {},
) {
  const watched = await browser.signedIn(service, org.org, [scope], { path: `/o/${org.org}/alerts${query}` });
  await watched.page.setViewportSize({ width, height: 900 });
  await watched.page.getByRole('heading', { level: 1 }).waitFor();
  return watched;
}
async function expectSound(watched: WatchedPage, name: string): Promise<void> {
  await watched.screenshot(name);
  expect(await watched.axe()).toEqual([]);
}

describe('The page of alerts', () => {
  it('offers the recommended rules, and lets an administrator add, edit, disable and remove one', async () => {
    const org = new AlertsOf(service, 'org-alert-rules');
    const hook = { url: 'https://hooks.example.com/a', events: ['sync.*'], description: 'Order desk' };
    const channel = await org.call('POST', '/webhook-endpoints', hook);
    const watched = await open(org);
    const { page } = watched;
    await page.getByText('Nothing is watched yet.').waitFor();
    await expectSound(watched, 'alerts-empty');
    await page.getByRole('button', { name: 'Add the recommended rules' }).click();
    await page.getByText('No successful sync for a day').waitFor();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('What happens').selectOption({ label: 'No sync succeeded for a time' });
    await page.getByLabel('For longer than', { exact: true }).fill('0');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Must be from 1 minute to 31 days.').waitFor();
    await expectSound(watched, 'alerts-rule-dialog');
    await page.getByLabel('For longer than', { exact: true }).fill('2');
    await page.getByLabel('Entity type').fill('order');
    await page.getByLabel('Order desk').check();
    await page.getByLabel(/^Name/).fill('Orders do not come');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('No sync succeeded for a time, for longer than 2 hours, of order').waitFor();
    const { items } = (await org.call('GET', '/alert-rules')).body;
    expect(items.at(-1)).toMatchObject({ seconds: 7_200, entity_type: 'order', endpoint_ids: [channel.body.id] });
    await page.getByRole('button', { name: 'Disable Orders do not come' }).click();
    await page.getByRole('button', { name: 'Enable Orders do not come' }).waitFor();
    await page.getByRole('button', { name: 'Remove Orders do not come' }).click();
    await page.getByRole('button', { name: 'Remove rule' }).click();
    await page.getByRole('button', { name: 'Enable Orders do not come' }).waitFor({ state: 'detached' });
    await expectSound(watched, 'alerts-rules');
    await watched.close();
  });

  it('shows what is open and past, and lets an operator acknowledge, mute and resolve with a reason', async () => {
    const org = new AlertsOf(service, 'org-alerts-page');
    await org.rule('failed', { name: 'A sync failed' });
    const error_message =
      'the shop answered with 401: the key is not valid any more, or it has no right to read customers';
    for (const source_system of ['woocommerce', 'odoo', 'datev'])
      await org.ended('failed', { source_system, error_message });
    await org.ended('completed', { source_system: 'datev' });
    await org.evaluate();
    const watched = await open(org, 'sync:write');
    const { page } = watched;
    await page.getByText('customer from woocommerce').waitFor();
    expect(await page.getByRole('button', { name: 'Add a rule' }).count()).toBe(0);
    const item = page.getByRole('listitem').filter({ hasText: 'customer from woocommerce' });
    await item.getByRole('button', { name: 'Acknowledge' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await dialog.getByText('Is required.').waitFor();
    await dialog.getByLabel('Reason').fill('A new key is asked for');
    await expectSound(watched, 'alerts-acknowledge');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await item.getByText(/Acknowledged by .*: A new key is asked for/).waitFor();
    await item.getByRole('button', { name: 'Mute' }).click();
    await dialog.getByLabel('Reason').fill('The shop moves');
    await dialog.getByRole('button', { name: 'Mute' }).click();
    await item.getByText(/Muted by .*: The shop moves/).waitFor();
    await expectSound(watched, 'alerts');
    await page.setViewportSize({ width: 390, height: 900 });
    await expectSound(watched, 'alerts-390');
    await item.getByRole('button', { name: 'Unmute' }).click();
    await item.getByRole('button', { name: 'Mute' }).waitFor();
    await item.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByLabel('Reason').fill('It was a test');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(/: It was a test/).waitFor();
    await watched.close();
  });

  it('opens at the alert of a message, also when it is past', async () => {
    const org = new AlertsOf(service, 'org-alerts-link');
    await org.rule('failed', { name: 'A sync failed' });
    await org.ended('failed');
    await org.ended('completed');
    await org.evaluate();
    const [alert] = await org.alerts('?state=resolved');
    const watched = await open(org, 'sync:read', { query: `?alert=${alert?.id}`, width: 390 });
    const { page } = watched;
    const linked = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'The alert of the message' }) });
    await linked.getByText('customer from shop: The sync failed').waitFor();
    expect(await page.getByRole('button', { name: /Acknowledge|Mute|Resolve/ }).count()).toBe(0);
    await expectSound(watched, 'alerts-linked');
    await watched.close();
  });
});
