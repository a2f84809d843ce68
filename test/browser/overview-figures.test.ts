import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertsOf } from '../alerts/alerts.support.ts';
import { ERP, insertConnections, insertSyncs, SHOP } from '../console/console.fixture.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { TestBrowser } from './support/test-browser.ts';

const ORG = 'org-figures';
const OLD = '10000000-0000-4000-8000-000000000003';

/** As the service names its runs. */
const WAITING = 'run-00000000-0000-4000-8000-000000000009';

let service: TestService;
let browser: TestBrowser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService(), TestBrowser.start()]);
  await insertConnections(service, ORG, { [SHOP]: 'Main Shop', [ERP]: 'Back office', [OLD]: 'Old shop' });
  const run = { source: SHOP, destination: ERP };
  const silent = 1;
  await insertSyncs(service, ORG, [
    { sync_id: 'run-good', ...run, status: 'completed', hours_ago: 2 },
    { sync_id: 'run-bad', ...run, entity_type: 'order', status: 'failed', hours_ago: 3 },
    {
      sync_id: 'run-conflict',
      ...run,
      entity_type: 'product',
      status: 'completed',
      hours_ago: 1,
      counts: { conflict: 3 },
    },
    { sync_id: 'reported-bad', source_system: 'warehouse', status: 'timeout', hours_ago: 2 },
    ...['a', 'b', 'c'].map((name) => ({ sync_id: `running-${name}`, source_system: 'warehouse' })),
    ...['a', 'b'].map((name) => ({ sync_id: `silent-${name}`, source_system: 'till', hours_ago: silent })),
    { sync_id: WAITING, ...run, status: 'queued' },
    { sync_id: 'queued-a', source_system: 'till', status: 'queued' },
    ...['a', 'b'].map((name) => ({ sync_id: `paused-${name}`, source_system: 'till', status: 'paused' })),
  ]);
  const refusal = (id: string, errorClass: string, isConflict: boolean, entity = 'customer') =>
    `('${ORG}', '${entity}', '${SHOP}', '${ERP}', '${id}', '${errorClass}', 'm', ${isConflict})`;
  const preview = (entity: string, summary: object) =>
    `('${ORG}', 'sync', '${entity}', 'key-${entity}', '${JSON.stringify(summary)}', '{}')`;
  await sql(
    service.database.superuserUrl,
    `UPDATE sync_connections SET status = 'failing', last_error = 'The key was revoked.' WHERE org_id = '${ORG}' AND id = '${OLD}';
     UPDATE sync_runs SET approval = 'wanted', approval_until = now() + interval '1 day' WHERE org_id = '${ORG}' AND sync_id = '${WAITING}';
     INSERT INTO sync_refusals (org_id, entity_type, source_connection_id, destination_connection_id, external_id, error_class, message, is_conflict)
     VALUES ${[
       refusal('1', 'changed_on_both_sides', true),
       refusal('2', 'changed_on_both_sides', true),
       refusal('3', 'ambiguous_match', true, 'product'),
       ...['4', '5', '6', '7'].map((id) => refusal(id, 'invalid_email', false)),
     ]};
     INSERT INTO sync_preview_cache (org_id, sync_type, entity_type, cache_key, summary, delta_data)
     VALUES ${[
       preview('customer', { creates: 1 }),
       preview('product', { creates: 2 }),
       preview('order', { deletes: 90, guard: 'It deletes 90 of 100.' }),
     ]}`,
  );
  const alerts = new AlertsOf(service, ORG);
  await alerts.rule('failed', { name: 'A sync failed' });
  for (const source_system of ['datev', 'pim', 'till']) await alerts.ended('failed', { source_system });
  await alerts.evaluate();
  const { body } = await alerts.call('GET', '/alerts?state=open');
  await alerts.call('POST', `/alerts/${body.items[0].id}/acknowledge`, { reason: 'Ann is at it.' });
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

/** How many a page lists, by its path. A table without all of its rows in the page says how many it has. */
const LISTED: Readonly<Record<string, (page: Page) => Promise<number>>> = {
  alerts: (page) => page.getByRole('list', { name: 'Open alerts' }).locator(':scope > li').count(),
  connections: (page) => page.locator('main tbody tr').count(),
  previews: (page) => page.locator('main tbody tr').count(),
  conflicts: (page) => page.locator('main .stack > .card').count(),
  live: (page) => page.locator('main [data-sync-id]').count(),
  syncs: async (page) => Number(await page.locator('.syncs-table').getAttribute('aria-rowcount')) - 1,
};

it('each figure of the overview leads to a list of as many', { timeout: 180_000 }, async () => {
  const watched = await browser.signedIn(service, ORG, ['sync:write'], { path: `/o/${ORG}/overview` });
  const { page } = watched;
  await page.getByRole('heading', { name: 'Needs you' }).waitFor();
  const texts = await page.locator('main').innerText();
  const links = await page.locator('main a').evaluateAll((all) =>
    all.map((link) => ({
      // A badge beside a link tells what the link leads to.
      text: `${link.textContent} ${link.matches('.health-entities a') ? link.parentElement?.querySelector('.badge')?.textContent : ''}`,
      href: (link as HTMLAnchorElement).href,
    })),
  );
  const figures = links.flatMap(({ text, href }) => {
    const [, many, what = ''] = /^\D*?(\d+) (.*)/.exec(text.replace('No sync in 24 hours', '').trim()) ?? [];
    return many === undefined ? [] : [{ many: Number(many), what: what.trim(), href }];
  });
  // So that none is a figure without a link, or a link that is not followed: every number of the page is one of these, or a time.
  const numbers =
    texts.replace(/\b24 hours\b|\d+ (seconds?|min|minutes?|hours?|h|days?) ago/g, '').match(/\b\d+\b/g) ?? [];
  expect(figures.map(({ many }) => many).toSorted()).toEqual(numbers.map(Number).toSorted());
  expect(figures.map(({ many, what }) => `${many} ${what}`)).toEqual(
    expect.arrayContaining([
      ...['2 alerts are open', '1 connection fails its check', '5 syncs with failures in 24 hours'],
      ...['1 preview stopped by the delete guard', '4 items fail at each try', '1 item asks which entry it is'],
      ...[
        '3 conflicts to decide',
        '3 previews are ready',
        '5 running',
        '2 queued',
        '1 sync waits for approval',
        '2 paused',
        '2 silent for a minute',
      ],
      ...['4 syncs in 24 hours', '1 with failures', '1 met conflicts', '2 conflicts', '1 conflict'],
    ]),
  );
  const wrong: object[] = [];
  for (const { many, what, href } of figures) {
    await page.goto(href);
    const path = new URL(href).pathname.split('/').at(-1) ?? '';
    const listed = LISTED[path];
    if (!listed) throw new Error(`What ${path} lists is not known here.`);
    await waitFor(`${many} ${what}`, async () => (await listed(page)) === many).catch(async () =>
      wrong.push({ what, href, many, listed: await listed(page) }),
    );
  }
  expect(wrong).toEqual([]);
  expect(watched.complaints).toEqual([]);
});
