import { appendActivity } from '@sync-operations/client';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastError, makeByHand, partitionName, partitions, takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { ArchiveFolder } from './trail.archive.support.ts';

const TASK = 'activity-retention';
const OLD = ['sync_activity_log_2020_01', 'sync_activity_log_2020_02'] as const;

const archive = new ArchiveFolder();
let service: TestService;
let reader: pg.Client | undefined;

beforeAll(async () => {
  service = await startTestService({
    ...{ SYNC_WORKER: 'on', SYNC_ACTIVITY_RETENTION_MONTHS: '2' },
    SYNC_TRAIL_EXPORT_URL: archive.url,
  });
  // The turn of the start must not meet the months that the tests prepare.
  await takeTurns(service);
});
afterAll(async () => {
  await service.close();
  archive.remove();
});

beforeEach(async () => {
  for (const month of ['2020-01', '2020-02']) {
    await makeByHand(service, month);
    await sql(
      service.database.superuserUrl,
      `INSERT INTO sync_activity_log (org_id, created_at, activity_type, status)
       SELECT 'org-1', '${month}-15', 'imported', 'completed' FROM generate_series(1, 3)`,
    );
  }
  // Now, because hardening would wait for the reader that some tests open.
  await sql(service.database.ownerUrl, 'SELECT app.prepare_activity_partitions(3)');
});
afterEach(async () => {
  await reader?.end();
  reader = undefined;
  await sql(service.database.ownerUrl, `DROP TABLE IF EXISTS ${OLD.join(', ')}`);
});

/** A transaction that has read the whole trail, as an export or a backup, and is not over. */
async function openReader(): Promise<() => Promise<number>> {
  const client = new pg.Client({ connectionString: service.database.superuserUrl });
  reader = client;
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const count = async () =>
    Number(
      (await client.query("SELECT count(*) FROM sync_activity_log WHERE created_at < '2021-01-01'")).rows[0].count,
    );
  expect(await count()).toBe(6);
  return count;
}

const rowsIn = async (table: string) => (await sql(service.database.superuserUrl, `SELECT id FROM ${table}`)).length;
const pendingPartition = () =>
  waitFor(
    'a detach waits for the reader',
    async () => [...(await partitions(service))].find(([, { pending }]) => pending)?.[0],
  );

describe('after the retention', () => {
  it('months are detached and kept as tables; what is younger stays', async () => {
    const kept = await makeByHand(service, (await partitionName(service, -2)).slice(-7).replace('_', '-'));
    const gone = await makeByHand(service, (await partitionName(service, -3)).slice(-7).replace('_', '-'));
    await takeTurns(service);
    const left = await partitions(service);
    expect(await lastError(service, TASK)).toBeNull();
    expect([...left.keys()]).toEqual(
      await Promise.all([-2, 0, 1, 2, 3].map((months) => partitionName(service, months))),
    );
    expect(left.has(kept)).toBe(true);
    expect(await Promise.all([...OLD, gone].map(rowsIn))).toEqual([3, 3, 0]);
  });

  it('a partition with a name of its own is left alone and holds up no other', async () => {
    await sql(
      service.database.ownerUrl,
      `CREATE TABLE sync_activity_archive PARTITION OF sync_activity_log FOR VALUES FROM ('2018-01-01') TO ('2019-01-01')`,
    );
    await takeTurns(service);
    const left = await partitions(service);
    expect({ own: left.has('sync_activity_archive'), old: left.has(OLD[0]) }).toEqual({ own: true, old: false });
    await sql(service.database.ownerUrl, 'DROP TABLE sync_activity_archive');
  });

  it('a transaction that is reading them sees all its rows to its end, and nobody waits to write', async () => {
    const count = await openReader();
    const turns = takeTurns(service);
    const pending = await pendingPartition();
    expect(await count()).toBe(6);
    const client = await service.client('org-1');
    const { response } = await appendActivity({ client, body: { activity_type: 'imported', status: 'completed' } });
    expect(response?.status).toBe(201);

    await reader?.query('COMMIT');
    await turns;
    expect((await partitions(service)).has(pending)).toBe(false);
    expect(await Promise.all(OLD.map(rowsIn))).toEqual([3, 3]);
  });

  it('a detach that was begun and not finished is finished, whichever month it is', async () => {
    await openReader();
    const owner = new pg.Client({ connectionString: service.database.ownerUrl });
    await owner.connect();
    // The younger of the two: Postgres allows one pending detach, so the older cannot be begun before.
    const dying = owner.query(`ALTER TABLE sync_activity_log DETACH PARTITION ${OLD[1]} CONCURRENTLY`);
    const refused = expect(dying).rejects.toThrow('canceling statement');
    expect(await pendingPartition()).toBe(OLD[1]);
    await sql(
      service.database.superuserUrl,
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'ALTER TABLE%DETACH%' AND pid <> pg_backend_pid()",
    );
    await refused;
    await owner.end();
    await reader?.query('COMMIT');
    expect((await partitions(service)).get(OLD[1])).toMatchObject({ pending: true });

    await takeTurns(service);
    expect(await lastError(service, TASK)).toBeNull();
    const left = await partitions(service);
    expect(OLD.map((name) => left.has(name))).toEqual([false, false]);
    expect(await Promise.all(OLD.map(rowsIn))).toEqual([3, 3]);
  });
});

describe('without a retention', () => {
  it('nothing is ever detached', async () => {
    const keeper = await startTestService({ SYNC_WORKER: 'on' });
    await makeByHand(keeper, '2020-01');
    await takeTurns(keeper);
    expect((await partitions(keeper)).has(OLD[0])).toBe(true);
    expect(await lastError(keeper, TASK)).toBeUndefined();
    await keeper.close();
  });
});
