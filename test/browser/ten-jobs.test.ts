import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERP, insertConnections, insertSyncs, SHOP } from '../console/console.fixture.ts';
import { RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';
import { insertTrail, noon } from './support/trail.data.ts';
import type { WatchedPage } from './support/watched.page.ts';

// What an operator does again and again, from the first page on: each in three clicks, or one command of the palette.

const ORG = 'org-jobs';
const MOST_CLICKS = 3;
/** As the service names its runs. */
const LAST_NIGHT = 'run-00000000-0000-4000-8000-000000000007';

let service: TestService;
let browser: TestBrowser;
let watched: WatchedPage;
let page: Page;
let clicks = 0;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
  const run = { source: SHOP, destination: ERP };
  await insertSyncs(service, ORG, [
    { sync_id: LAST_NIGHT, ...run, entity_type: 'order', status: 'failed', hours_ago: 8, failed_count: 1 },
    { sync_id: 'of-ann', initiated_by: 'ann@ops.example', status: 'completed', hours_ago: 1 },
    { sync_id: 'of-ben', initiated_by: 'ben@ops.example', status: 'completed', hours_ago: 1 },
    { sync_id: 'running', ...run },
  ]);
  await sql(
    service.database.superuserUrl,
    `UPDATE sync_connections SET system = 'odoo', status = 'failing', last_error = 'The system responded with 401.' WHERE id = '${ERP}';
     INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
     VALUES ('${ORG}', '${LAST_NIGHT}', '1007', 'failed', 'customer_missing', 'The customer of the order is not in Odoo.');
     INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
     VALUES ('${ORG}', '${SHOP}', 'order', '1007', '{"number": "R-1007"}', 'h', 1),
            ('${ORG}', '${SHOP}', 'customer', '12', '{"email": "ada@shop.example"}', 'h', 2)`,
  );
  const done = { status: 'completed' } as const;
  const ended = { ...done, activity_type: 'sync_completed', entity_type: 'order', duration_seconds: 60 };
  await insertTrail(service, ORG, [
    ...[6, 5, 4, 3, 2].map((day) => ({ ...ended, created_at: noon(day), source_system: 'datev', record_count: 1_000 })),
    { ...ended, sync_id: 'slow-today', source_system: 'datev', record_count: 200 },
    { ...done, activity_type: 'pause_requested', user_id: 'ann@ops.example', sync_id: 'of-ann' },
    { ...done, activity_type: 'connection_changed', user_id: 'ann@ops.example' },
    { ...done, activity_type: 'connection_changed', user_id: 'ben@ops.example' },
  ]);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});
beforeEach(async () => {
  watched = await browser.signedIn(service, ORG, ['sync:write'], { path: `/o/${ORG}/overview` });
  ({ page } = watched);
  await page.getByRole('link', { name: 'Order of Main Shop: failing' }).waitFor();
  clicks = 0;
});

const click = async (target: Locator) => {
  clicks += 1;
  await target.click();
};

/** Types into the palette and takes what it offers: one command. */
const command = async (text: string, option: RegExp) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search and act' }).fill(text);
  await page.getByRole('option', { name: option }).waitFor();
  await click(page.getByRole('option', { name: option }));
};

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('From the first page, in three clicks or one command,', () => {
  it('why last night’s sync failed is read', async () => {
    await click(page.getByRole('link', { name: 'Order of Main Shop: failing' }));
    await page.getByText('The customer of the order is not in Odoo.').first().waitFor();
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('only what failed is tried again', async () => {
    await click(page.getByRole('link', { name: 'Order of Main Shop: failing' }));
    await page.getByRole('button', { name: 'Retry failed' }).waitFor();
    await click(page.getByRole('button', { name: 'Retry failed' }));
    await waitFor('a sync of it has begun', async () => {
      const retries = await sql(
        service.database.superuserUrl,
        `SELECT FROM sync_runs WHERE org_id = '${ORG}' AND kind = 'retry' AND of_sync_id = '${LAST_NIGHT}'`,
      );
      return retries.length === 1;
    });
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('the connection that is unhealthy is seen, and opened', async () => {
    await page.getByText('The last check failed: The system responded with 401.').waitFor();
    await click(page.getByRole('link', { name: 'Back office', exact: true }));
    await heading('Back office');
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('whether today is slower is read', async () => {
    await command('slow', /^Slow syncs$/);
    const slow = page.getByRole('region', { name: 'Slow syncs' }).getByRole('listitem');
    await slow.getByText('20% of usual').waitFor();
    expect(await slow.getByRole('link').getAttribute('href')).toBe(`/o/${ORG}/syncs/slow-today`);
    // The command leads to what it names, below the charts.
    await expect.poll(() => slow.evaluate((row) => row.getBoundingClientRect().top < window.innerHeight)).toBe(true);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('everything that a user did is listed', async () => {
    // What she did is in the trail, and not only the syncs that she began.
    await command('ann@ops', /^Activity with “ann@ops”/);
    await waitFor('hers alone', async () => (await page.locator('.trail-open').count()) === 3);
    expect(await page.locator('td.trail-user').allInnerTexts()).toEqual(Array(3).fill('ann@ops.example'));
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('everything of one shop is paused', async () => {
    await command('pause main', /Pause everything of Main Shop/);
    await page.getByText('Main Shop is paused.').waitFor();
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
    await sql(service.database.superuserUrl, `UPDATE sync_connections SET paused_at = NULL, paused_by = NULL`);
  });

  it('a customer is found by e-mail', async () => {
    await command('ada@', /Customer ada@shop.example/);
    await heading('Customer 12');
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('what happened to an order is read', async () => {
    await command('R-1007', /Order R-1007/);
    await page.getByText('The customer of the order is not in Odoo.').waitFor();
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('what is seen is shared with a colleague: the address shows the same', async () => {
    await click(page.getByRole('link', { name: '1 sync with failures in 24 hours' }));
    await page.locator(`tr[data-sync-id="${LAST_NIGHT}"]`).waitFor();
    const { pathname, search } = new URL(page.url());
    const { page: other } = await browser.signedIn(service, ORG, ['sync:read'], { path: pathname + search });
    await other.locator(`tr[data-sync-id="${LAST_NIGHT}"]`).waitFor();
    expect(await other.locator('tr[data-sync-id]').count()).toBe(1);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('what would be deleted is read, and applied', async () => {
    const fixture = await RunsFixture.start();
    const org = 'org-deletes';
    await withSystems(
      fixture,
      org,
      { shop: { customers: 20 }, odoo: { version: 19 } },
      async ({ shop, there, shopId }) => {
        await fixture.run(org, there('customer'));
        const [gone, changed] = shop
          .state()
          .customers()
          .filter(({ role }) => role === 'customer');
        shop.admin.deleteCustomer(gone?.id ?? 0);
        // Beside other changes, what would be deleted is still what is seen first.
        shop.admin.updateCustomer(changed?.id ?? 0, { billing: { phone: '+49 221 4711' } });
        shop.admin.createCustomer({ email: 'zoe@shop.example', first_name: 'Zoe', last_name: 'New' });
        const { name } = (await fixture.call(org, 'GET', `/connections/${shopId}`)).body;
        const path = `/o/${org}/overview`;
        ({ page } = await browser.signedIn(fixture.service, org, ['sync:write'], { path }));
        await click(page.getByRole('link', { name, exact: true }));
        await click(page.getByRole('button', { name: /^Preview customers to odoo/ }));
        await page
          .getByRole('list', { name: 'Changes: delete' })
          .getByText(gone?.email ?? '')
          .first()
          .waitFor();
        await click(page.getByRole('button', { name: /^Create 1, update 1, archive 1 in “odoo/ }));
        await page.waitForURL(/\/syncs\/run-/);
        const syncId = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
        expect(await fixture.ended(org, syncId)).toMatchObject({
          kind: 'apply',
          counts: { created: 1, updated: 1, deleted: 1 },
        });
        expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
      },
    );
    await fixture.close();
  });
});
