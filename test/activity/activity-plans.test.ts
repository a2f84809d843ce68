import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityErrors, activityPage } from '../../src/activity/activity.sql.ts';
import type { Statement } from '../../src/database/database.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

const ORG = 'org-1';
/** An hour apart, over a month. */
const FAILURES = 720;
const A_DAY = 24;

let database: TestDatabase;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await sql(
    database.superuserUrl,
    `SELECT app.ensure_activity_partition(now() - interval '1 month');
     INSERT INTO public.sync_activity_log (org_id, created_at, sync_id, entity_type, activity_type, status, error_message)
     SELECT '${ORG}', now() - make_interval(hours => n), 'sync-' || n, 'product', 'sync_failed', 'failed', 'The shop is closed.'
       FROM generate_series(1, ${FAILURES}) AS n;
     ANALYZE public.sync_activity_log`,
  );
  app = new pg.Client({ connectionString: database.sessionUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString();
const lastDay = { days: 1, from: null, to: null };
const dayBefore = { days: null, from: day(2), to: day(1) };
const readBy = async (statement: Statement) => (await rowsRead(app, ORG, statement, ['sync_activity_log_%'])).read;

describe.each([
  { name: 'the last day', period: lastDay },
  { name: 'a day before', period: dayBefore },
])('Of $name', ({ period }) => {
  it('errors read what failed then, and not the other days of the month', async () => {
    const statement = activityErrors(ORG, period, null, { seesPersons: true, most: 100 });
    expect((await rowsRead(app, ORG, statement)).rows).toMatchObject([{ error_count: expect.closeTo(A_DAY, -0.5) }]);
    expect(await readBy(statement)).toBeLessThanOrEqual(A_DAY + 1);
  });

  it('a page reads that day, and not what is newer', async () => {
    const page = { period, filter: {}, after: undefined, limit: 200, seesPersons: true };
    expect(await readBy(activityPage(ORG, page as Parameters<typeof activityPage>[1]))).toBeLessThanOrEqual(A_DAY + 1);
  });
});
