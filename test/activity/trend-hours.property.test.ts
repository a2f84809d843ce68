import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Period } from '../../src/activity/period.ts';
import { activityTrends, rollUpTrends } from '../../src/activity/trends/trend.sql.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// Trends are the sum of hours that a task has counted and of what it has not. Whatever is written, in whatever order transactions end and tasks run, they
// must be what the entries themselves add up to.

const ORGS = ['org-a', 'org-b'] as const;
const HOUR_MS = 3_600_000;
/** Two days of hours, over the end of a month. */
const BEGIN = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1) - 24 * HOUR_MS;
const runs = Number(process.env.PROPERTY_RUNS ?? 15);

let database: TestDatabase;
let app: pg.Client;
/** Each has a transaction open, or none. */
let writers: pg.Client[];

beforeAll(async () => {
  database = await createTestDatabase();
  await sql(database.superuserUrl, `SELECT app.ensure_activity_partition(now() - interval '1 month')`);
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  app = await connect(database.sessionUrl);
  writers = await Promise.all(Array.from({ length: 3 }, () => connect(database.superuserUrl)));
});
afterAll(async () => {
  await Promise.all([app, ...writers].map((client) => client.end()));
  await database.drop();
});

const org = fc.constantFrom(...ORGS);
const writer = fc.nat(2);
const at = fc
  .tuple(fc.constantFrom(0, 1, 23, 24, 25, 47), fc.oneof(fc.constantFrom(0, 1, 3_599_999_999), fc.nat(3_599_999_999)))
  .map(([hour, us]) => ({ ms: BEGIN + hour * HOUR_MS, us }));
const entry = fc.record({
  org,
  at,
  entity_type: fc.oneof(
    { weight: 39, arbitrary: fc.constantFrom('order', 'customer', '', null) },
    { weight: 1, arbitrary: fc.constant('long'.repeat(101)) },
  ),
  activity_type: fc.constantFrom('sync_completed', 'sync_completed', 'sync_failed', 'sync_timeout', 'imported'),
  duration: fc.oneof(
    fc.constantFrom(null, 0, 0.1, 5e-324, 1e308, 0.30000000000000004),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
  ),
  records: fc.option(fc.maxSafeNat()),
  details: fc.constantFrom(null, { conflict_count: 2 }, { conflict_count: 0 }, { conflict_count: 'many' }),
});
const command = fc.oneof(
  { weight: 24, arbitrary: fc.record({ do: fc.constant('write' as const), writer, entry }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('many types' as const), writer, org, at }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('commit' as const), writer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), writer }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('count' as const), org, most: fc.integer({ min: 1, max: 9 }) }),
  },
);
/** As somebody in London, Kolkata or Kathmandu names it: by a whole hour there, or by any moment. */
const moment = fc
  .tuple(at, fc.constantFrom('Z', '+05:30', '+05:45'), fc.boolean())
  .map(([{ ms, us }, zone, isWhole]) => {
    const text = new Date(ms).toISOString().slice(0, 19);
    return isWhole ? `${text}${zone}` : `${text}.${String(us % 1_000_000).padStart(6, '0')}${zone}`;
  });
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constant({ days: 40, from: null, to: null }),
  fc.constant({ days: null, from: null, to: null }),
  fc.record({ days: fc.constant(null), from: fc.option(moment), to: fc.option(moment) }),
);

/** What the entries add up to, by themselves. */
const RAW = `
  SELECT to_char(date_trunc('day', created_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS day, entity_type,
         count(*) FILTER (WHERE done)::integer AS sync_count,
         round((sum(duration_seconds::text::numeric) FILTER (WHERE done)) / nullif(count(duration_seconds) FILTER (WHERE done), 0), 300)::double precision
           AS avg_duration_sec,
         max(duration_seconds) FILTER (WHERE done) AS max_duration_sec,
         coalesce(sum(record_count::bigint) FILTER (WHERE done), 0)::double precision AS total_records,
         count(*) FILTER (WHERE NOT done)::integer AS failed_syncs,
         count(*) FILTER (WHERE done AND details = '{"conflict_count": 2}')::integer AS conflict_syncs
    FROM (SELECT *, activity_type = 'sync_completed' AS done FROM public.sync_activity_log
           WHERE org_id = $1 AND activity_type <> 'imported' AND created_at >= coalesce($2::timestamptz, '-infinity')
             AND created_at < coalesce($3::timestamptz, 'infinity') AND ($4::text IS NULL OR entity_type = $4)) AS l
   GROUP BY 1, 2 ORDER BY 1, 2`;

async function trends(orgId: string, asked: Period, entityType: string | null) {
  await app.query('BEGIN');
  try {
    await app.query('SELECT app.set_org($1)', [orgId]);
    const { text, values } = activityTrends(orgId, asked, entityType, true);
    const counted = await app.query(text, values as unknown[]);
    const raw = await app.query(RAW, [orgId, asked.from, asked.to, entityType]);
    return { counted: counted.rows, raw: raw.rows };
  } finally {
    await app.query('ROLLBACK');
  }
}

type Command = typeof command extends fc.Arbitrary<infer Act> ? Act : never;

async function obey(open: boolean[], act: Command) {
  if (act.do === 'count') {
    const { text, values } = rollUpTrends(act.org, act.most);
    await app.query(text, values as unknown[]);
    return;
  }
  const client = writers[act.writer] as pg.Client;
  if (act.do === 'commit' || act.do === 'undo') {
    if (open[act.writer]) await client.query(act.do === 'commit' ? 'COMMIT' : 'ROLLBACK');
    open[act.writer] = false;
    return;
  }
  if (!open[act.writer]) await client.query('BEGIN');
  open[act.writer] = true;
  const columns = `INSERT INTO public.sync_activity_log (org_id, created_at, entity_type, activity_type, status, duration_seconds, record_count, details)`;
  const when = (given: { ms: number; us: number }) => [new Date(given.ms).toISOString(), given.us];
  const time = `$2::timestamptz + $3::bigint * interval '1 microsecond'`;
  if (act.do === 'many types')
    await client.query(
      `${columns} SELECT $1, ${time}, 'type ' || n, 'sync_completed', 'completed', n, n, NULL FROM generate_series(1, 51) AS n`,
      [act.org, ...when(act.at)],
    );
  else {
    const { entry: e } = act;
    await client.query(`${columns} VALUES ($1, ${time}, $4, $5, 'completed', $6, $7, $8)`, [
      ...[e.org, ...when(e.at), e.entity_type, e.activity_type, e.duration, e.records, JSON.stringify(e.details)],
    ]);
  }
}

it('trends are what the entries add up to, to the digit, in whatever order transactions end and hours are counted', async () => {
  let fromHours = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 20, maxLength: 40 }),
      fc.array(fc.record({ period, entityType: fc.option(fc.constantFrom('order', ''), { freq: 3 }) }), {
        minLength: 2,
        maxLength: 2,
      }),
      async (commands, looks) => {
        for (const table of ['sync_activity_log', 'sync_trend_hours', 'sync_trend_marks'])
          await writers[0]?.query(`DELETE FROM public.${table}`);
        const open = [false, false, false];
        const compare = async () => {
          const hours = await writers[0]?.query('SELECT FROM public.sync_trend_hours WHERE sync_count > 0');
          if (hours?.rowCount) fromHours += 1;
          for (const { period: asked, entityType } of looks)
            for (const orgId of ORGS) {
              const { counted, raw } = await trends(orgId, asked, entityType);
              expect(counted).toEqual(raw);
            }
        };
        try {
          for (const [step, act] of commands.entries()) {
            await obey(open, act);
            if (step % 6 === 5) await compare();
          }
          await compare();
        } finally {
          for (const [n, client] of writers.entries()) if (open[n]) await client.query('COMMIT');
        }
        await compare();
      },
    ),
    { numRuns: runs },
  );
  // Else nothing was compared but entries with themselves.
  expect(fromHours).toBeGreaterThan(runs);
});
