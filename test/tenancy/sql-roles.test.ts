import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

// Roles belong to the cluster, which the test files share.
const OWN = `own_${randomBytes(4).toString('hex')}`;
const OTHER = `other_${randomBytes(4).toString('hex')}`;

let service: TestService;
let own: pg.Client;
let other: pg.Client;

async function login(name: string, orgId: string, userId: string, seesPayloads = true): Promise<pg.Client> {
  const { ownerUrl } = service.database;
  const password = await SqlRoles.with(ownerUrl, (roles) => roles.create(name, orgId, userId, seesPayloads));
  const client = new pg.Client({ connectionString: urlOfRole(ownerUrl, name, password as string) });
  await client.connect();
  return client;
}

beforeAll(async () => {
  service = await startTestService();
  // What is dated some days ago is of last month at the beginning of one.
  await sql(service.database.ownerUrl, `SELECT app.ensure_activity_partition(now() - interval '1 month')`);
  own = await login(OWN, 'org-own', 'reporting');
  other = await login(OTHER, 'org-other', 'warehouse');
});
afterAll(async () => {
  await Promise.all([own.end(), other.end()]);
  await SqlRoles.with(service.database.ownerUrl, async (roles) => {
    for (const name of [OWN, OTHER]) await roles.drop(name);
  });
  await service.close();
});

/** In a transaction that is rolled back; the SQLSTATE of its refusal, or its rows. */
async function attempt(client: pg.Client, ...statements: string[]): Promise<string | unknown[]> {
  await client.query('BEGIN');
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } catch (error) {
    return (error as pg.DatabaseError).code as string;
  } finally {
    await client.query('ROLLBACK');
  }
}

const start = (syncId: string, orgId: string) =>
  `INSERT INTO sync_progress (id, org_id, sync_id, entity_type, total_items, initiated_by, source_system)
   VALUES (gen_random_uuid(), '${orgId}', '${syncId}', 'customer', 10, 'ceo', 'woocommerce')`;
const note = (orgId: string, more: Record<string, string> = {}) => {
  const columns = { org_id: `'${orgId}'`, activity_type: `'note'`, status: `'completed'`, ...more };
  return `INSERT INTO sync_activity_log (${Object.keys(columns)}) VALUES (${Object.values(columns)}) RETURNING user_id, created_at = now() AS of_now`;
};
const preview = (orgId: string) =>
  `INSERT INTO sync_preview_cache (org_id, sync_type, cache_key, delta_data) VALUES ('${orgId}', 'odoo', 'k', '{}')`;

describe('What a client of plain SQL stores for the search', () => {
  it('are the terms of a sync of its own, whatever it says, so that it slows no search of another organization', async () => {
    const terms = (id: string) =>
      `INSERT INTO sync_search (org_id, sync_id, terms) VALUES ('org-own', '${id}', app.search_terms('org-other', 1, 'planted'))`;
    await own.query(start('searched', 'org-own'));
    await own.query(terms('searched'));
    await own.query(terms('of nobody'));
    const rows = await sql(
      service.database.superuserUrl,
      `SELECT DISTINCT s.sync_id, s.terms = app.search_terms(p.org_id, app.week_of_start(p.started_at),
              concat_ws(E'\\n', p.sync_id, p.entity_type, p.source_system, p.initiated_by)) AS own
         FROM sync_search s LEFT JOIN sync_progress p USING (org_id, sync_id)
        WHERE s.org_id = 'org-own' AND s.sync_id IN ('searched', 'of nobody')`,
    );
    expect(rows).toEqual([{ sync_id: 'searched', own: true }]);
  });
});

describe('A login without the right to see payloads', () => {
  const NAME = `masked_${randomBytes(4).toString('hex')}`;
  let masked: pg.Client;
  beforeAll(async () => {
    masked = await login(NAME, 'org-masked', 'desk', false);
  });
  afterAll(async () => {
    await masked.end();
    await SqlRoles.with(service.database.ownerUrl, (roles) => roles.drop(NAME));
  });

  it('reports a sync, logs and reads the trail, in which tokens stand for persons', async () => {
    await masked.query(start('masked', 'org-masked'));
    const failed = `UPDATE sync_progress SET status = 'failed', error_message = 'of ada@x.example: “Ada”', updated_at = now()
                     WHERE sync_id = 'masked' RETURNING status, processed_count`;
    expect((await masked.query(failed)).rows).toEqual([{ status: 'failed', processed_count: 0 }]);
    await masked.query(note('org-masked', { error_message: `'to ada@x.example'` }));
    const { rows } = await masked.query(
      'SELECT DISTINCT error_message FROM sync_activity_log WHERE error_message IS NOT NULL ORDER BY 1',
    );
    expect(rows.map(({ error_message }) => error_message)).toEqual([
      expect.stringMatching(/^of person:\w+: “person:\w+”$/),
      expect.stringMatching(/^to person:\w+$/),
    ]);
    expect(await attempt(masked, preview('org-masked'))).toEqual([]);
  });

  it.each([
    'SELECT error_message FROM sync_progress',
    'SELECT waiting_reason FROM sync_progress',
    'SELECT count(*) FROM sync_progress AS p WHERE p::text LIKE $$%Ada%$$',
    `UPDATE sync_progress SET updated_at = now() RETURNING error_message`,
    `UPDATE sync_progress SET requested_by = error_message`,
    'SELECT filters FROM sync_preview_cache',
    'SELECT summary FROM sync_preview_cache',
    'SELECT delta_data FROM sync_preview_cache',
    'SELECT address FROM sync_trail_persons',
    'SELECT app.with_persons(org_id, error_message) FROM sync_activity_log',
    'SELECT app.with_persons(org_id, details) FROM sync_activity_log',
    'SET ROLE sync_sql_payloads',
  ])('is refused %s', async (statement) => {
    expect(await attempt(masked, statement)).toBe('42501');
  });

  it('is told from others in the list', async () => {
    const roles = await SqlRoles.with(service.database.ownerUrl, (admin) => admin.list());
    const sees = (name: string) => roles.find(({ role_name }) => role_name === name)?.sees_payloads;
    expect([sees(NAME), sees(OWN)]).toEqual([false, true]);
  });
});

describe('A client of plain SQL cannot lock the service out: a login', () => {
  it('works in its organization without naming it', async () => {
    await own.query(start('a', 'org-own'));
    const report = `UPDATE sync_progress SET processed_count = 9, failed_count = 1, updated_at = NOW() WHERE sync_id = 'a' RETURNING status`;
    expect((await own.query(report)).rows).toEqual([{ status: 'completed_with_errors' }]);
    await own.query(preview('org-own'));
    expect((await own.query('SELECT cache_key FROM sync_preview_cache')).rows).toEqual([{ cache_key: 'k' }]);
  });

  it.each(['sync_progress', 'sync_activity_log', 'sync_preview_cache'])(
    'sees and changes nothing of another organization in %s, whatever it sets',
    async (table) => {
      await other.query(start(`of ${table}`, 'org-other'));
      await other.query(note('org-other'));
      await other.query(preview('org-other')).catch(() => undefined);
      for (const disguise of [
        '',
        `SET app.current_org_id = 'org-other'`,
        `SELECT set_config('app.current_org_id', 'org-other', true)`,
        'SET ROLE sync_sql',
        'SET ROLE sync_sql_payloads',
      ]) {
        const first = disguise ? [disguise] : [];
        // The group that sees payloads alone reads no trail.
        const seen = disguise.endsWith('payloads') && table === 'sync_activity_log' ? '42501' : [];
        expect(await attempt(own, ...first, `SELECT org_id FROM ${table} WHERE org_id <> 'org-own'`)).toEqual(seen);
      }
      expect(
        await attempt(own, `UPDATE sync_progress SET status = 'failed' WHERE org_id <> 'org-own' RETURNING 1`),
      ).toEqual([]);
    },
  );

  it.each([start('x', 'org-other'), note('org-other'), preview('org-other')])(
    'writes nothing for another organization: %s',
    async (statement) => {
      expect(await attempt(own, statement)).toBe('42501');
    },
  );

  it.each([
    "SELECT app.set_org('org-other')",
    'SET ROLE sync_app',
    'SET SESSION AUTHORIZATION sync_app',
    'LOCK TABLE sync_progress IN ACCESS EXCLUSIVE MODE',
    'LOCK TABLE sync_progress IN SHARE MODE',
    'LOCK TABLE sync_preview_cache IN ACCESS EXCLUSIVE MODE',
    'LOCK TABLE sync_activity_log IN ACCESS EXCLUSIVE MODE',
    'LOCK TABLE public.sync_migrations IN ROW EXCLUSIVE MODE',
    `SELECT app.end_silent_syncs('30 seconds', 1000000)`,
    `SELECT app.prepare_activity_partitions(12)`,
    `SELECT app.purge_removed_connections(10)`,
    `SELECT * FROM app.report_progress('[]')`,
    `SELECT * FROM app.dispatch_runs('org-own')`,
    `SELECT app.lock('org-own', 'dispatch_runs')`,
    'UPDATE app.scheduled_tasks SET started_at = now()',
    'SELECT * FROM pgboss.job',
    'DELETE FROM pgboss.job',
    'SELECT * FROM auth.api_keys',
    'SELECT * FROM sync_connections',
    'SELECT * FROM sync_records',
    'SELECT * FROM sync_runs',
    `INSERT INTO auth.sql_roles (role_name, org_id, user_id) VALUES ('x', 'org-other', 'x')`,
    `UPDATE auth.sql_roles SET org_id = 'org-other'`,
    'DELETE FROM auth.sql_roles',
    'CREATE TABLE public.mine (id int)',
    'CREATE SCHEMA mine',
    'CREATE ROLE another LOGIN',
    'ALTER ROLE sync_app SET statement_timeout = 0',
    `ALTER ROLE sync_app PASSWORD 'x'`,
    'TRUNCATE sync_progress',
    'DELETE FROM sync_activity_log',
    `UPDATE sync_activity_log SET status = 'failed'`,
  ])('may not: %s', async (statement) => {
    // 0 rows: row-level security hides even that there is something.
    expect(['42501', []]).toContainEqual(await attempt(own, statement));
    if (/^(SET|LOCK|SELECT app|SELECT \* FROM (app|pgboss)|CREATE|ALTER|TRUNCATE|INSERT)/.test(statement))
      expect(await attempt(own, statement)).toBe('42501');
  });

  it('makes no partition of a month to come, which would lock the trail', async () => {
    expect(await attempt(own, `SELECT app.ensure_activity_partition(now() + interval '10 months')`)).toBe('22023');
  });

  it('sees to which organization and user it is bound, and of no other login', async () => {
    expect((await own.query('SELECT role_name, org_id, user_id FROM auth.sql_roles')).rows).toEqual([
      { role_name: OWN, org_id: 'org-own', user_id: 'reporting' },
    ]);
  });

  it('has no way into another database of the server', async () => {
    const { rows } = await own.query(
      `SELECT datname FROM pg_database WHERE datallowconn AND has_database_privilege(datname, 'CONNECT') AND datname !~ '^(test_|sync_)'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('A trail entry dates itself: an entry by plain SQL', () => {
  it.each([`now() - interval '3 days'`, `now() + interval '1 hour'`, `now() - interval '2 microseconds'`])(
    'is not dated by its writer: %s',
    async (created_at) => {
      expect(await attempt(own, note('org-own', { created_at }))).toBe('42501');
      const app = new pg.Client({ connectionString: service.database.appUrl });
      await app.connect();
      const refused = await attempt(app, `SELECT app.set_org('org-own')`, note('org-own', { created_at }));
      await app.end();
      expect(refused).toBe('42501');
    },
  );

  it('names the user that the login is bound to, whoever the statement names', async () => {
    const written = await attempt(own, note('org-own', { user_id: `'ceo'` }));
    expect(written).toEqual([{ user_id: 'reporting', of_now: true }]);
  });

  it('names that user, too, when a trigger writes it: the end of a sync and a request', async () => {
    await own.query(start('b', 'org-own'));
    await own.query(
      `UPDATE sync_progress SET cancel_requested = true, requested_at = now(), requested_by = 'ceo' WHERE sync_id = 'b'`,
    );
    await own.query(`UPDATE sync_progress SET status = 'cancelled' WHERE sync_id = 'b'`);
    const { rows } = await own.query(
      `SELECT activity_type, user_id FROM sync_activity_log WHERE sync_id = 'b' ORDER BY created_at`,
    );
    expect(rows).toEqual([
      { activity_type: 'cancel_requested', user_id: 'reporting' },
      { activity_type: 'sync_cancelled', user_id: 'reporting' },
    ]);
  });
});

it('A lock that a login can hold stops neither a migration nor a dispatch', async () => {
  await own.query('SELECT pg_advisory_lock(7210011)');
  try {
    expect((await migrate(service.database.ownerUrl)).migrations).toEqual([]);
  } finally {
    await own.query('SELECT pg_advisory_unlock_all()');
  }
  const files = globSync('src/**/*.{ts,sql}').filter((file) => /pg_(try_)?advisory/.test(readFileSync(file, 'utf8')));
  expect(files).toEqual(['src/database/migrate.ts']);
});

describe('A login that was dropped', () => {
  it('finds nothing any more on the connections that it still has', async () => {
    const name = `gone_${randomBytes(4).toString('hex')}`;
    const gone = await login(name, 'org-own', 'temp');
    expect((await gone.query('SELECT count(*)::int AS n FROM sync_progress')).rows[0].n).toBeGreaterThan(0);
    expect(await SqlRoles.with(service.database.ownerUrl, (roles) => roles.drop(name))).toBe(true);
    const after = await gone.query('SELECT count(*)::int AS n FROM sync_progress').then(
      ({ rows }) => rows[0].n,
      (error: pg.DatabaseError) => error.code,
    );
    expect([0, '42501', '42704', 'XX000']).toContain(after);
    await gone.end();
  });
});
