import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';

let fixture: RunsFixture;
let browser: TestBrowser;
beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterEach(() => browser.close());
afterAll(() => fixture.close());

describe('The page of a connection', () => {
  it('has its checks, its webhooks and what the organization has used, and schedules are edited where they stand', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: { customers: 2 }, odoo: { version: 19 } }, async ({ shopId, there }) => {
      const { source_connection_id: _, ...ends } = there('customer');
      const body = { ...ends, mode: 'incremental', cron: '*/15 * * * *', time_zone: 'UTC' };
      await fixture.call(org, 'POST', `/connections/${shopId}/schedules`, body);
      const path = `/o/${org}/connections/${shopId}`;
      const watched = await browser.signedIn(fixture.service, org, ['sync:admin'], { path });
      const { page } = watched;
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByRole('list', { name: 'Last checks' }).getByText('passed').waitFor();
      await page.getByRole('region', { name: 'Webhooks' }).getByText('/api/sync/hooks/').waitFor();
      const quotas = page.getByRole('list', { name: 'Quotas' });
      await quotas.getByText('2 of ').first().waitFor();

      const edit = page.getByRole('button', { name: /^Edit the schedule of/ });
      await edit.focus();
      await page.keyboard.press('Enter');
      const form = page.getByRole('region', { name: /^Schedule of Customers/ });
      expect(await form.getByLabel('What it reads').evaluate((element) => element === document.activeElement)).toBe(
        true,
      );
      await form.getByLabel('Cron expression').fill('0 3 * *');
      await form.getByRole('button', { name: 'Save schedule' }).click();
      await form.getByText('Must have five fields').waitFor();
      // What was typed is kept.
      expect(await form.getByLabel('Cron expression').inputValue()).toBe('0 3 * *');
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await watched.screenshot(`connection-page-${width}`);
        expect(await watched.axe()).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
          .toBe(false);
      }
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
      expect(await edit.evaluate((element) => element === document.activeElement)).toBe(true);
      await edit.click();
      await form.getByLabel('Cron expression').fill('30 7 * * 1-5');
      await form.getByRole('button', { name: 'Save schedule' }).click();
      await page.getByText('Monday to Friday at 07:30').waitFor();
      const refusals = watched.complaints.filter((text) => !/422.*\/schedules\//.test(text));
      expect(refusals).toEqual([]);
    });
  });

  it('leads to what a first sync would match, where a person decides', () => {
    const org = newOrgName();
    return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, odoo, shopId, odooId }) => {
      const email = 'ada@shop.example';
      const [, second = 0] = ['A', 'B'].map((name) =>
        odoo.admin.create('res.partner', { name, email, customer_rank: 1 }),
      );
      shop.admin.createCustomer({ email, first_name: 'Ada', last_name: 'Example' });
      shop.admin.createCustomer({ email: 'ben@shop.example', first_name: 'Ben', last_name: 'New' });
      const path = `/o/${org}/connections/${shopId}`;
      const watched = await browser.signedIn(fixture.service, org, ['sync:admin'], { path });
      const { page } = watched;
      await page.getByRole('link', { name: 'What would match' }).click();
      await page.getByLabel('What', { exact: true }).selectOption('customer');
      await page.getByLabel('Looked for in').selectOption(odooId);
      const items = page.getByRole('list', { name: 'Items' });
      await items.getByText('is created').waitFor();
      await items.getByText('you decide').waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await watched.screenshot(`matches-${width}`);
        expect(await watched.axe()).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
          .toBe(false);
      }
      await page.getByRole('button', { name: `It is this one: Ada Example is ${second}` }).click();
      await items.getByText(`linked with ${second}`).waitFor();
      const bound = await fixture.call(
        org,
        'GET',
        `/connections/${shopId}/bindings?with=${odooId}&entity_type=customer`,
      );
      expect(bound.body.items).toMatchObject([{ with_external_id: String(second) }]);
      expect(watched.complaints).toEqual([]);
    });
  });
});
