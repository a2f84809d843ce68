import { appendActivity, type Client, reportProgress, startSync, usage } from '@sync-operations/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertConnections, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { TestBrowser } from './support/test-browser.ts';
import { linesOf } from './support/text.lines.ts';

// The rules of the operator's cases, in other places than those of the cases.

const ORG = 'org-neighbours';

let service: TestService;
let browser: TestBrowser;
let client: Client;
beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  client = await service.client(ORG);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

const open = (path: string) => browser.signedIn(service, ORG, ['sync:write'], { path: `/o/${ORG}${path}` });

describe('A silent sync', () => {
  it('is called so, and is not said to need some seconds more, in the list of all syncs and on its own page', async () => {
    const body = { entity_type: 'order', source_system: 'erp', total_items: 1_000 };
    for (const sync_id of ['silent', 'alive']) {
      await startSync({ client, body: { ...body, sync_id } });
      await sql(
        service.database.superuserUrl,
        `SET session_replication_role = replica;
         UPDATE sync_progress SET started_at = now() - interval '1 hour' WHERE org_id = '${ORG}' AND sync_id = '${sync_id}'`,
      );
      await reportProgress({ client, path: { sync_id }, body: { processed_count: 500 } });
    }
    const watched = await open('/syncs');
    const { page } = watched;
    const timeOf = (syncId: string) => page.locator(`tr[data-sync-id="${syncId}"] [data-label="Time"]`);
    for (const sync_id of ['silent', 'alive']) await timeOf(sync_id).getByText(/left$/).waitFor();
    // From here on the page hears no more of it than that it is old.
    await sql(
      service.database.superuserUrl,
      `SET session_replication_role = replica;
       UPDATE sync_progress SET updated_at = now() - interval '289 seconds' WHERE org_id = '${ORG}' AND sync_id = 'silent'`,
    );
    await page.reload();
    await timeOf('alive').getByText(/left$/).waitFor();
    await timeOf('silent').getByText('–', { exact: true }).waitFor();
    const statusOf = (syncId: string) => page.locator(`tr[data-sync-id="${syncId}"] [data-label="Status"]`).innerText();
    expect([await statusOf('silent'), await statusOf('alive')]).toEqual([expect.stringMatching(/silent/), 'running']);

    await page.locator('tr[data-sync-id="silent"]').getByRole('link').click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const facts = page.locator('.onesync-facts div');
    for (const name of ['Speed', 'Time left'])
      expect(await facts.filter({ hasText: name }).locator('dd').innerText()).toMatch(/^–/);
    expect(watched.complaints).toEqual([]);
  });
});

describe('What a service told in the details of an entry', () => {
  it('is read in the trail, opened or not, and beside the ends on the live page', async () => {
    const told = { status: 'failed', entity_type: 'customer' } as const;
    await appendActivity({
      client,
      body: { ...told, sync_id: 'by-error', activity_type: 'batch_process', details: { error: 'The key was revoked' } },
    });
    await appendActivity({
      client,
      body: {
        ...told,
        sync_id: 'by-message',
        activity_type: 'sync_failed',
        details: { error_message: 'No such shop' },
      },
    });
    const watched = await open('/activity');
    const { page } = watched;
    for (const text of ['The key was revoked', 'No such shop'])
      await page.locator('.trail-line.bad', { hasText: text }).waitFor();
    await page.locator('tr', { hasText: 'The key was revoked' }).getByRole('button').click();
    await page.locator('.entry-message', { hasText: 'The key was revoked' }).waitFor();
    await page.goto(`${service.url}/o/${ORG}/live`);
    await page.locator('.recent').getByText('No such shop').waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

describe('Names and addresses', () => {
  it('do not break in the middle on the overview, the alerts and in the command palette', async () => {
    await insertConnections(service, ORG, { [SHOP]: 'Hauptgeschäft Straßenverkauf-Innenstadt' });
    const body = { entity_type: 'order', source_system: 'warehouse-management-system', total_items: 10 };
    await startSync({ client, body: { ...body, sync_id: 'with-a-long-source' } });
    const { page } = await open('/overview');
    for (const width of [390, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${service.url}/o/${ORG}/overview`);
      await page.locator('.health-name').nth(1).waitFor();
      const names = await linesOf(page, '.health-name');
      await page.goto(`${service.url}/o/${ORG}/alerts`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const headings = await linesOf(page, 'h1, h2, button');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('hauptgesch');
      await page.getByRole('option').first().waitFor();
      const options = await linesOf(page, '[role="option"] :not(:has(*))');
      for (const { text, endsWith } of [...names, ...headings, ...options])
        expect({ width, text, inTheMiddle: endsWith.filter((last) => !/[\s/.@_·,-]/.test(last)) }).toEqual({
          ...{ width, text, inTheMiddle: [] },
        });
      await page.keyboard.press('Escape');
    }
  }, 120_000);
});

describe('What names a sync', () => {
  it('has the room that the figures leave, in the lists of all and of the running ones', async () => {
    const sync_id = 'nightly-import-of-the-warehouse-2026-12-01T09:30:00Z';
    const told = { entity_type: 'order', source_system: 'warehouse', total_items: 25_000 };
    await startSync({ client, body: { ...told, sync_id } });
    const { page } = await open('/syncs');
    for (const [width, least] of [
      [1280, 220],
      [390, 280],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      for (const [path, cell] of [
        ['/syncs', '.syncs-name'],
        ['/live?view=table', '.live-table-sync'],
      ] as const) {
        await page.goto(`${service.url}/o/${ORG}${path}`);
        const name = page.locator(`tr[data-sync-id="${sync_id}"] ${cell}`);
        await name.waitFor();
        expect({ path, width, room: (await name.boundingBox())?.width ?? 0 }).toEqual({
          ...{ path, width, room: expect.toSatisfy((room: number) => room >= least) },
        });
      }
    }
  });
});

describe('Tabs on different pages', () => {
  it('of one organization share one stream; those of another have one of their own', async () => {
    const streams = async (of: Client) =>
      (await usage({ client: of })).data?.items.find(({ name }) => name === 'streams')?.used;
    const { page } = await browser.signedIn(service, 'org-shared', ['sync:write'], { path: '/o/org-shared/overview' });
    const shared = await service.client('org-shared');
    for (const path of ['syncs', 'live', 'activity', 'connections']) {
      const tab = await page.context().newPage();
      await tab.goto(`${service.url}/o/org-shared/${path}`);
      await tab.getByRole('heading', { level: 1 }).waitFor();
    }
    await expect.poll(() => streams(shared)).toBe(1);
    await browser.signedIn(service, 'org-apart', ['sync:write'], { path: '/o/org-apart/live' });
    const apart = await service.client('org-apart');
    await expect.poll(() => streams(apart)).toBe(1);
    expect(await streams(shared)).toBe(1);
  });
});
