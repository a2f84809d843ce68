import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { startServer } from '../commands/backup.support.ts';
import { cleanUp, newFolder } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, TEST_ENCRYPTION_KEY, type TestService } from '../support/test-service.ts';
import { blocksOf, commandsOf, isShell, PAGES, runShell } from './page.commands.ts';

/** Pages whose commands a test of their own runs, which looks closer. */
const RUN_BY: Readonly<Record<string, string>> = {
  'docs/operations.md': 'test/docs/operations-page.test.ts',
  'docs/first-sync.md': 'test/docs/developer-pages.test.ts',
  'docs/reporting.md': 'test/docs/developer-pages.test.ts',
};
/** The SQL of a page, and what runs it. */
const SQL_RUN_BY: Readonly<Record<string, string>> = {
  'docs/sql.md': 'test/docs/sql-page.test.ts',
  'docs/audit.md': 'test/activity/seals.test.ts',
  'docs/privacy.md': 'test/activity/trail-persons.test.ts',
  'docs/troubleshooting.md': 'test/docs/commands.test.ts',
};
/** Each says why on its page. */
const NOT_RUN = [
  'README.md: npm ci && npm run demo',
  'README.md: npm run sandbox',
  "README.md: MIGRATION_DATABASE_URL='postgres://neondb_owner:…@ep-some-host.aws.neon.tech/neondb?sslmode=verify-full' npm run db:provision",
  'docs/citus.md: MIGRATION_DATABASE_URL="$OWNER_URL" npm run db:distribute',
  'docs/deploying.md: docker build --tag sync-operations:0.1.0 .',
  'docs/deploying.md: cp ops/compose/example.env .env.compose',
  'docs/deploying.md: kubectl create secret generic sync-operations-owner \\',
  'docs/first-sync.md: npm ci',
  'docs/first-sync.md: export KEY=syk_…',
  'sandbox/README.md: npm ci && npm run sandbox',
  'sandbox/README.md: npm test -- sandbox',
];
const CUSTOMERS = 12;
/** Logins belong to the server, which other tests use as well. */
const LOGIN = `commands_${randomBytes(6).toString('hex')}`;

let service: TestService;
let variables: Record<string, string>;
let shop: WooCommerceSandbox;
let odoo: OdooSandbox;

beforeAll(async () => {
  [service, shop, odoo] = await Promise.all([
    startTestService({ SYNC_WORKER: 'on', SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' }),
    startWooCommerceSandbox({ customers: CUSTOMERS }),
    startOdooSandbox({ version: 19, partners: 0 }),
  ]);
  const key = await service.createKey({ orgId: null, scopes: ['sync:admin'] });
  variables = {
    ...{ URL: `${service.url}/api/sync`, KEY: key, FILE: join(newFolder(), 'file') },
    ...{ SHOP_URL: shop.url, CK: shop.consumerKey, CS: shop.consumerSecret },
    ...{ ODOO_URL: odoo.url, ODOO_KEY: odoo.apiKey },
    ...{ SYNC_URL: service.url, SYNC_API_KEY: key },
    ...{ MIGRATION_DATABASE_URL: service.database.ownerUrl, DATABASE_URL: service.database.appUrl },
    SYNC_ENCRYPTION_KEYS: `${TEST_ENCRYPTION_KEY.id}:${TEST_ENCRYPTION_KEY.key}`,
  };
});
afterAll(async () => {
  await Promise.all([service?.close(), shop?.stop(), odoo?.stop()]);
  await cleanUp();
});

/** The addresses and names of the page, as they are in this test; an organization of the page's own. */
const here = (text: string, org: string) =>
  text
    .replaceAll('--name reporting', `--name ${LOGIN}`)
    .replaceAll('http://127.0.0.1:3000', service.url)
    .replaceAll('http://127.0.0.1:8090', shop.url)
    .replaceAll('http://127.0.0.1:8091', odoo.url)
    .replaceAll('org-123', org);

/** Runs the commands of a page, and `more` after them. `org` takes the place of the organization that the page names. */
async function run(
  page: string,
  { org = `org-${page.replaceAll(/\W+/g, '-').toLowerCase()}`, more = '', ...own } = {} as Record<string, string>,
) {
  const ran = await runShell(here(commandsOf(page), org) + more, { SYNC_ORG_ID: org, ...variables, ...own });
  expect(ran, ran.output).toMatchObject({ code: 0 });
  // Not every command ends with 1 when the service refuses.
  expect(ran.output).not.toContain('urn:sync-operations:problem:');
  return { ...ran, org };
}

const dropLogin = (ownerUrl: string) => SqlRoles.with(ownerUrl, (roles) => roles.drop(LOGIN));

const SPECIAL = ['docs/previews.md', 'docs/connectors.md', 'docs/tenancy.md'];
const ordinary = PAGES.filter(
  (page) => commandsOf(page) !== '' && !Object.hasOwn(RUN_BY, page) && !SPECIAL.includes(page),
);

/** Each command is a process that loads what it needs; on a busy machine that takes its time. */
const PAGE_MS = 300_000;

describe('The commands of', { timeout: PAGE_MS }, () => {
  it.each(ordinary)('%s run as they are printed', async (page) => {
    const { lines } = await run(page);
    expect(lines.length).toBeGreaterThan(0);
    await dropLogin(service.database.ownerUrl);
  });

  it('docs/connectors.md connect a shop and an Odoo, and those of docs/previews.md preview, apply and take back a sync', async () => {
    const [ownShop, ownOdoo] = await Promise.all([
      startWooCommerceSandbox({ customers: CUSTOMERS }),
      startOdooSandbox({ version: 19, partners: 0 }),
    ]);
    try {
      const systems = {
        ...{ SHOP_URL: ownShop.url, CK: ownShop.consumerKey, CS: ownShop.consumerSecret },
        ...{ ODOO_URL: ownOdoo.url, ODOO_KEY: ownOdoo.apiKey },
      };
      const more = '\necho "SHOP=$SHOP ERP=$ERP"';
      const connected = await run('docs/connectors.md', { ...systems, more });
      const [, SHOP = '', ERP = ''] = /^SHOP=(\S+) ERP=(\S+)$/m.exec(connected.output) ?? [];
      // It would strike in the middle of the other page.
      await sql(service.database.superuserUrl, 'DELETE FROM sync_schedules WHERE org_id = $1', [connected.org]);
      const { lines } = await run('docs/previews.md', { SHOP, ERP, org: connected.org });
      // As node prints an object: { created: 12 }
      const counts = lines.filter((line) => /^\{ \w+: \d+ \}$/.test(line)).map((line) => line.slice(2, -2));
      const [planned = '', applied = '', inverse = '', undone = ''] = counts;
      expect(counts).toHaveLength(4);
      const [, items = '0'] = /^created: (\d+)$/.exec(planned) ?? [];
      expect(Number(items)).toBeGreaterThanOrEqual(CUSTOMERS);
      expect([applied, inverse, undone]).toEqual([`created: ${items}`, `deleted: ${items}`, `deleted: ${items}`]);
    } finally {
      await Promise.all([ownShop.stop(), ownOdoo.stop()]);
    }
  });

  it('docs/tenancy.md make a role for the service, keys and a login, on a server of their own', async () => {
    const server = await startServer();
    try {
      const { output } = await run('docs/tenancy.md', { OWNER_URL: server.ownerUrl });
      expect(output).toMatch(/^syk_/m);
      expect(output).toMatch(new RegExp(`^postgres.*${LOGIN}`, 'm'));
      expect(readFileSync(variables.FILE as string, 'utf8')).toMatch(/^DATABASE_URL=postgres:\S+\n$/);
    } finally {
      await server.stop();
    }
  });
});

it('the statements of docs/troubleshooting.md run with a login of plain SQL', async () => {
  const password = await SqlRoles.with(service.database.ownerUrl, (roles) => roles.create(LOGIN, 'org-123', 'maria'));
  const url = urlOfRole(service.database.ownerUrl, LOGIN, password as string);
  const statements = blocksOf('docs/troubleshooting.md').filter(({ language }) => language === 'sql');
  expect(statements).toHaveLength(2);
  for (const { text } of statements) await sql(url, text);
  await dropLogin(service.database.ownerUrl);
});

describe('Of all pages,', () => {
  const blocks = PAGES.flatMap(blocksOf);

  it('what is not run says why, and is listed here', () => {
    const left = blocks.filter(({ notRun }) => notRun !== undefined);
    expect(left.every((block) => isShell(block))).toBe(true);
    expect(left.map(({ page, text }) => `${page}: ${text.split(/\n| {2}/, 1)[0]}`)).toEqual(NOT_RUN);
  });

  it('every command stands in a block that is run or marked, and no other block holds one', () => {
    const command = /^ {0,8}(?:\$ )?(?:curl|npm|npx|psql|call|docker) /m;
    const others = blocks.filter((block) => !isShell(block) && command.test(block.text));
    expect(others.map(({ page, text }) => [page, text])).toEqual([]);
    const indented = PAGES.flatMap((page) =>
      readFileSync(page, 'utf8')
        .replaceAll(/^```.*?^```$/gms, '')
        .split('\n')
        .filter((line) => /^ {4,8}(?:\$ )?(?:curl|npm|npx|psql|call|docker|GET|POST) /.test(line))
        .map((line) => [page, line]),
    );
    expect(indented).toEqual([]);
  });

  it('every block of SQL has a test that runs it', () => {
    const pages = new Set(blocks.filter(({ language }) => language === 'sql').map(({ page }) => page));
    expect([...pages].sort()).toEqual(Object.keys(SQL_RUN_BY).sort());
  });

  it('what has a test of its own is read by that test', () => {
    for (const [page, test] of [...Object.entries(RUN_BY), ...Object.entries(SQL_RUN_BY)]) {
      expect(existsSync(test)).toBe(true);
      expect(readFileSync(test, 'utf8')).toContain(page);
    }
  });
});
