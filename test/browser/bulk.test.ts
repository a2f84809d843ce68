import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ERP, insertConnections, insertSyncs, type PlantedSync, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import type { WatchedPage } from './support/watched.page.ts';
import { withoutRefusals } from './support/without-refusals.ts';

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
});
afterEach(() => browser.close());
afterAll(() => service.close());

const database = (text: string) => sql(service.database.superuserUrl, text);
const row = (page: Page, syncId: string) => page.locator(`tr[data-sync-id="${syncId}"]`);

/** The list of an organization with these syncs alone, all of them selected. */
async function select(org: string, syncs: readonly PlantedSync[], path = '/syncs'): Promise<WatchedPage> {
  await insertSyncs(service, org, syncs);
  const watched = await browser.signedIn(service, org, ['sync:write'], { path: `/o/${org}${path}` });
  await row(watched.page, syncs.at(-1)?.sync_id ?? '').waitFor();
  await watched.page.getByLabel('Select all that are listed').check();
  return watched;
}

/** Presses the button of an act and that of its question, which names each of the syncs. */
async function act(page: Page, verb: string, syncIds: readonly string[]): Promise<void> {
  const many = `${syncIds.length} syncs`;
  await page.getByRole('button', { name: `${verb} ${syncIds.length}`, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `${verb} ${many}?` });
  for (const id of syncIds) await dialog.getByText(id, { exact: true }).waitFor();
  await dialog.getByRole('button', { name: `${verb} ${many}` }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Somebody else was quicker: the act on it is refused. */
const endMeanwhile = (org: string, syncId: string) =>
  database(
    `UPDATE sync_progress SET status = 'completed', completed_at = now() WHERE org_id = '${org}' AND sync_id = '${syncId}'`,
  );

/** The request of one sync, which the service gets when the test lets it. */
const held = (page: Page, syncId: string, control: string): Promise<Route> =>
  new Promise((resolve) => void page.route(`**/${syncId}/${control}`, (route) => resolve(route)));

describe('Several syncs at once', () => {
  it('are cancelled after one question that names them', async () => {
    const watched = await select('org-cancel', [{ sync_id: 'a' }, { sync_id: 'b', status: 'paused' }]);
    const { page } = watched;
    await act(page, 'Cancel', ['a', 'b']);
    for (const id of ['a', 'b']) await row(page, id).getByText('cancel requested').waitFor();
    await page.getByText('Cancel requested.').waitFor();
    const asked = await database(
      `SELECT sync_id, requested_by FROM sync_progress WHERE org_id = 'org-cancel' AND cancel_requested ORDER BY sync_id`,
    );
    expect(asked).toEqual(['a', 'b'].map((sync_id) => ({ sync_id, requested_by: 'operator-1' })));
    await expect.poll(() => page.getByRole('region', { name: 'Selected syncs' }).count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it('are resumed', async () => {
    const watched = await select('org-resume', [{ sync_id: 'a' }, { sync_id: 'b' }]);
    await act(watched.page, 'Pause', ['a', 'b']);
    for (const id of ['a', 'b']) await row(watched.page, id).getByText('pause requested').waitFor();
    await watched.page.getByLabel('Select all that are listed').check();
    await act(watched.page, 'Resume', ['a', 'b']);
    await watched.page.getByText('Resume requested.').waitFor();
    await expect.poll(() => watched.page.locator('tr').getByText('pause requested').count()).toBe(0);
    const asked = await database(`SELECT sync_id FROM sync_progress WHERE org_id = 'org-resume' AND pause_requested`);
    expect(asked).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });

  it('are tried again where something failed, and what is refused is told with its reason', async () => {
    await insertConnections(service, 'org-retry', { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
    const run = { source: SHOP, destination: ERP, status: 'completed_with_errors', failed_count: 2, hours_ago: 1 };
    const watched = await select('org-retry', [
      { sync_id: 'reported', status: 'completed_with_errors', failed_count: 9, hours_ago: 2 },
      { sync_id: 'run-kept', ...run },
      // What it failed with is not kept any more.
      { sync_id: 'run-forgotten', ...run },
    ]);
    await database(
      `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
       VALUES ('org-retry', 'run-kept', '17', 'failed', 'invalid_email', 'm')`,
    );
    const { page } = watched;
    await act(page, 'Retry', ['run-kept', 'run-forgotten']);
    const told = page.getByRole('dialog', { name: 'Retry: not all' });
    await told.getByText('1 sync done, 1 sync refused and as before:').waitFor();
    await told.getByText('run-forgotten', { exact: true }).waitFor();
    await told.getByText(/nothing|no item/i).waitFor();
    expect(await told.getByText('run-kept', { exact: true }).count()).toBe(0);
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('syncs-bulk-refused');
    await told.getByRole('button', { name: 'Close', exact: true }).last().click();
    const [retry] = await database(
      `SELECT r.sync_id FROM sync_runs r WHERE r.org_id = 'org-retry' AND r.of_sync_id = 'run-kept'`,
    );
    await row(page, (retry as { sync_id: string }).sync_id).waitFor();
    expect(withoutRefusals(watched.complaints, [[409, '/run-forgotten/retry-failed']])).toEqual([]);
  });

  it('show what is asked for before the service answers, and as they are again when it refuses', async () => {
    const watched = await select('org-refused', [{ sync_id: 'a' }, { sync_id: 'b' }]);
    const { page } = watched;
    const route = held(page, 'b', 'pause');
    await act(page, 'Pause', ['a', 'b']);
    for (const id of ['a', 'b']) await row(page, id).getByText('pause requested').waitFor();
    const request = await route;
    await endMeanwhile('org-refused', 'b');
    await request.continue();
    const told = page.getByRole('dialog', { name: 'Pause: not all' });
    await told.getByText('b', { exact: true }).waitFor();
    await told.getByRole('button', { name: 'Close', exact: true }).last().click();
    await row(page, 'b').getByText('completed').waitFor();
    expect(await row(page, 'b').getByText('pause requested').count()).toBe(0);
    expect(await row(page, 'a').getByText('pause requested').count()).toBe(1);
    expect(withoutRefusals(watched.complaints, [[409, '/b/pause']])).toEqual([]);
  });

  it.for(['Overview', 'Connections'])(
    'are told as refused on the page that the person has gone to meanwhile: %s',
    async (name) => {
      const org = `org-${name.toLowerCase()}`;
      const watched = await select(org, [{ sync_id: 'a' }, { sync_id: 'b' }]);
      const { page } = watched;
      const route = held(page, 'b', 'cancel');
      await act(page, 'Cancel', ['a', 'b']);
      const request = await route;
      await page.getByRole('link', { name, exact: true }).first().click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await endMeanwhile(org, 'b');
      await request.continue();
      const told = page.getByRole('dialog', { name: 'Cancel: not all' });
      await told.getByText('1 sync done, 1 sync refused and as before:').waitFor();
      await told.getByText('b', { exact: true }).waitFor();
      expect(await watched.axe()).toEqual([]);
      await page.keyboard.press('Escape');
      await told.waitFor({ state: 'detached' });
      // The keyboard goes on in the page that is there.
      await expect.poll(() => page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
      expect(withoutRefusals(watched.complaints, [[409, '/b/cancel']])).toEqual([]);
    },
  );
});
