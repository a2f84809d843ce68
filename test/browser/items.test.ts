import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-item-page';
let fixture: RunsFixture;
let browser: TestBrowser;

beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

it('A run is taken back through its preview, and each item tells what became of it', () =>
  withSystems(fixture, ORG, { shop: { customers: 3 }, odoo: { version: 19, partners: 0 } }, async ({ shop, there }) => {
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
    // Whoever waits is led there; whoever comes when it is ready has a button.
    const ready = page.getByRole('link', { name: 'Open the preview' });
    const preview = page.getByText('This preview takes back what a sync changed');
    await ready.or(preview).first().waitFor();
    if (await ready.isVisible()) await ready.click();
    await preview.waitFor();
    await watched.screenshot('undo-preview');
    await page.getByRole('button', { name: /^Update 1 in / }).click();
    await page.getByRole('link', { name: 'The sync that it takes back' }).waitFor();
    const item = page.getByRole('list', { name: 'Changes' }).getByRole('link', { name: String(ann?.id) });
    await item.click();
    const history = page.getByRole('list', { name: 'History' });
    await history.waitFor();
    await watched.screenshot('item-history');
    await page.setViewportSize({ width: 390, height: 844 });
    await watched.screenshot('item-history-390');
    const titles = await history.locator('.timeline-title').allTextContents();
    expect(titles.map((title) => title.split(' in ', 1)[0])).toEqual(['Changed', 'Changed', 'Created']);
    expect(await watched.axe()).toEqual([]);
  }));
