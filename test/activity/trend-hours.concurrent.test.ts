import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activityTrends, rollUpTrends } from '../../src/activity/trends/trend.sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ORG = 'org-1';
const WRITERS = 4;
const ENDS_EACH = 60;

let database: TestDatabase;
const clients: pg.Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.sessionUrl });
  clients.push(client);
  await client.connect();
  return client;
};
const asTenant = async (client: pg.Client, how: string): Promise<void> => {
  await client.query(how);
  await client.query('SELECT app.set_org($1)', [ORG]);
};

/** One end a transaction, of which some stay open while others come and go. */
async function write(n: number): Promise<void> {
  const client = await connect();
  const entry = JSON.stringify([
    { activity_type: 'sync_completed', status: 'completed', entity_type: `type ${n % 2}`, duration_seconds: 0.1 },
  ]);
  for (let end = 0; end < ENDS_EACH; end += 1) {
    await asTenant(client, 'BEGIN');
    await client.query('SELECT FROM app.append_activity($1, $2)', [ORG, entry]);
    for (let wait = 0; wait < (end * (n + 1)) % 7; wait += 1) await client.query('SELECT 1');
    await client.query(end % 10 === 9 ? 'ROLLBACK' : 'COMMIT');
  }
}

async function count(isOver: () => boolean): Promise<void> {
  const client = await connect();
  const { text, values } = rollUpTrends(ORG, 5);
  while (!isOver()) await client.query(text, values as unknown[]);
}

/** Trends and the entries themselves as of one moment; returns from how many of the looks hours were counted. */
async function compare(isOver: () => boolean): Promise<number> {
  const client = await connect();
  const { text, values } = activityTrends(ORG, { days: 2, from: null, to: null }, null, true);
  let fromHours = 0;
  do {
    await asTenant(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    const trends = await client.query(text, values as unknown[]);
    const entries = await client.query(
      `SELECT entity_type, count(*)::integer AS sync_count FROM public.sync_activity_log WHERE org_id = $1 GROUP BY 1 ORDER BY 1`,
      [ORG],
    );
    const hours = await client.query('SELECT FROM public.sync_trend_hours WHERE org_id = $1', [ORG]);
    await client.query('COMMIT');
    if (hours.rows.length > 0) fromHours += 1;
    const byType = new Map<string, number>();
    for (const { entity_type, sync_count } of trends.rows)
      byType.set(entity_type, (byType.get(entity_type) ?? 0) + sync_count);
    expect([...byType].toSorted()).toEqual(entries.rows.map((row) => [row.entity_type, row.sync_count]));
  } while (!isOver());
  return fromHours;
}

it('Trends are what the entries are, at any moment, while many write and two count', async () => {
  let isOver = false;
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, n) => write(n))).finally(() => {
    isOver = true;
  });
  const [, , , fromHours] = await Promise.all([
    writers,
    count(() => isOver),
    count(() => isOver),
    compare(() => isOver),
  ]);
  expect(fromHours).toBeGreaterThan(0);
  expect(await compare(() => true)).toBe(1);
});
