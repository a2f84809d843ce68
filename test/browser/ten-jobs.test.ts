import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERP, insertConnections, insertSyncs, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';
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
    await click(page.getByRole('link', { name: 'Trends' }));
    await page.getByRole('heading', { name: 'Slow syncs' }).waitFor();
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('everything that a user did is listed', async () => {
    await click(page.getByRole('link', { name: 'Syncs', exact: true }));
    await click(page.getByLabel('User'));
    await page.keyboard.type('ann@ops.example');
    await page.keyboard.press('Enter');
    await waitFor('hers alone', async () => (await page.locator('tr[data-sync-id]').count()) === 1);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('what a sync would do is computed', async () => {
    await command('preview main', /^Preview: Main Shop/);
    await page.getByRole('dialog', { name: /preview/i }).waitFor();
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
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator(`tr[data-sync-id="${LAST_NIGHT}"]`).waitFor();
    expect(await other.locator('tr[data-sync-id]').count()).toBe(1);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  });
});
