import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../previews/reconcile.support.ts';
import { newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { TestBrowser } from './support/test-browser.ts';

// A run that left items for a person to decide is counted, and is not green, wherever counts of a run stand, until somebody decides.

let fixture: RunsFixture;
let browser: TestBrowser;
beforeAll(async () => {
  [fixture, browser] = await Promise.all([RunsFixture.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

const ADA = { email: 'ada@shop.example', first_name: 'Ada', last_name: 'Example' };
type Run = Awaited<ReturnType<RunsFixture['run']>>;
type Settle = (org: string, systems: TwoSystems, first: Run) => Promise<Run>;
const SYSTEMS = { shop: {}, odoo: { version: 19 as const } };

/** Ada is twice in the Odoo, so that a person has to say which one she is. Returns her id in the shop, and one of the entries. */
function addAmbiguousAda({ shop, odoo }: TwoSystems): { customer: string; partner: string } {
  const [partner] = ['A', 'B'].map((name) =>
    odoo.admin.create('res.partner', { name, email: ADA.email, customer_rank: 1 }),
  );
  return { customer: String(shop.admin.createCustomer(ADA).id), partner: String(partner) };
}

describe('A conflict', () => {
  it('is counted on each page where counts of a run stand', { timeout: 180_000 }, () => {
    const org = newOrgName();
    return withSystems(fixture, org, SYSTEMS, async (systems) => {
      addAmbiguousAda(systems);
      const watched = await browser.signedIn(fixture.service, org, ['sync:admin'], { path: `/o/${org}/live` });
      const { page } = watched;
      await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
      // The page is open when the run begins and ends.
      const run = await fixture.run(org, systems.there('customer'));
      const card = page.locator(`.sync-card[data-sync-id="${run.sync_id}"]`);
      await card.getByText('Completed, 1 conflict').waitFor();
      expect(await card.getAttribute('data-status')).toBe('attention');
      const visit = (path: string) => page.goto(`${fixture.service.url}/o/${org}${path}`);
      await visit('/live?view=table');
      await page.locator('.live-status-attention', { hasText: 'Completed, 1 conflict' }).waitFor();

      const { there, shopId } = systems;
      const { source_connection_id: _, ...wanted } = there('customer');
      const preview = await fixture.call(org, 'POST', `/connections/${shopId}/preview`, { ...wanted, mode: 'full' });
      await fixture.ended(org, preview.body.sync_id);
      const compared = await reconcile(fixture, org, there('customer'));
      const amber = page.locator('.badge-warn', { hasText: 'completed, 1 conflict' });
      for (const syncId of [run.sync_id, preview.body.sync_id, compared.syncId]) {
        await visit(`/syncs/${syncId}`);
        await amber.first().waitFor();
      }
      for (const path of ['/syncs', '/activity', `/connections/${shopId}`]) {
        await visit(path);
        await amber.nth(2).waitFor();
        expect(await amber.count()).toBe(3);
      }
      await visit('/previews');
      await page.getByText('1 in conflict').first().waitFor();
      await visit('/trends');
      await page.locator('.trends-conflicts', { hasText: '1 with conflicts' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search and act' }).fill(run.sync_id);
      await page.getByRole('option', { name: /completed, 1 conflict/ }).waitFor();
      expect(watched.complaints).toEqual([]);
    });
  });

  it.each<[string, Settle]>([
    ['a sync settles it', (org, { there }) => fixture.run(org, there('customer'))],
    [
      'a retry of what failed settles it',
      async (org, _, { sync_id }) => {
        const path = `/o/${org}/syncs/${sync_id}`;
        const { page } = await browser.signedIn(fixture.service, org, ['sync:write'], { path });
        await page.getByRole('button', { name: 'Retry failed' }).click();
        await page.waitForURL((url) => !url.pathname.endsWith(sync_id));
        const retry = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
        const ended = await fixture.ended(org, retry);
        expect(ended).toMatchObject({ kind: 'retry', of_sync_id: sync_id });
        await page.locator('.badge-good', { hasText: 'completed' }).waitFor();
        return ended;
      },
    ],
  ])('leaves the pages that are open when %s', { timeout: 180_000 }, (_, settle) => {
    const org = newOrgName();
    return withSystems(fixture, org, SYSTEMS, async (systems) => {
      const { customer, partner } = addAmbiguousAda(systems);
      const first = await fixture.run(org, systems.there('customer'));
      const open = async (path: string): Promise<Page> =>
        (await browser.signedIn(fixture.service, org, ['sync:admin'], { path: `/o/${org}${path}` })).page;
      const overview = await open('/overview');
      const connection = await open(`/connections/${systems.odooId}`);
      const counts = [
        overview.getByRole('link', { name: '1 conflict to decide' }),
        overview.getByRole('link', { name: '1 item asks which entry it is' }),
        connection.getByRole('link', { name: '1 open conflict' }),
      ];
      for (const count of counts) await count.waitFor();
      const { body } = await fixture.call(org, 'PUT', `/connections/${systems.shopId}/bindings`, {
        ...{ entity_type: 'customer', with: systems.odooId },
        bindings: [{ external_id: customer, with_external_id: partner }],
      });
      expect(body).toMatchObject({ results: [{ outcome: 'linked' }] });
      const settled = await settle(org, systems, first);
      expect(settled.counts.conflict ?? 0).toBe(0);
      for (const count of counts) await count.waitFor({ state: 'detached' });
      await overview.getByRole('link', { name: /^Customer of shop .*: fresh$/ }).waitFor();
      const conflicts = await open('/conflicts');
      await conflicts.getByRole('heading', { name: 'No open conflicts' }).waitFor();
    });
  });
});
