import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERP, insertConnections, insertSyncs, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-acts';

let service: TestService;
let browser: TestBrowser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office' });
  const failed = { source: SHOP, destination: ERP, status: 'completed_with_errors', failed_count: 1, hours_ago: 1 };
  await insertSyncs(service, ORG, [
    { sync_id: 'nightly-1' },
    { sync_id: 'hourly-1' },
    { sync_id: 'run-bad', ...failed },
  ]);
  await database(
    `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
     VALUES ('${ORG}', 'run-bad', '17', 'failed', 'invalid_email', 'm')`,
  );
  const request = await service.request(ORG, { scope: 'sync:admin' });
  await request
    .post(`/api/sync/connections/${SHOP}/schedules`)
    .send({ entity_type: 'customer', destination: 'records', mode: 'full', cron: '0 2 * * *', time_zone: 'UTC' })
    .expect(201);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const database = (text: string) => sql(service.database.superuserUrl, text);
const open = (scope: 'sync:write' | 'sync:read' = 'sync:write') =>
  browser.signedIn(service, ORG, [scope], { path: `/o/${ORG}/trends` });

/** Opens the palette, types as people do, and waits for what is offered. */
async function ask(page: Page, text: string, option: string | RegExp) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search and act' }).waitFor();
  await page.keyboard.type(text);
  const offered = page.getByRole('option', { name: option });
  await offered.waitFor();
  return offered;
}

const at = (page: Page, path: string) => page.waitForURL((url) => url.pathname === `/o/${ORG}${path}`);

describe('The command palette acts', () => {
  it('on a sync, named after a verb: it is paused and resumed', async () => {
    const watched = await open();
    const { page } = watched;
    await ask(page, 'pause night', /^Pause nightly-1/);
    await page.keyboard.press('Enter');
    await at(page, '/syncs/nightly-1');
    await page.getByText('Pause requested.').waitFor();
    const paused = `SELECT pause_requested, requested_by FROM sync_progress WHERE sync_id = 'nightly-1'`;
    expect(await database(paused)).toEqual([{ pause_requested: true, requested_by: 'operator-1' }]);
    await ask(page, 'resume night', /^Resume nightly-1/);
    await page.keyboard.press('Enter');
    await page.getByText('Resume requested.').waitFor();
    expect(await database(paused)).toEqual([{ pause_requested: false, requested_by: 'operator-1' }]);
    expect(watched.complaints).toEqual([]);
  });

  it('on the one sync that is found, and asks before it cancels', async () => {
    const watched = await open();
    const { page } = watched;
    await (await ask(page, 'hourly', /^Cancel hourly-1/)).click();
    const question = page.getByRole('dialog', { name: 'Cancel “hourly-1”?' });
    await question.waitFor();
    expect(await watched.axe()).toEqual([]);
    await watched.screenshot('palette-cancel');
    await question.getByRole('button', { name: 'Let it run' }).click();
    await question.waitFor({ state: 'detached' });
    const cancelled = `SELECT cancel_requested FROM sync_progress WHERE sync_id = 'hourly-1'`;
    expect(await database(cancelled)).toEqual([{ cancel_requested: false }]);
    await (await ask(page, 'cancel hourly', /^Cancel hourly-1/)).click();
    await question.getByRole('button', { name: 'Cancel the sync' }).click();
    await at(page, '/syncs/hourly-1');
    expect(await database(cancelled)).toEqual([{ cancel_requested: true }]);
    expect(watched.complaints).toEqual([]);
  });

  it('on what failed in a run, and leads to the sync that tries it again', async () => {
    const { page } = await open();
    await (await ask(page, 'retry run-bad', 'Retry what failed in run-bad')).click();
    await page.getByText('Retry requested.').waitFor();
    const [retry] = await database(`SELECT sync_id FROM sync_runs WHERE of_sync_id = 'run-bad'`);
    await at(page, `/syncs/${(retry as { sync_id: string }).sync_id}`);
  });

  it('on a schedule: it is run now, and paused', async () => {
    const watched = await open();
    const { page } = watched;
    const name = 'sync customers, Main Shop → Records';
    await (await ask(page, 'run schedule', `Run the schedule now: ${name}`)).click();
    await page.waitForURL(/\/syncs\/run-/);
    const [run] = await database(
      `SELECT sync_id, source_connection_id, entity_type FROM sync_runs WHERE destination_connection_id IS NULL`,
    );
    expect(run).toMatchObject({ source_connection_id: SHOP, entity_type: 'customer' });
    await at(page, `/syncs/${(run as { sync_id: string }).sync_id}`);
    await (await ask(page, 'pause schedule', `Pause the schedule: ${name}`)).click();
    await page.getByText(`The schedule is paused: ${name}.`).waitFor();
    expect(await database('SELECT enabled FROM sync_schedules')).toEqual([{ enabled: false }]);
    expect(watched.complaints).toEqual([]);
  });

  it('on nothing for who may only read', async () => {
    const { page } = await open('sync:read');
    await ask(page, 'nightly', /nightly-1/);
    const offered = await page.getByRole('option').allInnerTexts();
    expect(offered.filter((text) => /^(Pause|Resume|Cancel|Retry|Run|Check)/.test(text))).toEqual([]);
  });
});
