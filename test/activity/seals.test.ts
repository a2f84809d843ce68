import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TaskRunner } from '../../src/jobs/task.runner.ts';
import { takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

const ORG = 'org-seals';
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  // Entries of some minutes ago are of last month at the beginning of one.
  await asOwner(`SELECT app.ensure_activity_partition(now() - interval '1 month')`);
});
afterAll(() => service.close());

const asOwner = <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  sql<T>(service.database.superuserUrl, text, values);

/** Entries of the past, so many milliseconds before now, in this order. */
const append = async (org: string, ...ago: number[]): Promise<string[]> => {
  const rows = await asOwner<{ id: string }>(
    `INSERT INTO public.sync_activity_log (org_id, created_at, activity_type, status, user_id, record_count, details)
     SELECT $1, now() - make_interval(secs => ago / 1000.0), 'imported', 'completed', 'ada', 3, '{"b": 1.50, "a": "ä"}'
       FROM unnest($2::float8[]) WITH ORDINALITY AS e (ago, n) ORDER BY n RETURNING id`,
    [org, ago],
  );
  return rows.map(({ id }) => id);
};
const seal = async (org = ORG): Promise<number> =>
  Number((await asOwner<{ sealed: string }>('SELECT app.seal_entries($1) AS sealed', [org]))[0]?.sealed);
/** The statement of docs/audit.md. */
const STATEMENT = /```sql\n([\s\S]*?)```/.exec(readFileSync('docs/audit.md', 'utf8'))?.[1] ?? '';

/** Also by the documented statement, which must say the same. */
const verify = async (org = ORG) => {
  const { status, body } = await (await service.request(org)).get('/api/sync/activity/verify');
  expect(status).toBe(200);
  expect(await asOwner(STATEMENT.replaceAll('org-123', org))).toEqual([body.first_invalid].filter(Boolean));
  return body;
};

beforeEach(async () => {
  await asOwner(`DELETE FROM public.sync_activity_log WHERE org_id LIKE 'org-seals%'`);
  await asOwner(`DELETE FROM public.sync_activity_seals WHERE org_id LIKE 'org-seals%'`);
});

describe('A trail that is sealed', () => {
  it('is valid as it was written, and counts what is not sealed yet', async () => {
    expect(await verify()).toEqual({ valid: true, sealed_entries: 0, unsealed_entries: 0, first_invalid: null });
    await append(ORG, 3_000, 2_000, 1_000);
    expect(await seal()).toBe(3);
    expect(await seal()).toBe(0);
    await append(ORG, 500);
    expect(await verify()).toEqual({ valid: true, sealed_entries: 3, unsealed_entries: 1, first_invalid: null });
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 4, unsealed_entries: 0 });
  });

  it('takes what began before entries that are sealed already, when its transaction ends later', async () => {
    await append(ORG, 1_000);
    await seal();
    await append(ORG, 60_000);
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 2, unsealed_entries: 0 });
  });

  it.each([
    ['record_count = 4', 'altered'],
    ["details = '{}'", 'altered'],
    ['user_id = NULL', 'altered'],
    ["error_message = ''", 'altered'],
    ["created_at = created_at + interval '1 microsecond'", 'removed'],
  ])('names the entry that was changed: %s', async (change, reason) => {
    const [, second] = await append(ORG, 3_000, 2_000, 1_000);
    await seal();
    await append(ORG, 500);
    await seal();
    await asOwner(`UPDATE public.sync_activity_log SET ${change} WHERE org_id = '${ORG}' AND id = '${second}'`);
    expect(await verify()).toMatchObject({ valid: false, first_invalid: { id: second, reason } });
  });

  it('names the entry that was removed, and one that was inserted behind what was sealed', async () => {
    const ids = await append(ORG, 3_000_000, 2_000_000, 1_000);
    // Twice: they may be of two months.
    await seal();
    await seal();
    const [inserted] = await append(ORG, 2_500_000);
    expect(await verify()).toMatchObject({ valid: false, first_invalid: { id: inserted, reason: 'inserted' } });
    // It is never sealed, so it stays visible.
    expect(await seal()).toBe(0);
    await asOwner(`DELETE FROM public.sync_activity_log WHERE id = $1`, [ids[1]]);
    expect(await verify()).toMatchObject({ valid: false, first_invalid: { id: ids[1], reason: 'removed' } });
  });

  it('tells a seal that was changed, removed, or made anew without those after it', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      ids.push(...(await append(ORG, 10_000 - n * 1_000)));
      await seal();
    }
    const undo = await asOwner<{ sealed_at: string }>(
      `UPDATE public.sync_activity_seals SET sealed_at = sealed_at + interval '1 s' WHERE org_id = '${ORG}' AND sequence = 2 RETURNING 1`,
    );
    expect(undo).toHaveLength(1);
    expect(await verify()).toMatchObject({ first_invalid: { id: ids[1], reason: 'seal_altered' } });
    await asOwner(
      `UPDATE public.sync_activity_seals s SET hash = app.activity_seal_hash(s) WHERE org_id = '${ORG}' AND sequence = 2`,
    );
    expect(await verify()).toMatchObject({ first_invalid: { id: ids[2], reason: 'seal_removed' } });
    await asOwner(`DELETE FROM public.sync_activity_seals WHERE org_id = '${ORG}' AND sequence = 1`);
    expect(await verify()).toMatchObject({ first_invalid: { id: ids[1], reason: 'seal_removed' } });
  });

  it('is that of one organization: what happens to another says nothing here', async () => {
    await append(ORG, 2_000);
    const [theirs] = await append('org-seals-2', 2_000);
    expect([await seal(), await seal('org-seals-2')]).toEqual([1, 1]);
    await asOwner(`DELETE FROM public.sync_activity_log WHERE id = $1`, [theirs]);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 1 });
    expect(await verify('org-seals-2')).toMatchObject({ valid: false, first_invalid: { id: theirs } });
    const { body } = await (await service.request(ORG)).get('/api/sync/activity/seals');
    expect(body.items).toHaveLength(1);
  });

  it('holds entries of one month a seal', async () => {
    await asOwner(`SELECT app.ensure_activity_partition(now() - interval '31 days')`);
    await append(ORG, 31 * 86_400_000, 31 * 86_400_000 - 1_000, 1_000);
    expect([await seal(), await seal(), await seal()]).toEqual([2, 1, 0]);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 3 });
  });

  it('stays valid when a month is detached and its table dropped, and its seals still hold the chain together', async () => {
    const [{ name, month } = { name: '', month: '' }] = await asOwner<{ name: string; month: string }>(
      `SELECT app.ensure_activity_partition(now() - interval '2 months') AS name, to_char(now() - interval '2 months', 'YYYY-MM-15') AS month`,
    );
    const sinceMonth = Date.now() - Date.parse(month);
    await append(ORG, sinceMonth, sinceMonth - 1_000);
    await seal();
    const [, newest] = await append(ORG, 2_000, 1_000);
    await seal();
    const valid = { valid: true, sealed_entries: 4, unsealed_entries: 0 };
    expect(await verify()).toMatchObject(valid);
    // As the retention does it, which takes as long as somebody reads the month.
    const reader = new pg.Client({ connectionString: service.database.superuserUrl });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.sync_activity_log');
    const detached = asOwner(`ALTER TABLE public.sync_activity_log DETACH PARTITION public.${name} CONCURRENTLY`);
    await waitFor('the detach waits for the reader', async () =>
      (await asOwner('SELECT FROM pg_inherits WHERE inhdetachpending')).length > 0 ? true : undefined,
    );
    expect(await verify()).toMatchObject(valid);
    await reader.end();
    await detached;
    expect(await verify()).toMatchObject(valid);
    await asOwner(`DROP TABLE public.${name}`);
    expect(await verify()).toMatchObject(valid);
    await append(ORG, 500);
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 5 });
    // What is left is still looked at, and so are the seals of the month that is gone.
    await asOwner(`UPDATE public.sync_activity_log SET status = 'failed' WHERE id = $1`, [newest]);
    expect(await verify()).toMatchObject({ first_invalid: { id: newest, reason: 'altered' } });
    const [gone] = await asOwner<{ id: string }>(
      `UPDATE public.sync_activity_seals SET entry_hashes[2] = sha256('x') WHERE org_id = '${ORG}' AND sequence = 1 RETURNING entry_ids[1] AS id`,
    );
    expect(await verify()).toMatchObject({ first_invalid: { id: gone?.id, reason: 'seal_altered' } });
  });

  it('goes on through many seals', async () => {
    await append(ORG, ...Array.from({ length: 2_300 }, (_, n) => 300_000 - n * 100));
    for (let n = 0; n < 3; n += 1) expect(await seal()).toBe(n < 2 ? 1_000 : 300);
    const { body } = await (await service.request(ORG)).get('/api/sync/activity/seals?after=1&limit=1');
    expect(body.items).toMatchObject([{ sequence: '2', entries: 1_000 }]);
    expect(await verify()).toMatchObject({ valid: true, sealed_entries: 2_300, unsealed_entries: 0 });
  });

  it('depends on no setting of the session', async () => {
    await append(ORG, 1_000);
    await seal();
    const [row] = await asOwner<{ reason: string | null }>(`
      WITH s AS (SELECT set_config('TimeZone', 'Asia/Tokyo', false), set_config('extra_float_digits', '-5', false),
                        set_config('DateStyle', 'German', false), set_config('bytea_output', 'escape', false))
      SELECT v.reason FROM s, app.verify_seals('${ORG}', 0, 10) v`);
    expect(row).toEqual({ reason: null });
  });
});

describe('An organization whose trail cannot be sealed', () => {
  it('keeps no other from it', async () => {
    const worker = await startTestService({ SYNC_WORKER: 'on' });
    try {
      const ask = (text: string) => sql<{ org_id: string }>(worker.database.superuserUrl, text);
      await ask(`ALTER TABLE public.sync_activity_seals ADD CHECK (org_id <> 'org-a') NOT VALID`);
      await ask(`INSERT INTO public.sync_activity_log (org_id, activity_type, status)
                 SELECT org, 'imported', 'completed' FROM unnest(ARRAY['org-a', 'org-b']) AS o (org)`);
      await takeTurns(worker);
      expect(await ask('SELECT org_id FROM public.sync_activity_seals')).toEqual([{ org_id: 'org-b' }]);
    } finally {
      await worker.close();
    }
  });
});

describe('The task that seals', () => {
  let worker: TestService;
  const ask = <T extends object>(text: string) => sql<T>(worker.database.superuserUrl, text);
  const write = (orgs: string, entries: number) =>
    ask(`INSERT INTO public.sync_activity_log (org_id, activity_type, status)
         SELECT org, 'imported', 'completed' FROM unnest(ARRAY(${orgs})) AS o (org), generate_series(1, ${entries})`);
  const left = () =>
    ask(
      'SELECT FROM (SELECT DISTINCT org_id FROM public.sync_activity_log) AS o CROSS JOIN LATERAL app.unsealed_entries(o.org_id, 1)',
    );
  beforeAll(async () => {
    worker = await startTestService({ SYNC_WORKER: 'on' });
  });
  afterAll(() => worker.close());

  it('leaves nothing of 500 organizations after one turn, nor of one that wrote much, for which no other waits', async () => {
    await write(`SELECT 'org-' || lpad(n::text, 3, '0') FROM generate_series(1, 500) AS n`, 2);
    await write(`SELECT 'org-000'`, 25_000);
    await takeTurns(worker);
    expect(await left()).toEqual([]);
    const [order] = await ask(`
      SELECT (SELECT max(sealed_at) FROM public.sync_activity_seals WHERE org_id <> 'org-000')
           < (SELECT max(sealed_at) FROM public.sync_activity_seals WHERE org_id = 'org-000') AS others_first`);
    expect(order).toEqual({ others_first: true });
  });

  it.each([
    ['ended', 'now()'],
    ['was cut off with its process', 'NULL'],
  ])('has its turn again within half a minute of one that %s', async (_, finished) => {
    await write(`SELECT 'org-later'`, 1);
    await ask(
      `UPDATE app.scheduled_tasks SET started_at = now() - interval '30 s', finished_at = ${finished} WHERE name = 'activity-seals'`,
    );
    await worker.app.get(TaskRunner).wake();
    await worker.app.get(TaskRunner).wake();
    expect(await left()).toEqual([]);
  });
});

describe('Whoever changes one member of one entry', () => {
  it('is found out, whichever it is', async () => {
    const ids = await append(ORG, ...Array.from({ length: 12 }, (_, n) => 60_000 - n * 1_000));
    await seal();
    const columns = ['sync_id', 'entity_type', 'activity_type', 'source_system', 'user_id', 'error_message'];
    const change = fc.record({
      entry: fc.nat(11),
      column: fc.constantFrom(...columns),
      value: fc.string({ minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ entry, column, value }) => {
        const text = value.replaceAll('\0', ' ');
        const set = `UPDATE public.sync_activity_log SET ${column} = $1 WHERE id = $2`;
        const [before] = await asOwner<Record<string, string | null>>(
          `SELECT ${column} AS was FROM public.sync_activity_log WHERE id = $1`,
          [ids[entry]],
        );
        if (before?.was === text) return;
        await asOwner(set, [text, ids[entry]]);
        expect(await verify()).toMatchObject({ first_invalid: { id: ids[entry], reason: 'altered' } });
        await asOwner(set, [before?.was ?? null, ids[entry]]);
        expect((await verify()).valid).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
