import { completeSync, reportProgress, type StartSync, startSync } from '@sync-operations/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-sync-page';
const CUSTOMERS = 120;
const REFUSED = {
  model: 'res.partner',
  field: 'email',
  matching: /customer(7|42)@/,
  message: 'This address is banned.',
};

let fixture: RunsFixture;
let browser: TestBrowser;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

const withCustomers = (work: (systems: TwoSystems) => Promise<void>) =>
  withSystems(fixture, ORG, { shop: { customers: CUSTOMERS }, odoo: { version: 19 } }, work);

/** Signed in, and on the page of one sync. */
async function open(orgId: string, syncId: string, colorScheme: 'light' | 'dark' = 'light'): Promise<WatchedPage> {
  const watched = await browser.signedIn(fixture.service, orgId, ['sync:write'], {
    colorScheme,
    path: `/o/${orgId}/syncs/${syncId}`,
  });
  await watched.page.getByRole('heading', { level: 1 }).waitFor();
  return watched;
}

/** As an internal service does. */
async function start(body: Pick<StartSync, 'sync_id' | 'total_items'> & Partial<StartSync>): Promise<void> {
  const client = await fixture.service.client(ORG);
  const { response } = await startSync({ client, body: { entity_type: 'product', source_system: 'pim', ...body } });
  expect(response?.status).toBe(201);
}

const card = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

describe('The page of a run', () => {
  it('shows from where to where, what it changed, what failed and why, and leads to the retry of just that', () =>
    withCustomers(async ({ odoo, there }) => {
      odoo.setOdooFaults({ refuse: [REFUSED] });
      const run = await fixture.run(ORG, there('customer'));
      const watched = await open(ORG, run.sync_id);
      const { page } = watched;
      await page.getByRole('heading', { name: 'Customer sync' }).waitFor();
      await page.getByText('completed with errors').first().waitFor();
      expect(await page.getByRole('link', { name: /^shop http/ }).getAttribute('href')).toContain('/connections/');

      const changed = await card(page, 'What it changed').locator('dl').innerText();
      expect(changed.split('\n')).toEqual(expect.arrayContaining(['Created', String(CUSTOMERS - 2), 'Failed', '2']));

      const failed = card(page, 'Failed and skipped items');
      await failed.getByText('This address is banned.').first().waitFor();
      expect(await failed.getByRole('listitem').count()).toBe(2);
      await failed.locator('summary').first().click();
      expect(await failed.locator('pre').first().innerText()).toMatch(/"email": "customer(7|42)@/);
      await failed.getByRole('button', { name: 'failed validation_error 2' }).click();
      expect(new URL(page.url()).search).toBe('?outcome=failed&error_class=validation_error');
      expect(await watched.axe()).toEqual([]);

      odoo.setOdooFaults({});
      await failed.getByRole('button', { name: 'Retry failed' }).click();
      await page.getByRole('heading', { name: 'Customer retry of failed items' }).waitFor();
      await page.getByText('2 of 2 items').waitFor();
      expect(await page.getByRole('link', { name: 'The sync whose items it retries' }).getAttribute('href')).toBe(
        `/o/${ORG}/syncs/${run.sync_id}`,
      );
      await card(page, 'Timeline').getByText('Completed: 2 items').waitFor();
      await page.goBack();
      await card(page, 'Timeline').getByRole('link', { name: 'The sync that retries them' }).waitFor();
      expect(watched.complaints).toEqual([]);
    }));

  it('leads to the preview it applied, and says why a guard was overridden', () =>
    withCustomers(async ({ shopId, there }) => {
      const ends = there('customer');
      const { source_connection_id: _, ...wanted } = ends;
      const preview = (await fixture.call(ORG, 'POST', `/connections/${shopId}/preview`, wanted)).body;
      await fixture.ended(ORG, preview.sync_id);
      const reason = 'The guard is not needed here.';
      const applied = await fixture.run(ORG, {
        ...ends,
        preview: preview.cache_key,
        override_guard: { reason },
      });
      const watched = await open(ORG, applied.sync_id, 'dark');
      const { page } = watched;
      const link = page.getByRole('link', { name: 'The preview', exact: true });
      expect(await link.getAttribute('href')).toBe(`/o/${ORG}/previews/${preview.cache_key}`);
      const changes = card(page, 'Changes').getByRole('listitem');
      await changes.filter({ hasText: 'created' }).first().waitFor();
      expect(await changes.count()).toBe(20);
      await card(page, 'Changes').getByRole('button', { name: 'Show more' }).click();
      await waitFor('the next ones are there', async () => (await changes.count()) === 40);
      const steps = card(page, 'Timeline').getByRole('listitem');
      await waitFor('the trail is there', async () => (await steps.count()) === 3);
      const said = await steps.allInnerTexts();
      expect(said[0]).toMatch(/^Started/);
      expect(said[1]).toContain(reason);
      expect(said[2]).toMatch(/^Completed: 120 items/);
      expect(await watched.axe()).toEqual([]);
      expect(watched.complaints).toEqual([]);
    }));

  it('shows old and new of each field that it changed', () =>
    withCustomers(async ({ shop, there }) => {
      await fixture.run(ORG, there('customer'));
      const [one] = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer');
      shop.admin.updateCustomer(one?.id ?? 0, { billing: { city: 'New Bern' } });
      const run = await fixture.run(ORG, there('customer'));
      const { page } = await open(ORG, run.sync_id);
      await card(page, 'Changes').getByRole('button', { name: 'Updates' }).click();
      const row = page.getByRole('row').filter({ hasText: 'New Bern' });
      await row.waitFor();
      expect(await row.innerText()).toContain(one?.billing.city);
      expect(new URL(page.url()).search).toBe('?change=update');
    }));

  it('shows both values where both sides changed the same field', () =>
    withCustomers(async ({ shop, odoo, there }) => {
      await fixture.run(ORG, there('customer'));
      const one = shop
        .state()
        .customers()
        .find(({ role }) => role === 'customer');
      const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', one?.email ?? '']]);
      odoo.admin.write('res.partner', [partner], { phone: '111' });
      shop.admin.updateCustomer(one?.id ?? 0, { billing: { phone: '222' } });
      const run = await fixture.run(ORG, there('customer'));
      const { page } = await open(ORG, run.sync_id);
      const row = card(page, 'Failed and skipped items').getByRole('row').filter({ hasText: 'phone' });
      await row.waitFor();
      expect(await row.innerText()).toMatch(/111\s+222/);
    }));
});

describe('The page of a sync that another service reports', () => {
  it('follows it to its end, and its request to pause reaches the reporter', async () => {
    const client = await fixture.service.client(ORG);
    const path = { sync_id: 'reported-1' };
    await start({ ...path, total_items: 10 });
    const watched = await open(ORG, path.sync_id);
    const { page } = watched;
    await page.getByText('0 of 10 items').waitFor();
    await reportProgress({ client, path, body: { processed_count: 4 } });
    await page.getByText('4 of 10 items').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Pause requested by operator-1').waitFor();
    const { data } = await reportProgress({ client, path, body: { processed_count: 5 } });
    expect(data?.pause_requested).toBe(true);
    await reportProgress({ client, path, body: { status: 'paused' } });
    await page.getByText('Paused by operator-1').waitFor();
    expect(await watched.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await waitFor('the reporter sees that it may continue', async () => {
      const response = await reportProgress({ client, path, body: { processed_count: 6 } });
      return response.data?.pause_requested === false;
    });
    await reportProgress({ client, path, body: { status: 'running', processed_count: 7, failed_count: 1 } });
    await completeSync({ client, path });
    await page.getByText('completed with errors').first().waitFor();
    await card(page, 'Timeline')
      .getByText(/^Completed: 7 items/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it('asks before it cancels', async () => {
    const client = await fixture.service.client(ORG);
    const path = { sync_id: 'reported-2' };
    await start(path);
    const { page } = await open(ORG, path.sync_id);
    const reported = async () => (await reportProgress({ client, path, body: { processed_count: 1 } })).data;
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Let it run' }).click();
    expect(await reported()).toMatchObject({ cancel_requested: false });
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the sync' }).click();
    await page.getByText('Cancel requested by operator-1').waitFor();
    expect(await reported()).toMatchObject({ cancel_requested: true });
    await reportProgress({ client, path, body: { status: 'cancelled' } });
    await card(page, 'Timeline').getByText('Cancelled after 1 item').waitFor();
  });

  it('offers nothing to press to who may only read', async () => {
    const path = { sync_id: 'reported-3' };
    await start(path);
    const { page } = await browser.signedIn(fixture.service, ORG, ['sync:read'], {
      path: `/o/${ORG}/syncs/${path.sync_id}`,
    });
    await page.getByRole('heading', { name: 'Product sync' }).waitFor();
    await waitFor(
      'what may be done is known',
      async () => (await page.getByRole('button', { name: 'Pause' }).count()) === 0,
    );
    expect(await page.getByRole('button', { name: /Cancel/ }).count()).toBe(0);
  });
});

describe('Another organization', () => {
  it('does not see that there is such a sync', async () => {
    await start({ sync_id: 'mine-alone', source_system: 'secret-pim' });
    const { page } = await open('org-sync-other', 'mine-alone');
    await page.getByRole('heading', { name: 'Sync not found' }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('secret-pim');
  });
});
