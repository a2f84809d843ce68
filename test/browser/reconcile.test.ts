import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-reconcile-page';

let fixture: RunsFixture;
let browser: TestBrowser;
beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

it('Both ends are compared from the page of a connection, made equal, and then the page says so', () =>
  withSystems(
    fixture,
    ORG,
    { shop: { customers: 20 }, odoo: { version: 19 } },
    async ({ shop, odoo, shopId, there }) => {
      const customers = there('customer');
      await fixture.run(ORG, customers);
      const [moved, gone] = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer');
      const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', moved?.email ?? '']]);
      odoo.admin.write('res.partner', [partner], { phone: '+41 31 000 00 02', city: 'Sankt Gallen West' });
      shop.admin.deleteCustomer(gone?.id ?? 0);
      shop.admin.createCustomer({ email: 'zoe@shop.example', first_name: 'Zoe', last_name: 'New' });

      const path = `/o/${ORG}/connections/${shopId}`;
      const watched = await browser.signedIn(fixture.service, ORG, ['sync:write'], { path });
      const { page } = watched;
      const compare = async () => {
        await page.getByRole('button', { name: 'Compare' }).click();
        await page.getByLabel('To', { exact: true }).selectOption(customers.destination.connection_id);
        await page.getByRole('dialog').getByRole('button', { name: 'Compare' }).click();
        await page.waitForURL(/\/syncs\/run-/);
      };
      await compare();
      await page.getByText('3 items are not equal.').waitFor();
      const list = page.getByRole('list', { name: 'Differences' });
      await list.getByRole('row', { name: /Sankt Gallen West/ }).waitFor();
      expect(await list.locator('> li').count()).toBe(3);
      // Each leads to its item, where a person can link it; the rest of the page speaks of a comparison, too.
      expect(await list.getByRole('link').count()).toBe(3);
      await page.getByText(/^Comparison completed: \d+ items looked at, nothing written$/).waitFor();
      await page.getByText('None. Every item was read.').waitFor();
      await page.getByText(/Not carried over, and so not compared: /).waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await watched.screenshot(`reconcile-${width}`);
        expect(await watched.axe()).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByRole('button', { name: 'Only at the destination' }).click();
      await page.waitForURL(/difference=missing_at_source/);
      await expect.poll(() => list.locator('> li').count()).toBe(1);

      await page.getByRole('link', { name: 'Make the destination as the source is' }).click();
      await page.getByRole('button', { name: / in “odoo / }).click();
      await page.waitForURL(/\/syncs\/run-/);
      const syncId = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
      expect(await fixture.ended(ORG, syncId)).toMatchObject({ kind: 'apply', progress: { failed_count: 0 } });

      await page.goto(`${fixture.service.url}${path}`);
      await compare();
      await page.getByText(/Both ends are equal: \d+ items/).waitFor();
      await watched.screenshot('reconcile-equal');
      expect(watched.complaints).toEqual([]);
    },
  ));
