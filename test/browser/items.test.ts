import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { openPreview } from './support/open-preview.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-item-page';
let fixture: RunsFixture;
let browser: TestBrowser;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterEach(() => browser.close());
afterAll(() => fixture.close());

it('A run is taken back through its preview, and each item tells what became of it', () =>
  withSystems(fixture, ORG, { shop: { customers: 3 }, odoo: { version: 19 } }, async ({ shop, there }) => {
    await fixture.run(ORG, there('customer'));
    const [ann] = shop.state().customers();
    shop.admin.updateCustomer(ann?.id ?? 0, { billing: { ...ann?.billing, city: 'Chur' } });
    const run = await fixture.run(ORG, there('customer'));
    const watched = await browser.signedIn(fixture.service, ORG, ['sync:write'], {
      path: `/o/${ORG}/syncs/${run.sync_id}`,
    });
    const { page } = watched;
    await page.getByRole('button', { name: 'Undo …' }).click();
    await watched.screenshot('undo-dialog');
    await page.getByRole('button', { name: 'Compute the preview' }).click();
    await openPreview(page, page.getByText('This preview takes back what a sync changed'));
    await watched.screenshot('undo-preview');
    await page.getByRole('button', { name: /^Update 1 in / }).click();
    await page.getByRole('link', { name: 'The sync that it takes back' }).waitFor();
    const item = page.getByRole('list', { name: 'Changes' }).getByRole('link', { name: String(ann?.id) });
    await item.click();
    const history = page.getByRole('list', { name: 'History' });
    await history.waitFor();
    await watched.screenshot('item-history');
    const titles = await history.locator('.timeline-title').allTextContents();
    expect(titles.map((title) => title.split(' in ', 1)[0])).toEqual(['Changed', 'Changed', 'Created']);
    expect(await watched.axe()).toEqual([]);
  }));

it('An item is found in each system, tried again, linked, unlinked and taken back from its page', () => {
  const org = newOrgName();
  return withSystems(fixture, org, { shop: {}, odoo: { version: 19 } }, async ({ shop, odoo, shopId, there }) => {
    const email = 'ada@shop.example';
    const [right = 0] = ['A', 'B'].map((name) => odoo.admin.create('res.partner', { name, email, customer_rank: 1 }));
    const id = String(shop.admin.createCustomer({ email, first_name: 'Ada', last_name: 'Example' }).id);
    await fixture.run(org, there('customer'));
    const path = `/o/${org}/items?${new URLSearchParams({ entity_type: 'customer', external_id: id, connection_id: shopId })}`;
    const watched = await browser.signedIn(fixture.service, org, ['sync:admin'], { path });
    const { page } = watched;
    const history = page.getByRole('list', { name: 'History' });
    await history.getByText('Not written: a conflict').waitFor();
    const record = page.getByRole('region', { name: 'The record' });
    await record.getByText(email).waitFor();
    const systems = page.getByRole('list', { name: 'Systems' });
    expect(await systems.getByRole('link', { name: /^Open it in shop/ }).getAttribute('href')).toBe(
      `${shop.url}/wp-admin/user-edit.php?user_id=${id}`,
    );

    await page.getByRole('button', { name: 'Link …' }).click();
    await page.getByLabel(/^Its id in “odoo/).fill('999999');
    await page.getByRole('button', { name: 'Link them' }).click();
    await page.getByText(/^There is no customer 999999/).waitFor();
    await watched.screenshot('item-link-dialog');
    expect(await watched.axe()).toEqual([]);
    // What was typed is still there after a refusal.
    expect(await page.getByLabel(/^Its id in “odoo/).inputValue()).toBe('999999');
    await page.getByLabel(/^Its id in “odoo/).fill(String(right));
    await page.getByRole('button', { name: 'Link them' }).click();
    await systems.getByText('linked', { exact: true }).waitFor();
    expect(await systems.getByRole('link', { name: /^Open it in odoo/ }).getAttribute('href')).toBe(
      `${odoo.url}/web#id=${right}&model=res.partner&view_type=form`,
    );

    await history.getByRole('button', { name: 'Try again' }).click();
    await page.waitForURL(/\/syncs\/run-/);
    const retried = await fixture.ended(org, decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? ''));
    expect(retried).toMatchObject({ kind: 'retry', counts: { updated: 1 } });
    await page.goto(fixture.service.url + path);
    await history.getByText('Changed in odoo').waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await watched.screenshot(`item-story-${width}`);
      expect(await watched.axe()).toEqual([]);
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
        .toBe(false);
    }

    await history.getByRole('button', { name: 'Take back …' }).click();
    await openPreview(page, page.getByRole('button', { name: /^Update 1 in “odoo/ }));
    await page.goto(fixture.service.url + path);
    await page.getByRole('button', { name: /^Unlink/ }).click();
    await page.getByText('Nothing is deleted in either system').waitFor();
    await watched.screenshot('item-unlink-dialog');
    await page.getByRole('button', { name: 'Unlink them' }).click();
    await systems.getByText('not linked any more').waitFor();
    expect(watched.complaints).toEqual([]);
  });
});
