import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { parseRelease } from '../database/released/recorder.ts';
import { loadUntilStopped } from '../support/load.ts';
import { makeNextRelease, type NextRelease } from '../support/next.release.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const ORG = 'org-1';
const LOGIN = `upgrade_${randomBytes(4).toString('hex')}`;
const RELEASES = new URL('../database/released/', import.meta.url);

let database: TestDatabase;
let next: NextRelease;
let old: ServiceProcess;
let apiKey: string;
let loginUrl: string;

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The database of the last release, with its data, brought to this one by the command; on it this release as it is built. */
beforeAll(async () => {
  const version = readdirSync(RELEASES)
    .filter((name) => name.endsWith('.sql'))
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .at(-1) as string;
  const release = parseRelease(readFileSync(new URL(version, RELEASES), 'utf8'));
  database = await createTestDatabase({ empty: true });
  await runAll(database.ownerUrl, [...release.migrations, ...release.sqlFiles]);
  await runAll(database.superuserUrl, release.rows);
  const migrated = await ServiceProcess.command('migrate', [], { MIGRATION_DATABASE_URL: database.ownerUrl });
  expect(migrated).toMatchObject({ code: 0 });

  next = makeNextRelease();
  apiKey = await KeyAdmin.with(database.ownerUrl, (keys) =>
    keys.create({ kind: 'service', orgId: ORG, name: 'load', userId: null, scopes: ['sync:write'], ttlSeconds: null }),
  );
  const password = await SqlRoles.with(database.ownerUrl, (roles) => roles.create(LOGIN, ORG, 'reporting'));
  loginUrl = urlOfRole(database.ownerUrl, LOGIN, password as string);
  old = await ServiceProcess.start({ DATABASE_URL: database.appUrl });
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await SqlRoles.with(database.ownerUrl, (roles) => roles.drop(LOGIN));
  await database.drop();
});

const migrateToNext = () =>
  ServiceProcess.program(next.commands, ['migrate'], { MIGRATION_DATABASE_URL: database.ownerUrl });
const migrators = () =>
  sql<{ pid: number; waits: boolean }>(
    database.superuserUrl,
    `SELECT pid, wait_event_type = 'Lock' AS waits FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'sync-operations-migrate'`,
  );
const readiness = async ({ url }: ServiceProcess) => (await fetch(`${url}/health/ready`)).status;
const load = ({ url }: ServiceProcess, name: string) =>
  loadUntilStopped({ url, apiKey, orgId: ORG, name, connections: 8 });

/** Reports of a service that uses plain SQL, one after another, until it is stopped; returns what was committed. */
function sqlLoad(): { reported: () => number; stop: () => Promise<number> } {
  let reported = 0;
  let isStopped = false;
  const ended = (async () => {
    const client = new pg.Client({ connectionString: loginUrl });
    await client.connect();
    await client.query(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, 'by-sql', 'customer', 'script')`,
      [ORG],
    );
    while (!isStopped) {
      await client.query(`UPDATE sync_progress SET processed_count = $1 WHERE sync_id = 'by-sql'`, [reported + 1]);
      reported += 1;
    }
    await client.end();
  })();
  return {
    reported: () => reported,
    stop: async () => {
      isStopped = true;
      await ended;
      return reported;
    },
  };
}

describe('A migration to the next release', () => {
  it('that is killed half-way leaves nothing, while the release before it serves', async () => {
    const before = await schemaSnapshot(database.ownerUrl);
    const blocker = new pg.Client({ connectionString: database.superuserUrl });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE sync_connections IN ACCESS SHARE MODE');
    const migrating = migrateToNext();
    // It has changed one table and made another by then, and holds both.
    await waitFor('the migration waits for its last table', async () =>
      (await migrators()).some(({ waits }) => waits) ? true : undefined,
    );
    expect(await migrating.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    await blocker.end();
    await waitFor('its connection is gone', async () => ((await migrators()).length === 0 ? true : undefined));
    expect(await schemaSnapshot(database.ownerUrl)).toEqual(before);
    expect(await sql(database.ownerUrl, `SELECT FROM sync_migrations WHERE name LIKE 'next%'`)).toEqual([]);

    const reports = load(old, 'after-the-kill');
    await waitFor('reports are taken', () => (reports.acknowledged() > 200 ? true : undefined));
    await reports.stop();
    expect(reports.unexpected).toEqual([]);
  });

  it('completes under load when it is run again; old and new serve side by side, and nothing acknowledged is lost', async () => {
    const toOld = load(old, 'old');
    const bySql = sqlLoad();
    await waitFor('both loads are under way', () =>
      toOld.acknowledged() > 200 && bySql.reported() > 100 ? true : undefined,
    );
    expect(await migrateToNext().ended).toMatchObject({ code: 0 });
    const migratedAt = [toOld.acknowledged(), bySql.reported()] as const;

    const replica = await ServiceProcess.start({ DATABASE_URL: database.appUrl }, { main: next.main });
    const toNew = load(replica, 'new');
    await waitFor('all are served', () =>
      toOld.acknowledged() > migratedAt[0] + 200 && bySql.reported() > migratedAt[1] + 100 && toNew.acknowledged() > 200
        ? true
        : undefined,
    );
    expect([await readiness(old), await readiness(replica)]).toEqual([200, 200]);
    const counts = new Map([...(await toOld.stop()), ...(await toNew.stop())]).set('by-sql', await bySql.stop());
    expect([...toOld.unexpected, ...toNew.unexpected]).toEqual([]);

    const stored = await sql<{ sync_id: string; processed_count: number; next_note: string }>(
      database.superuserUrl,
      'SELECT sync_id, processed_count, next_note FROM sync_progress WHERE sync_id = ANY ($1)',
      [[...counts.keys()]],
    );
    expect(stored.length).toBe(counts.size);
    // The last report may have been carried out without an answer.
    const lost = stored.filter(({ sync_id, processed_count }) => processed_count < (counts.get(sync_id) as number));
    expect(lost).toEqual([]);
    expect(new Set(stored.map(({ next_note }) => next_note))).toEqual(new Set(['none']));
    expect(await sql(database.ownerUrl, `SELECT app.next_note('note') AS note`)).toEqual([{ note: 'next: note' }]);
    expect(await migrateToNext().ended).toMatchObject({ code: 0, stdout: 'Nothing to do\n' });
    for (const service of [old, replica]) expect((await service.stop()).code).toBe(0);
  });
});
