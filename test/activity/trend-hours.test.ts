import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Period } from '../../src/activity/period.ts';
import { activityTrends, rollUpTrends } from '../../src/activity/trends/trend.sql.ts';
import { lastError, takeTurns } from '../support/maintenance.support.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';

const ORG = 'org-1';
/** The middle of an hour of last month, which is in a month of its own. */
const MONTH = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 1))
  .toISOString()
  .slice(0, 7);
const AT = `${MONTH}-10T10:30:00Z`;
const DAY = `${MONTH}-10`;
const PERIOD: Period = { days: null, from: `${MONTH}-10T00:00:00Z`, to: `${MONTH}-11T00:00:00Z` };

let database: TestDatabase;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await asOwner(`SELECT app.ensure_activity_partition('${AT}')`);
  app = new pg.Client({ connectionString: database.sessionUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});
beforeEach(async () => {
  for (const table of ['sync_activity_log', 'sync_trend_hours', 'sync_trend_marks'])
    await asOwner(`DELETE FROM public.${table}`);
});

const asOwner = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(database.superuserUrl, text, values);
const write = (count: number, { org = ORG, type = "'order'", at = AT } = {}) =>
  `INSERT INTO public.sync_activity_log (org_id, created_at, entity_type, activity_type, status, duration_seconds, record_count)
   SELECT '${org}', '${at}', ${type}, 'sync_completed', 'completed', 0.1, 1 FROM generate_series(1, ${count}) AS n`;
const count = async (org = ORG, most = 100): Promise<boolean> => {
  const { text, values } = rollUpTrends(org, most);
  const { rows } = await app.query<{ more: boolean }>(text, values as unknown[]);
  return rows[0]?.more as boolean;
};
interface Trend {
  readonly day: string;
  readonly sync_count: number;
}
const look = (period = PERIOD, org = ORG) =>
  rowsRead<Trend>(app, org, activityTrends(org, period, null, false), ['sync_activity_log_%', 'sync_trend_hours']);
const syncs = async (org = ORG): Promise<number> =>
  (await look(PERIOD, org)).rows.reduce((sum, { sync_count }) => sum + sync_count, 0);
const hours = (columns: string) =>
  asOwner<Record<string, unknown>>(`SELECT ${columns} FROM public.sync_trend_hours ORDER BY hour, entity_type`);
const begin = async (text: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.superuserUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(text);
  return client;
};
const end = async (client: pg.Client, how = 'COMMIT') => {
  await client.query(how);
  await client.end();
};

describe('Trends of hours that are counted', () => {
  it('read as many rows of a month however many syncs ended in it', async () => {
    const read: number[] = [];
    const month = { days: null, from: `${MONTH}-01T00:00:00Z`, to: `${MONTH}-28T00:00:00Z` };
    for (const each of [2, 20]) {
      await asOwner(
        `${write(each * 600).replace(`'${AT}'`, `'${MONTH}-01'::timestamptz + n % 600 * interval '1 hour'`)}; ANALYZE public.sync_activity_log`,
      );
      while (await count(ORG, 1_000));
      read.push((await look(month)).read);
    }
    expect(read).toEqual([600, 600]);
    expect((await look(month)).rows).toHaveLength(25);
  });

  it('read the entries of no other hour than those that the period cuts', async () => {
    await asOwner(
      `${write(50)}; ${write(7, { at: `${MONTH}-10T05:15:00Z` })}; ${write(9, { at: `${MONTH}-10T05:40:00Z` })}`,
    );
    await count();
    // From half past five, as a day begins in Kolkata.
    const { rows, read } = await look({ ...PERIOD, from: `${MONTH}-10T11:00:00+05:30` });
    expect(rows).toMatchObject([{ day: DAY, sync_count: 59 }]);
    expect(read).toBe(9 + 1);
  });

  it('have no row for an organization of another one', async () => {
    await asOwner(`${write(3)}; ${write(5, { org: 'org-2' })}`);
    await count();
    await count('org-2');
    expect([await syncs(), await syncs('org-2')]).toEqual([3, 5]);
    const { rows } = await rowsRead(app, 'org-2', {
      text: 'SELECT org_id FROM public.sync_trend_hours UNION ALL SELECT org_id FROM public.sync_trend_marks',
      values: [],
    });
    expect(rows).toEqual([{ org_id: 'org-2' }, { org_id: 'org-2' }]);
  });

  it('have an entry once, whose transaction ends long after its hour was counted', async () => {
    const late = await begin(write(2));
    await asOwner(write(3));
    await count();
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 3 }]);
    expect(await syncs()).toBe(3);
    await end(late);
    expect(await syncs()).toBe(5);
    await count();
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 5 }]);
    expect(await syncs()).toBe(5);
  });

  it('are counted while another organization keeps a transaction open', async () => {
    const open = await begin(write(1, { org: 'org-2' }));
    await asOwner(write(3));
    await count();
    await asOwner(write(4));
    await count();
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 7 }]);
    await end(open, 'ROLLBACK');
  });

  it('have what the transaction of the count itself writes before and after it', async () => {
    await app.query('BEGIN');
    await app.query('SELECT app.set_org($1)', [ORG]);
    const append = () =>
      app.query(`SELECT FROM app.append_activity($1, '[{"activity_type": "sync_completed", "status": "completed"}]')`, [
        ORG,
      ]);
    await append();
    // A later transaction ends first, so that a snapshot reaches beyond this one.
    await asOwner(write(1, { org: 'org-2' }));
    await count();
    await append();
    await app.query('COMMIT');
    const today = { days: 1, from: null, to: null };
    expect((await look(today)).rows).toMatchObject([{ sync_count: 2 }]);
    await count();
    expect((await look(today)).rows).toMatchObject([{ sync_count: 2 }]);
  });

  it('are counted once by two that count at once', async () => {
    await asOwner(write(1));
    await count();
    await asOwner(write(3));
    const other = await begin(`SELECT app.roll_up_trends('${ORG}', 100)`);
    expect(await count()).toBe(false);
    await end(other);
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 4 }]);
  });

  it('go on where they were: so many at once, and those of one transaction together', async () => {
    for (let n = 0; n < 5; n += 1) await asOwner(write(2));
    expect([await count(ORG, 3), await count(ORG, 3), await count(ORG, 3)]).toEqual([true, true, false]);
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 10 }]);
  });
});

describe('An hour', () => {
  it.each([
    ['of more than 50 entity types', "'type ' || n"],
    ['with an entity type that is longer than 400 bytes', "repeat('ä', 201)"],
  ])('%s is one row, and read from its entries', async (_, type) => {
    await asOwner(write(30));
    await count();
    await asOwner(write(51, { type }));
    await count();
    expect(await hours('is_raw, entity_type')).toEqual([{ is_raw: true, entity_type: null }]);
    await asOwner(write(2));
    expect(await syncs()).toBe(83);
    await count();
    expect(await hours('is_raw, entity_type')).toEqual([{ is_raw: true, entity_type: null }]);
    expect(await syncs()).toBe(83);
  });

  it('of a month that is detached is not shown, goes with the next count, and comes back with its month', async () => {
    await asOwner(write(3));
    await count();
    const [{ name } = { name: '' }] = await asOwner<{ name: string }>(
      `SELECT app.activity_partition_name('${AT}') AS name`,
    );
    await asOwner(`ALTER TABLE public.sync_activity_log DETACH PARTITION public.${name}`);
    expect(await syncs()).toBe(0);
    await asOwner(write(1, { at: new Date().toISOString() }));
    await count();
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 1 }]);
    expect(await syncs()).toBe(0);
    await asOwner(`SELECT app.ensure_activity_partition('${AT}')`);
    expect(await syncs()).toBe(3);
    await count();
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 3 }, { sync_count: 1 }]);
    expect(await syncs()).toBe(3);
  });

  it('counts what a month brings along that is attached with entries', async () => {
    const [{ name } = { name: '' }] = await asOwner<{ name: string }>(
      `SELECT app.activity_partition_name('${AT}') AS name`,
    );
    const older = new Date(Date.UTC(Number(MONTH.slice(0, 4)), Number(MONTH.slice(5)) - 2, 1))
      .toISOString()
      .slice(0, 10);
    await asOwner(write(1));
    await count();
    await asOwner(
      `CREATE TABLE public.brought (LIKE public.${name} INCLUDING ALL);
       ${write(4, { at: `${older}T00:00:00Z` }).replace('sync_activity_log', 'brought')}`,
    );
    await asOwner(write(1));
    await count();
    await asOwner(
      `ALTER TABLE public.sync_activity_log ATTACH PARTITION public.brought FOR VALUES FROM ('${older}') TO ('${MONTH}-01')`,
    );
    const both = { ...PERIOD, from: `${older}T00:00:00Z` };
    const seen = async () => (await look(both)).rows.map(({ sync_count }) => sync_count);
    expect(await seen()).toEqual([4, 2]);
    await count();
    expect(await seen()).toEqual([4, 2]);
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 4 }, { sync_count: 2 }]);
    await asOwner('DROP TABLE public.brought');
  });

  it('of a database that was restored elsewhere is counted anew, since transactions have other numbers there', async () => {
    await asOwner(write(3));
    await count();
    // As in another cluster, whose transactions have begun anew.
    await asOwner(`UPDATE public.sync_trend_marks SET cluster = 'another', horizon = '9000000000000'`);
    await asOwner(`UPDATE public.sync_activity_log SET written_in = '8000000000000'`);
    await asOwner(write(2));
    expect(await syncs()).toBe(5);
    for (let turn = 0; turn < 3; turn += 1) {
      await count(ORG, 2);
      expect(await syncs()).toBe(5);
    }
    while (await count(ORG, 2));
    expect(await hours('sync_count::integer')).toEqual([{ sync_count: 5 }]);
    expect((await look()).read).toBe(1);
    expect(await syncs()).toBe(5);
  });
});

describe('The service', () => {
  it('may write no hour and no mark, and tell no transaction of an entry', async () => {
    for (const text of [
      `INSERT INTO public.sync_trend_hours (org_id, hour) VALUES ('${ORG}', now())`,
      `UPDATE public.sync_trend_marks SET horizon = '0'`,
      `INSERT INTO public.sync_activity_log (org_id, activity_type, status, written_in) VALUES ('${ORG}', 'sync_completed', 'completed', '3')`,
    ])
      await expect(sql(database.sessionUrl, text, [], ORG)).rejects.toMatchObject({ code: '42501' });
  });

  it('counts every organization by its task, also when that of one fails', async () => {
    const worker = await startTestService({ SYNC_WORKER: 'on' });
    try {
      const { superuserUrl } = worker.database;
      await sql(superuserUrl, `ALTER TABLE public.sync_trend_hours ADD CHECK (org_id <> 'org-a') NOT VALID`);
      const now = new Date().toISOString();
      for (const org of ['org-a', 'org-b', 'org-c']) await sql(superuserUrl, write(2, { org, at: now }));
      await takeTurns(worker);
      expect(await lastError(worker, 'trend-hours')).toBeNull();
      const counted = await sql(
        superuserUrl,
        'SELECT org_id, sync_count::integer FROM public.sync_trend_hours ORDER BY 1',
      );
      expect(counted).toEqual([
        { org_id: 'org-b', sync_count: 2 },
        { org_id: 'org-c', sync_count: 2 },
      ]);
    } finally {
      await worker.close();
    }
  });
});
