import { appendActivity } from '@sync-operations/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastError, makeByHand, partitionName, partitions, takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ SYNC_WORKER: 'on' });
});
afterAll(() => service.close());

const TASK = 'activity-partitions';

/** Leaves the month at hand without a partition, as when maintenance failed for months. */
async function dropThisMonth(): Promise<string> {
  const name = await partitionName(service, 0);
  await sql(service.database.ownerUrl, `DROP TABLE ${name}`);
  return name;
}

const startByPlainSql = (sync_id: string) =>
  sql(
    service.database.appUrl,
    `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items)
     VALUES ('org-1', $1, 'customer', 'shop', 5)`,
    [sync_id],
    'org-1',
  );

/** The guide's update, with the count that ends the sync. */
const endByPlainSql = (sync_id: string) =>
  sql(
    service.database.appUrl,
    "UPDATE sync_progress SET processed_count = 5, updated_at = NOW() WHERE org_id = 'org-1' AND sync_id = $1",
    [sync_id],
    'org-1',
  );

const append = async (activity_type: string) => {
  const client = await service.client('org-1');
  const { response } = await appendActivity({ client, body: { activity_type, status: 'completed' } });
  return response?.status;
};

const entries = async (table: string) => {
  const [row] = await sql<{ count: string }>(service.database.superuserUrl, `SELECT count(*) FROM ${table}`);
  return Number(row?.count);
};

describe('the months ahead', () => {
  it('are made three of them, hardened, and made again when one was lost', async () => {
    const ahead = await Promise.all([0, 1, 2, 3].map((months) => partitionName(service, months)));
    await sql(service.database.ownerUrl, `DROP TABLE ${ahead[1]}, ${ahead[3]}`);
    await takeTurns(service);
    const found = await partitions(service);
    expect([...found]).toEqual(ahead.map((name) => [name, { pending: false, hardened: true }]));
    expect(await lastError(service, TASK)).toBeNull();
  });

  it('are hardened also where a partition was made, and granted, by hand', async () => {
    const name = await makeByHand(service, '2020-11');
    await sql(service.database.ownerUrl, `GRANT SELECT ON ${name} TO sync_app`);
    expect((await partitions(service)).get(name)?.hardened).toBe(false);
    await takeTurns(service);
    expect((await partitions(service)).get(name)?.hardened).toBe(true);
    await expect(sql(service.database.appUrl, `SELECT FROM ${name}`, [], 'org-1')).rejects.toThrow('permission denied');
  });

  it('can be created by name only for a few months', async () => {
    for (const at of ['2020-01-01', '2090-01-01'])
      await expect(sql(service.database.appUrl, 'SELECT app.ensure_activity_partition($1)', [at])).rejects.toThrow(
        'no partition is made for',
      );
  });
});

describe('a write whose month has no partition', () => {
  it('makes it, hardened, when it is appended over REST', async () => {
    const month = await dropThisMonth();
    expect(await append('imported')).toBe(201);
    expect(await entries(month)).toBe(1);
    expect((await partitions(service)).get(month)?.hardened).toBe(true);
  });

  it('makes it when it is the end of a sync by plain SQL', async () => {
    await startByPlainSql('plain');
    const month = await dropThisMonth();
    await endByPlainSql('plain');
    expect(await entries(month)).toBe(1);
  });

  it('makes it when it is the end of a sync whose reporter went silent', async () => {
    await startByPlainSql('silent');
    await sql(
      service.database.superuserUrl,
      "UPDATE sync_progress SET updated_at = now() - interval '1 hour' WHERE sync_id = 'silent'",
    );
    const month = await dropThisMonth();
    expect(await sql(service.database.appUrl, "SELECT app.end_silent_syncs('15 minutes', 10) AS ended")).toEqual([
      { ended: 1 },
    ]);
    expect(await entries(month)).toBe(1);
  });

  it('waits for another that is just making it, and then finds it made', async () => {
    const month = await dropThisMonth();
    const maker = new pg.Client({ connectionString: service.database.appUrl });
    await maker.connect();
    await maker.query("BEGIN; SELECT app.set_org('org-2')");
    await maker.query(`SELECT app.append_activity('org-2', '[{"activity_type": "imported", "status": "completed"}]')`);
    const second = append('imported');
    await waitFor('the second waits', async () => {
      const [row] = await sql(
        service.database.superuserUrl,
        'SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = current_database()',
      );
      return row;
    });
    await maker.query('COMMIT');
    await maker.end();
    expect(await second).toBe(201);
    expect(await entries(month)).toBe(2);
  });

  it('makes it once and loses nothing under twenty writers at once', async () => {
    const syncs = Array.from({ length: 10 }, (_, index) => `concurrent-${index}`);
    for (const sync of syncs) await startByPlainSql(sync);
    const month = await dropThisMonth();
    const statuses = await Promise.all([
      ...syncs.map((sync) => append(`beside ${sync}`)),
      ...syncs.map((sync) => endByPlainSql(sync)),
    ]);
    expect(statuses.slice(0, 10)).toEqual(syncs.map(() => 201));
    expect(await entries(month)).toBe(20);
  });

  it('finds its place in a partition that somebody made for the month under another name', async () => {
    const month = await dropThisMonth();
    await sql(
      service.database.ownerUrl,
      `DO $$ BEGIN EXECUTE format('CREATE TABLE archive_now PARTITION OF sync_activity_log FOR VALUES FROM (%L) TO (%L)',
         date_trunc('month', now()), date_trunc('month', now()) + interval '1 month'); END $$`,
    );
    expect(await append('imported')).toBe(201);
    expect(await entries('archive_now')).toBe(1);
    await takeTurns(service);
    expect(await lastError(service, TASK)).toBeNull();
    expect((await partitions(service)).get(month)).toBeUndefined();
  });
});

describe("A missing partition is not the client's fault: a month that somebody detached", () => {
  async function detachThisMonth(): Promise<string> {
    const name = await partitionName(service, 0);
    // A test before this one may have put another partition in its place.
    await sql(service.database.ownerUrl, 'DROP TABLE IF EXISTS archive_now');
    await append('makes the month');
    await sql(service.database.ownerUrl, `ALTER TABLE sync_activity_log DETACH PARTITION ${name}`);
    return name;
  }

  it('is attached again by the next entry, with what it held', async () => {
    const month = await detachThisMonth();
    const before = await entries(month);
    expect(await append('imported')).toBe(201);
    expect(await entries(month)).toBe(before + 1);
    expect((await partitions(service)).get(month)?.hardened).toBe(true);
  });

  it('is attached again by the end of a sync', async () => {
    await startByPlainSql('detached');
    const month = await detachThisMonth();
    await endByPlainSql('detached');
    expect((await partitions(service)).has(month)).toBe(true);
  });

  it('is attached again by maintenance', async () => {
    const month = await detachThisMonth();
    await takeTurns(service);
    expect((await partitions(service)).has(month)).toBe(true);
  });

  it('is no fault of the client where it cannot be attached: 503, and the next entry once it can', async () => {
    const month = await detachThisMonth();
    await sql(service.database.ownerUrl, `ALTER TABLE ${month} RENAME TO kept; CREATE TABLE ${month} (id integer)`);
    const agent = await service.request('org-1');
    const entry = { activity_type: 'imported', status: 'failed' };
    const { body } = await agent.post('/api/sync/activity').send(entry).expect(503).expect('retry-after', /^\d+$/);
    expect(body.type).toMatch(/unavailable$/);
    await sql(service.database.ownerUrl, `DROP TABLE ${month}; ALTER TABLE kept RENAME TO ${month}`);
    await agent.post('/api/sync/activity').send(entry).expect(201);
  });
});
