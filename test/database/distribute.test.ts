import { reportProgress, startSync } from '@sync-operations/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citusCatalogue, distribute, NotDistributable } from '../../src/database/distribution.ts';
import { differenceSinceMigrated } from '../../src/database/fingerprint.ts';
import { startCountingProxy } from '../support/counting-proxy.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';
import { distributedTables } from './citus/schema.rules.ts';
import { installStandIn } from './citus/stand-in.ts';

// Not on a real Citus, which is not to be had here: on what stands for it in citus/stand-in.ts.
let plain: TestDatabase;
let database: TestDatabase;
let owner: pg.Client;

const query = async <Row extends object>(text: string) => (await owner.query(text)).rows as Row[];
const command = (url: string) => ServiceProcess.command('distribute', ['--json'], { MIGRATION_DATABASE_URL: url });

beforeAll(async () => {
  [plain, database] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await installStandIn(database.superuserUrl);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await cleanUp();
  await owner.end();
  await Promise.all([plain.drop(), database.drop()]);
});

describe('npm run db:distribute', () => {
  it('on a plain Postgres says that there is no Citus and what to do, and ends with 1', async () => {
    const { code, stdout, stderr } = await command(plain.ownerUrl);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no Citus in this database');
    expect(stderr).toContain('CREATE EXTENSION citus');
  });

  it('leaves a database alone whose tables have rows', async () => {
    expect(await citusCatalogue(query)).not.toBeNull();
    await owner.query('BEGIN');
    await owner.query(`SELECT app.set_org('org-1')`);
    await owner.query(`INSERT INTO public.sync_trail_places (org_id) VALUES ('org-1')`);
    await expect(distribute(query)).rejects.toThrow(NotDistributable);
    await owner.query('ROLLBACK');
    await sql(database.superuserUrl, 'TRUNCATE public.sync_trail_places');
  });

  it('distributes every table of organizations beside the first, delegates functions, and says what it did', async () => {
    const { code, stdout } = await command(database.ownerUrl);
    expect(code).toBe(0);
    const done = JSON.parse(stdout);
    const tables = await distributedTables(database.superuserUrl);
    expect([...done.distributed].sort()).toEqual(tables);
    expect(done.distributed[0]).toBe('public.sync_progress');
    expect(done.delegated).toContain('app.append_activity(text,jsonb)');
    // It reads who belongs to an organization, which stays on the coordinator.
    expect(done.delegated.join()).not.toContain('open_member_session');
    expect(done.settings).toEqual([
      ...['citus.propagate_set_commands = local', 'citus.enable_unsafe_triggers = on'],
      'citus.allow_nested_distributed_execution = on',
    ]);
    const rows = await query<{ colocated_with: string; column_name: string; tables: number }>(
      'SELECT colocated_with, column_name, count(*)::integer AS tables FROM pg_dist_partition GROUP BY 1, 2 ORDER BY 3',
    );
    expect(rows).toEqual([
      { colocated_with: 'none', column_name: 'org_id', tables: 1 },
      { colocated_with: 'public.sync_progress', column_name: 'org_id', tables: tables.length - 1 },
    ]);
  });

  it('does nothing a second time', async () => {
    const { code, stdout } = await command(database.ownerUrl);
    expect({ code, done: JSON.parse(stdout) }).toEqual({
      code: 0,
      done: {
        distributed: [],
        delegated: [],
        settings: [],
        before: (await distributedTables(database.superuserUrl)).length,
      },
    });
  });

  it('makes the service send reports of many organizations within BEGIN and COMMIT, in one round trip still', async () => {
    const proxy = await startCountingProxy(database.appUrl);
    const service = await startTestService({ DATABASE_URL: proxy.url });
    const client = await service.client('org-1');
    const body = { sync_id: 'spread', entity_type: 'customer', source_system: 'woocommerce' };
    expect((await startSync({ client, body })).response?.status).toBe(201);
    for (const processed_count of [1, 2]) {
      proxy.take();
      const { response } = await reportProgress({ client, path: { sync_id: 'spread' }, body: { processed_count } });
      expect(response?.status).toBe(200);
    }
    expect(proxy.take()).toEqual([expect.stringMatching(/BEGIN.*app\.report_progress.*COMMIT/s)]);
    await service.close();
    await proxy.close();
  });

  it('leaves the database as it was migrated, also with shards beside the tables', async () => {
    await sql(database.superuserUrl, 'CREATE TABLE public.sync_progress_102008 (LIKE public.sync_progress)');
    await owner.query('SET search_path = pg_catalog');
    expect(await differenceSinceMigrated(query)).toBeUndefined();
  });
});
