import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type SourceDestinationCheck, type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { openPreview } from './support/open-preview.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';
import { withoutRefusals } from './support/without-refusals.ts';

const ORG = 'org-previews-page';
const CUSTOMERS = 40;

let fixture: RunsFixture;
let browser: TestBrowser;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

async function open(orgId: string, path: string, colorScheme: 'light' | 'dark' = 'light'): Promise<WatchedPage> {
  const watched = await browser.signedIn(fixture.service, orgId, ['sync:write'], {
    colorScheme,
    path: `/o/${orgId}${path}`,
  });
  await watched.page.getByRole('heading', { level: 1 }).waitFor();
  return watched;
}

/** Computes a preview and returns its key. */
async function preview(orgId: string, { source_connection_id, ...ends }: SourceDestinationCheck): Promise<string> {
  const asked = await fixture.call(orgId, 'POST', `/connections/${source_connection_id}/preview`, ends);
  await fixture.ended(orgId, asked.body.sync_id);
  return asked.body.cache_key;
}

const withCustomers = (work: (systems: TwoSystems) => Promise<void>) =>
  withSystems(fixture, ORG, { shop: { customers: CUSTOMERS }, odoo: { version: 19 } }, work);

const customersOf = ({ shop }: TwoSystems) =>
  shop
    .state()
    .customers()
    .filter(({ role }) => role === 'customer');

const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const tab = (page: Page, name: RegExp) =>
  page.getByRole('navigation', { name: 'Changes by kind' }).getByRole('link', { name });
const syncOf = (page: Page) => decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');

async function expectSound(watched: WatchedPage, name: string): Promise<void> {
  await watched.screenshot(name);
  expect(await watched.axe()).toEqual([]);
}

describe('A preview', () => {
  it('shows each change by field, and is applied past the guard with a reason that is then in the trail', () =>
    withCustomers(async (systems) => {
      const { shop, odoo, there } = systems;
      await fixture.run(ORG, there('customer'));
      const [moved, torn, ...others] = customersOf(systems);
      shop.admin.updateCustomer(moved?.id ?? 0, { billing: { ...moved?.billing, city: 'Sankt Gallen West' } });
      for (const { id } of others.slice(0, 12)) shop.admin.deleteCustomer(id);
      shop.admin.updateCustomer(torn?.id ?? 0, { billing: { ...torn?.billing, phone: '+41 31 000 00 01' } });
      const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', torn?.email ?? '']]);
      odoo.admin.write('res.partner', [partner], { phone: '+41 31 000 00 02' });
      const key = await preview(ORG, there('customer'));

      const watched = await open(ORG, '/previews');
      const { page } = watched;
      await page.getByText('above the delete guard').waitFor();
      await expectSound(watched, 'previews-list');
      await page.getByRole('link', { name: /^Customers: shop/ }).click();
      await page.getByRole('heading', { name: 'Preview of customers' }).waitFor();
      await page.getByText('12 of 40 (30.0 %) would be deleted').waitFor();
      const bar = page.getByRole('img', { name: '1 to update, 12 to delete, 1 in conflict, 26 unchanged' });
      expect(await bar.count()).toBe(1);

      // What would be deleted is seen first.
      await page.getByRole('list', { name: 'Changes: delete' }).getByRole('listitem').nth(11).waitFor();
      expect(new URL(page.url()).search).toBe('');
      await tab(page, /Updates 1/).click();
      const update = page.getByRole('table', { name: /^Fields of/ });
      await update.getByRole('row', { name: /billing\.city/ }).waitFor();
      expect(await update.locator('ins').allInnerTexts()).toEqual(['Sankt Gallen West']);
      expect(await update.locator('del').allInnerTexts()).toEqual([moved?.billing.city]);
      await expectSound(watched, 'preview-updates');
      await tab(page, /Deletes 12/).click();
      expect(new URL(page.url()).search).toBe('?kind=delete');
      await page.getByRole('list', { name: 'Changes: delete' }).getByRole('listitem').nth(11).waitFor();
      await expectSound(watched, 'preview-deletes');
      await tab(page, /Conflicts 1/).click();
      await page.getByText('+41 31 000 00 01').waitFor();
      await expectSound(watched, 'preview-conflicts');

      await press(page, 'Update 1, archive 12 in “odoo ');
      await press(page, 'Apply and archive');
      await page.getByText('Is required.').waitFor();
      await expectSound(watched, 'preview-guard');
      const reason = 'They asked to be forgotten, ticket 4711.';
      await page.getByLabel('Why is it right to delete so many items?').fill(reason);
      await press(page, 'Apply and archive');
      await page.waitForURL(/\/syncs\/run-/);
      const applied = await fixture.ended(ORG, syncOf(page));
      expect(applied).toMatchObject({ kind: 'apply', counts: { updated: 1, deleted: 12 } });
      const trail = await fixture.call(ORG, 'GET', `/activity?sync_id=${applied.sync_id}`);
      const override = trail.body.items.find(
        (entry: { activity_type: string }) => entry.activity_type === 'delete_guard_overridden',
      );
      expect(override).toMatchObject({ user_id: 'operator-1', details: { reason } });

      await page.goto(`${fixture.service.url}/o/${ORG}/previews/${key}`);
      await page.getByText('This preview was applied').waitFor();
      expect(watched.complaints).toEqual([]);
    }));

  it('that is not what would happen any more is refused, and computed again from there', () =>
    withCustomers(async (systems) => {
      const { shop, there } = systems;
      const key = await preview(ORG, there('customer'));
      const watched = await open(ORG, `/previews/${key}`, 'dark');
      const { page } = watched;
      await tab(page, /Creates 40/).waitFor();
      await page.getByRole('list', { name: 'Changes: create' }).getByRole('listitem').nth(39).waitFor();
      await expectSound(watched, 'preview-creates-dark');
      shop.admin.updateCustomer(customersOf(systems)[0]?.id ?? 0, { first_name: 'Renamed' });

      await press(page, 'Create 40 in “odoo ');
      await page.getByText('The source has changed since the preview was computed').waitFor();
      await expectSound(watched, 'preview-stale-dark');
      await press(page, 'Compute again');
      await page.waitForURL(/\/syncs\/run-/);
      const { body: runs } = await fixture.call(ORG, 'GET', '/runs?limit=1');
      const again = await fixture.ended(ORG, runs.items[0].sync_id);
      expect(again).toMatchObject({ kind: 'preview', counts: { created: CUSTOMERS } });

      await openPreview(page, page.getByRole('heading', { name: 'Preview of customers' }));
      await page.getByRole('heading', { name: /^Renamed/ }).waitFor();
      await press(page, 'Create 40 in “odoo ');
      await page.waitForURL(/\/syncs\/run-/);
      const applied = await fixture.ended(ORG, syncOf(page));
      expect(applied).toMatchObject({ kind: 'apply', of_sync_id: again.sync_id, counts: { created: CUSTOMERS } });
      expect(withoutRefusals(watched.complaints, [[409, '/api/sync/runs']])).toEqual([]);
    }));

  it('that is large is grouped by kind and field, with samples, each group with its list, and exported whole', () =>
    withSystems(fixture, 'org-large-preview', { shop: { customers: 130 }, odoo: { version: 19 } }, async (systems) => {
      const { shop, there } = systems;
      const org = 'org-large-preview';
      await fixture.run(org, there('customer'));
      const people = customersOf(systems);
      for (const { id, billing } of people.slice(0, 110))
        shop.admin.updateCustomer(id, { billing: { ...billing, city: 'Chur' } });
      for (const { id, billing } of people.slice(110, 113))
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '+41 31 000 00 01' } });
      shop.admin.deleteCustomer(people.at(-1)?.id ?? 0);
      const watched = await open(org, `/previews/${await preview(org, there('customer'))}`);
      const { page } = watched;
      const groups = page.getByRole('list', { name: 'Groups of changes' }).getByRole('listitem');
      await groups.first().waitFor();
      expect(await groups.first().innerText()).toMatch(/^billing\.city of 110 items updated[\s\S]* → Chur · .* · …$/);
      await groups.filter({ hasText: 'phone of 3 items updated' }).waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await expectSound(watched, `preview-groups-${width}`);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
          .toBe(false);
      }
      await page.getByRole('link', { name: 'List what is deleted' }).click();
      await page
        .getByRole('list', { name: 'Changes: delete' })
        .getByText(people.at(-1)?.email ?? '')
        .first()
        .waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Export all changes as CSV' }).click(),
      ]);
      const rows = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
      expect(rows.filter((row) => row.includes('billing.city'))).toHaveLength(110);
      expect(watched.complaints).toEqual([]);
    }));

  it('that is being computed is said to be on its way, and appears by itself', async () => {
    const { id, system } = await fixture.connect(ORG, 'slow');
    system.fill(3);
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    system.hooks.beforeRead = () => goOn;
    const asked = await fixture.call(ORG, 'POST', `/connections/${id}/preview`, { entity_type: 'customer' });
    const watched = await open(ORG, `/previews/${asked.body.cache_key}`);
    const { page } = watched;
    await page.getByText('A preview is being computed').waitFor();
    await page.getByRole('heading', { name: 'There is no such preview in this organization' }).waitFor();
    expect(await page.getByRole('link', { name: 'customers, slow to Records' }).getAttribute('href')).toBe(
      `/o/${ORG}/syncs/${asked.body.sync_id}`,
    );
    await expectSound(watched, 'preview-computing');
    resolve();
    await tab(page, /Creates 3/).waitFor();
    expect(await page.getByText('A preview is being computed').count()).toBe(0);
    expect(withoutRefusals(watched.complaints, [[404, `/previews/${asked.body.cache_key}`]])).toEqual([]);
  });

  it('stored by another service is shown as it is, and cannot be applied', async () => {
    const stored = await fixture.call('org-by-hand', 'PUT', '/previews', {
      sync_type: 'pim-import',
      entity_type: 'product',
      delta_data: { creates: [{ sku: 'A-1', size: { width: 40 } }], updates: [], note: 'x' },
    });
    const watched = await open('org-by-hand', `/previews/${stored.body.cache_key}`);
    const { page } = watched;
    await page.getByText('Another service stored this preview').waitFor();
    expect(await page.getByRole('list', { name: 'Creates' }).innerText()).toMatch(/sku\s+A-1\s+size.width\s+40/);
    expect(await page.getByRole('button', { name: / in “/ }).count()).toBe(0);
    await expectSound(watched, 'preview-by-hand');
    expect(watched.complaints).toEqual([]);
  });

  it('of another organization is not found, and is not in the list', async () => {
    const { id, system } = await fixture.connect(ORG, 'own');
    system.fill(2);
    const asked = await fixture.call(ORG, 'POST', `/connections/${id}/preview`, { entity_type: 'customer' });
    await fixture.ended(ORG, asked.body.sync_id);
    const watched = await open('org-stranger', `/previews/${asked.body.cache_key}`);
    const { page } = watched;
    await page.getByRole('heading', { name: 'There is no such preview in this organization' }).waitFor();
    await page.getByRole('link', { name: 'Previews' }).first().click();
    await page.getByRole('heading', { name: 'There are no previews' }).waitFor();
    await expectSound(watched, 'previews-empty');
    expect(await page.getByText('person1@example.test').count()).toBe(0);
    expect(withoutRefusals(watched.complaints, [[404, `/previews/${asked.body.cache_key}`]])).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('reads well in %s on a phone', async (colorScheme) => {
    const { id, system } = await fixture.connect(ORG, `phone-${colorScheme}`);
    system.fill(2);
    const asked = await fixture.call(ORG, 'POST', `/connections/${id}/preview`, { entity_type: 'customer' });
    await fixture.ended(ORG, asked.body.sync_id);
    const options = { colorScheme, viewport: { width: 390, height: 844 } };
    const watched = await browser.signedIn(fixture.service, ORG, ['sync:read'], options);
    const { page } = watched;
    for (const path of ['/previews', `/previews/${asked.body.cache_key}`]) {
      await page.goto(`${fixture.service.url}/o/${ORG}${path}`);
      await page.getByText('2 to create').or(page.getByText('person1@example.test').first()).first().waitFor();
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
        .toBe(false);
      await expectSound(watched, `preview${path.length > 10 ? '' : 's'}-390-${colorScheme}`);
    }
    expect(await page.getByRole('button', { name: / in “/ }).count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });
});
