import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERP, insertConnections, insertSyncs, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';

const ORG = 'org-console';

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
  const run = { source: SHOP, destination: ERP };
  await insertSyncs(service, ORG, [
    { sync_id: 'run-good', ...run, status: 'completed', hours_ago: 2, processed_count: 120 },
    { sync_id: 'run-bad', ...run, entity_type: 'order', status: 'failed', hours_ago: 3, failed_count: 4 },
    { sync_id: 'run-conflict', ...run, status: 'completed', hours_ago: 1, counts: { conflict: 1 } },
    { sync_id: 'nightly-1', initiated_by: 'Ann@ops.example', source_system: 'warehouse' },
    { sync_id: 'nightly-2', initiated_by: 'Ann@ops.example', source_system: 'warehouse' },
  ]);
  await sql(
    service.database.superuserUrl,
    `INSERT INTO sync_refusals (org_id, entity_type, source_connection_id, destination_connection_id, external_id, error_class, message, is_conflict)
     VALUES ('${ORG}', 'customer', '${SHOP}', '${ERP}', '4711', 'changed_on_both_sides', 'Both sides changed billing.city since the last sync.', true);
     INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message, payload)
     VALUES ('${ORG}', 'run-conflict', '4711', 'skipped', 'changed_on_both_sides', 'm',
             '{"destination_id": "88", "fields": [{"field": "billing.city", "old": "Bern", "new": "Basel"}]}');
     INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
     VALUES ('${ORG}', '${SHOP}', 'customer', '4711', '{"email": "ada@shop.example"}', 'h', 1)`,
  );
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const open = (path: string, options = {}): Promise<WatchedPage> =>
  browser.signedIn(service, ORG, ['sync:write'], { path: `/o/${ORG}${path}`, ...options });

const pathOf = (page: Page) => {
  const { pathname, search } = new URL(page.url());
  return decodeURIComponent(pathname.replace(`/o/${ORG}`, '') + search);
};
const rows = (page: Page) => page.locator('.syncs-table tr[data-sync-id]');
const idsOf = (page: Page) => rows(page).evaluateAll((all) => all.map((one) => one.getAttribute('data-sync-id')));

describe('The overview', () => {
  it('shows what needs a person and how each connection stands, and each figure leads to its list', async () => {
    const watched = await open('');
    const { page } = watched;
    await page.getByRole('link', { name: '1 sync with failures in 24 hours' }).waitFor();
    expect(pathOf(page)).toBe('/overview');
    await page.getByRole('link', { name: '1 conflict to decide' }).waitFor();
    await page.getByRole('link', { name: 'Order of Main Shop: failing' }).waitFor();
    for (const figure of ['3 syncs in 24 hours', '1 with failures', '1 met conflicts'])
      await page.getByRole('link', { name: `Main Shop: ${figure}` }).waitFor();
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('overview');

    await page.getByRole('link', { name: '1 sync with failures in 24 hours' }).click();
    await waitFor('the failed one is listed', async () => (await idsOf(page)).join() === 'run-bad');
    await page.goBack();
    await page.getByRole('link', { name: '1 conflict to decide' }).click();
    await page.getByRole('heading', { level: 1, name: 'Conflicts' }).waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

describe('The list of all syncs', () => {
  it('is searched, sorted and filtered by its address, and a view of it is saved', async () => {
    const watched = await open('/syncs');
    const { page } = watched;
    await rows(page).nth(4).waitFor();
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('syncs');

    await page.getByLabel('Search').fill('ANN@');
    await page.keyboard.press('Enter');
    await waitFor('those of Ann are listed', async () => (await rows(page).count()) === 2);
    expect(pathOf(page)).toBe('/syncs?q=ANN@');
    await page.getByRole('button', { name: 'Save this view' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Of Ann');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await rows(page).nth(4).waitFor();
    await page.getByRole('link', { name: 'Of Ann' }).click();
    await waitFor('those of Ann are listed again', async () => (await rows(page).count()) === 2);

    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.getByRole('button', { name: 'Ended' }).click();
    await waitFor('the last to end stands first', async () => (await idsOf(page))[0] === 'run-conflict');
    expect(pathOf(page)).toBe('/syncs?sort=-completed_at');
    expect(watched.complaints).toEqual([]);
  });

  it('follows what runs without a reload', async () => {
    const { page } = await open('/syncs?q=nightly-1');
    await page.getByText('0', { exact: true }).first().waitFor();
    await sql(
      service.database.superuserUrl,
      `UPDATE sync_progress SET total_items = 500, processed_count = 137, updated_at = now() WHERE sync_id = 'nightly-1'`,
    );
    await page.getByText('137 of 500').waitFor();
  });

  it('pauses several at once after one question that names them', async () => {
    const watched = await open('/syncs?active=true');
    const { page } = watched;
    await rows(page).nth(1).waitFor();
    await page.getByLabel('Select all that are listed').check();
    await page.getByRole('button', { name: 'Pause 2' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause 2 syncs?' });
    for (const id of ['nightly-1', 'nightly-2']) await dialog.getByText(id, { exact: true }).waitFor();
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('syncs-bulk');
    await dialog.getByRole('button', { name: 'Pause 2 syncs' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('pause requested').nth(1).waitFor();
    const asked = await sql(
      service.database.superuserUrl,
      `SELECT sync_id, requested_by FROM sync_progress WHERE pause_requested ORDER BY sync_id`,
    );
    expect(asked).toEqual(['nightly-1', 'nightly-2'].map((sync_id) => ({ sync_id, requested_by: 'operator-1' })));
    expect(watched.complaints).toEqual([]);
  });

  it('offers nothing that writes to who may only read', async () => {
    const { page } = await browser.signedIn(service, ORG, ['sync:read'], { path: `/o/${ORG}/syncs` });
    await rows(page).first().waitFor();
    await waitFor('what may be done is known', async () => (await page.getByRole('checkbox').count()) === 0);
  });

  it('of a thousand has the rows of the window alone in the page', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ sync_id: `many-${n}`, status: 'completed', hours_ago: n }));
    await insertSyncs(service, 'org-many', many);
    const { page } = await browser.signedIn(service, 'org-many', ['sync:write'], { path: '/o/org-many/syncs' });
    await rows(page).first().waitFor();
    for (let round = 0; round < 6; round += 1) {
      await page.keyboard.press('End');
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    }
    expect(await rows(page).count()).toBeLessThan(80);
    const listed = Number(await page.locator('.syncs-table').getAttribute('aria-rowcount'));
    expect(listed).toBeGreaterThan(200);
  });
});

describe('The conflicts', () => {
  it('stand side by side with both versions, are filtered and exported', async () => {
    const watched = await open('/conflicts');
    const { page } = watched;
    const table = page.getByRole('table', { name: 'Fields of Customer 4711 that differ' });
    await table.waitFor();
    expect(await table.innerText()).toMatch(/In Back office\s+In Main Shop[\s\S]*billing.city\s+Bern\s+Basel/);
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('conflicts');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('conflicts.csv');
    await page.getByLabel('Entity type').selectOption('order');
    await page.getByRole('heading', { name: 'No conflict matches these filters' }).waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

describe('The command palette', () => {
  it('opens by Ctrl K anywhere and leads to a sync, a record by e-mail, or a page', async () => {
    const watched = await open('/trends');
    const { page } = watched;
    await page.getByRole('heading', { level: 1 }).waitFor();
    const ask = async (text: string, option: string | RegExp) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search and act' }).waitFor();
      // As people do, without a click into it.
      await page.keyboard.type(text);
      await page.getByRole('option', { name: option }).waitFor();
    };
    await ask('run-b', /run-bad$/);
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('palette');
    await page.keyboard.press('Enter');
    await waitFor('the sync is open', async () => pathOf(page) === '/syncs/run-bad');

    await ask('ada@', /Customer ada@shop.example/);
    await page.keyboard.press('Enter');
    await waitFor('the record is open', async () =>
      pathOf(page).startsWith('/items?entity_type=customer&external_id=4711'),
    );

    await ask('conflicts', 'Conflicts');
    await page.getByRole('option', { name: 'Conflicts', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Conflicts' }).waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it('takes the first that is left when those before it leave the list, and waits for what is not found yet', async () => {
    const { page } = await open('/trends');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and act' }).waitFor();
    await page.keyboard.type('run-');
    const found = page.getByRole('option', { name: /run-(conflict|good|bad)$/ });
    await waitFor('all three are offered', async () => (await found.count()) === 3);
    await page.keyboard.type('b');
    await waitFor('one is left', async () => (await found.count()) === 1);
    await page.keyboard.press('Enter');
    await waitFor('the sync is open', async () => pathOf(page) === '/syncs/run-bad');

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and act' }).waitFor();
    await page.keyboard.type('run-');
    await waitFor('all three are offered', async () => (await found.count()) === 3);
    await page.keyboard.type('good');
    await page.keyboard.press('Enter');
    await waitFor('what all of the text finds is open', async () => pathOf(page) === '/syncs/run-good');
  });

  it('pauses everything of a connection', async () => {
    const { page } = await open('/overview');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and act' }).fill('pause main');
    await page.getByRole('option', { name: /Pause everything of Main Shop/ }).click();
    await page.getByText('Main Shop is paused.').waitFor();
    // Whoever comes later sees why nothing of it runs.
    await page.locator('.health-row', { hasText: 'Main Shop' }).getByText('paused', { exact: true }).waitFor();
    await page.goto(`${service.url}/o/${ORG}/connections/${SHOP}`);
    await page.getByText('Everything of this connection is paused').waitFor();
    await page.getByRole('button', { name: 'Resume everything' }).click();
    await page.getByText('Everything of this connection is paused').waitFor({ state: 'detached' });
  });

  it('opens the dialog of a connection on its own page, too, once', async () => {
    const { page } = await open(`/connections/${SHOP}`);
    await page.getByRole('heading', { level: 1, name: 'Main Shop' }).waitFor();
    for (const [text, title] of [
      ['run main', 'Sync now from “Main Shop”'],
      ['preview main', 'Preview a sync from “Main Shop”'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search and act' }).fill(text);
      await page
        .getByRole('option', { name: /Main Shop$/ })
        .first()
        .click();
      await page.getByRole('dialog', { name: title }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // Who reloads or shares the page does not get the dialog again.
      expect(pathOf(page)).toBe(`/connections/${SHOP}`);
    }
  });

  it('closes by Escape and gives the focus back', async () => {
    const { page } = await open('/overview');
    const button = page.getByRole('button', { name: 'Search and act' });
    await button.click();
    await page.getByRole('combobox', { name: 'Search and act' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
