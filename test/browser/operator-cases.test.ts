import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

let fixture: RunsFixture;
let browser: TestBrowser;
beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterEach(() => browser.close());
afterAll(() => fixture.close());

const open = (orgId: string, path: string): Promise<WatchedPage> =>
  browser.signedIn(fixture.service, orgId, ['sync:admin'], { path: `/o/${orgId}${path}` });

const part = (page: Page, name: string) => page.getByRole('region', { name });

const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };

/** Ada is twice in the Odoo, so that a person has to say which one she is. */
function addAmbiguousAda({ shop, odoo }: TwoSystems): string {
  for (const name of ['A', 'B']) odoo.admin.create('res.partner', { name, email: ADA.email, customer_rank: 1 });
  return String(shop.admin.createCustomer(ADA).id);
}

describe('Each end of a connection', () => {
  it("An ERP's page shows what is written to it", () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: { customers: 2 }, odoo: { version: 19 } }, async (systems) => {
      const { shopId, odooId, there } = systems;
      for (let n = 0; n < 2; n += 1) await fixture.run(org, there('customer'));
      const { source_connection_id: _, ...ends } = there('customer');
      const schedule = { ...ends, mode: 'incremental', cron: '*/15 * * * *' };
      expect((await fixture.call(org, 'POST', `/connections/${shopId}/schedules`, schedule)).status).toBe(201);

      const watched = await open(org, `/connections/${odooId}`);
      const { page } = watched;
      const written = part(page, 'Written to it');
      await written.getByRole('row').nth(2).waitFor();
      expect(await written.getByRole('row').count()).toBe(3);
      expect(await written.getByRole('list', { name: 'Schedules' }).innerText()).toMatch(
        /Customers from shop[\s\S]*Next/,
      );
      const read = part(page, 'Read from it');
      await read.getByText('Nothing has been read from it, and no schedule reads from it.').waitFor();
      expect(await read.getByRole('row').count()).toBe(0);
      await watched.screenshot('connection-of-a-destination');
      expect(await watched.axe()).toEqual([]);

      await page.goto(`${fixture.service.url}/o/${org}/connections/${shopId}`);
      await part(page, 'Read from it').getByRole('list', { name: 'Schedules' }).waitFor();
      await part(page, 'Written to it')
        .getByText('Nothing has been written to it, and no schedule writes to it.')
        .waitFor();
      expect(watched.complaints).toEqual([]);
    });
  });
});

describe('A preview', () => {
  it('A preview that is ready before the page of its run is leads to it all the same', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: { customers: 3 }, odoo: { version: 19 } }, async ({ shopId, there }) => {
      await fixture.run(org, there('customer'));
      const { page } = await open(org, `/connections/${shopId}`);
      await page.route('**/api/sync/runs/run-*', async (route) => {
        await fixture.ended(org, new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
        await route.continue();
      });
      await page.getByRole('button', { name: /^Preview customers to odoo/ }).click();
      await page.getByRole('heading', { name: 'Preview of customers' }).waitFor();
    });
  });

  it('A finished preview is applied in one step from where one is', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: { customers: 50 }, odoo: { version: 19 } }, async (systems) => {
      const { shop, odoo, shopId, odooId, there } = systems;
      await fixture.run(org, there('customer'));
      const people = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer');
      for (const { id } of people.slice(0, 4)) shop.admin.deleteCustomer(id);
      for (const { id, billing } of people.slice(4, 13))
        shop.admin.updateCustomer(id, { billing: { ...billing, city: 'Chur' } });
      for (const { id, email, billing } of people.slice(13, 16)) {
        shop.admin.updateCustomer(id, { billing: { ...billing, phone: '+41 31 000 00 01' } });
        const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', email]]);
        odoo.admin.write('res.partner', [partner], { phone: '+41 31 000 00 02' });
      }
      for (let n = 0; n < 31; n += 1) shop.admin.createCustomer({ ...ADA, email: `new-${n}@shop.example` });
      const watched = await open(org, `/connections/${shopId}`);
      const { page } = watched;
      let clicks = 0;
      const click = async (name: string | RegExp) => {
        clicks += 1;
        await page.getByRole('button', { name }).click();
      };
      // What was synced once is previewed again by one press.
      await click(/^Preview customers to odoo/);
      await page.getByRole('heading', { name: 'Preview of customers' }).waitFor();
      const sentence = /^Create 31, update 9, archive 4 in “odoo .*”; 3 conflicts are left alone$/;
      const apply = page.getByRole('button', { name: sentence });
      await apply.waitFor();
      expect(await apply.getAttribute('class')).toContain('button-danger');
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await watched.screenshot(`preview-to-apply-${width}`);
        expect(await watched.axe()).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
          .toBe(false);
      }
      await click(sentence);
      await page.waitForURL(/\/syncs\/run-/);
      const syncId = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
      expect(await fixture.ended(org, syncId)).toMatchObject({ kind: 'apply', counts: { created: 31, updated: 9 } });
      expect(clicks).toBe(2);
      const { body } = await fixture.call(org, 'GET', `/runs?destination_id=${odooId}&limit=5`);
      const preview = body.items.find(({ kind }: { kind: string }) => kind === 'preview');
      await page.goto(`${fixture.service.url}/o/${org}/syncs/${preview.sync_id}`);
      await page.getByRole('list', { name: 'Items' }).locator('> li').nth(2).waitFor();
      expect(await page.getByText('Every item succeeded').count()).toBe(0);
      expect(watched.complaints).toEqual([]);
    });
  });
});

describe('What a person has to decide', () => {
  it('A run with open conflicts does not look clean', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async (systems) => {
      const customer = addAmbiguousAda(systems);
      const run = await fixture.run(org, systems.there('customer'));
      const watched = await open(org, '/live');
      const { page } = watched;
      const visit = (path: string) => page.goto(`${fixture.service.url}/o/${org}${path}`);
      await page.locator('.recent').getByText('completed, 1 conflict').waitFor();
      // Also one that has just ended says from where to where it went.
      await page
        .locator('.sync-card', { hasText: run.sync_id })
        .getByText(/^shop .* → odoo /)
        .waitFor();
      await watched.screenshot('conflicts-live');
      for (const path of ['/activity', '/syncs', `/syncs/${run.sync_id}`]) {
        await visit(path);
        await page.getByText('completed, 1 conflict').first().waitFor();
        expect(await watched.axe()).toEqual([]);
      }
      await page.getByRole('list', { name: 'Items' }).getByText(customer).first().waitFor();
      for (const id of [systems.shopId, systems.odooId]) {
        await visit(`/connections/${id}`);
        await page.getByRole('link', { name: '1 open conflict' }).waitFor();
        await page.getByText('completed, 1 conflict').waitFor();
      }
      await watched.screenshot('conflicts-connection');
      await page.getByRole('link', { name: '1 open conflict' }).click();
      await page.getByRole('heading', { level: 1, name: 'Conflicts' }).waitFor();
      await page.getByRole('link', { name: customer }).waitFor();
      await visit('/connections');
      await page.getByRole('link', { name: '1 open conflict' }).first().waitFor();
      expect(watched.complaints).toEqual([]);
    });
  });
});
