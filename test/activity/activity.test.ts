import {
  appendActivity,
  listActivity,
  listActivityErrors,
  listActivityTrends,
  listSlowActivity,
  reportProgress,
  startSync,
} from '@sync-operations/client';
import type { Agent, Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let request: Agent;

beforeAll(async () => {
  service = await startTestService();
  // Entries of some days ago are of last month at the beginning of one.
  await sql(service.database.ownerUrl, `SELECT app.ensure_activity_partition(now() - interval '1 month')`);
  request = await service.request('org-1');
});
afterAll(() => service.close());

const PATH = '/api/sync/activity';
const append = (by: Agent, body: object) => by.post(PATH).send(body);

const entry = { activity_type: 'batch_process', status: 'completed_with_errors', entity_type: 'customer' } as const;

/** Entries of another day, as only the owner of the database could have written them: by SQL with a date. */
const insertPast = (orgId: string, count: number, daysAgo: number, error: string | null = null) =>
  sql(
    service.database.ownerUrl,
    `INSERT INTO sync_activity_log (org_id, created_at, activity_type, status, entity_type, error_message, duration_seconds, record_count)
     SELECT $1, now() - make_interval(days => $2), 'sync_completed', 'completed', 'order', $4, n, 10 FROM generate_series(1, $3) AS n`,
    [orgId, daysAgo, count, error],
    orgId,
  );

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

const insertEnds = (orgId: string, rows: readonly object[]) =>
  sql(
    service.database.ownerUrl,
    `INSERT INTO sync_activity_log (org_id, created_at, sync_id, activity_type, status, entity_type, source_system, record_count,
       duration_seconds, details)
     SELECT $1, coalesce(e.created_at, now()), e.sync_id, e.activity_type, e.status, e.entity_type, e.source_system,
            e.record_count, e.duration_seconds, e.details
       FROM json_populate_recordset(NULL::sync_activity_log, $2) AS e`,
    [orgId, JSON.stringify(rows)],
    orgId,
  );

describe('appending', () => {
  it('appends one entry by the caller and returns it', async () => {
    const { body } = await append(request, { ...entry, details: { customerId: 7 } }).expect(201);
    expect(body).toMatchObject({
      org_id: 'org-1',
      user_id: 'user-1',
      details: { customerId: 7 },
      created_at: expect.any(String),
    });
  });

  it('appends many, each with its own status; a bad one does not affect the others', async () => {
    const entries = [entry, { ...entry, status: 'odd' }, { ...entry, record_count: 3 }];
    const { items } = (await append(request, { items: entries }).expect(200)).body;
    expect(items).toMatchObject([
      { status: 201 },
      { status: 422, problem: { errors: [{ pointer: '#/status' }] } },
      { status: 201, activity: { record_count: 3 } },
    ]);
  });

  it('does not let a user name somebody else', async () => {
    const { body } = await append(request, { ...entry, user_id: 'the-boss' }).expect(422);
    expect(body).toMatchObject({ status: 422, errors: [{ pointer: '#/user_id' }] });
  });

  it('returns the first response to a repeated Idempotency-Key and appends nothing', async () => {
    const mine = await service.request('org-idem');
    const headers = { 'Idempotency-Key': 'key-1' };
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => append(mine, { ...entry, details: { n: 1 } }).set(headers)),
    );
    expect(new Set(responses.map(({ body }) => body.id)).size).toBe(1);
    expect(responses.filter((response) => response.headers['idempotency-replayed'] === 'true')).toHaveLength(9);
    expect((await mine.get(PATH)).body.items).toHaveLength(1);
    const other = await append(mine, { ...entry, details: { n: 2 } })
      .set(headers)
      .expect(422);
    expect(problemOf(other)).toBe('idempotency-key-reused');
  });

  it('forgets the key of a request that failed, so that it may be mended and sent again', async () => {
    const mine = await service.request('org-idem');
    const start = (body: object) => mine.post('/api/sync/progress').set('idempotency-key', 'key-2').send(body);
    await start({ entity_type: '', source_system: 'odoo' }).expect(422);
    const good = { sync_id: 's', entity_type: 'order', source_system: 'odoo' };
    await start(good).expect(201);
    await start(good).expect(201).expect('location', '/api/sync/progress/s');
  });
});

describe('reading the trail', () => {
  it('pages through every entry once, newest first, while others are written', async () => {
    const mine = await service.client('org-pages');
    await insertPast('org-pages', 25, 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await listActivity({ client: mine, query: { limit: 10, cursor } });
      seen.push(...(data?.items.map(({ id }) => id) ?? []));
      cursor = data?.next_cursor ?? undefined;
      await appendActivity({ client: mine, body: entry });
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('looks back as far as asked, and all the way for one user', async () => {
    const mine = await service.client('org-days');
    await insertPast('org-days', 1, 20);
    const count = async (query: object) => (await listActivity({ client: mine, query })).data?.items.length;
    expect(await count({})).toBe(0);
    expect(await count({ days: 30 })).toBe(1);
    expect(await count({ from: '2020-01-01' })).toBe(1);
    expect(await count({ days: 30, status: 'failed' })).toBe(0);
    expect(await count({ days: 30, failed: false })).toBe(1);
    expect(await count({ user_id: 'nobody' })).toBe(0);
  });

  it('refuses a period that is empty or named twice, and a cursor of its own making', async () => {
    for (const query of [
      { days: 7, from: '2026-01-01' },
      { from: '2026-02-01', to: '2026-01-01' },
      { cursor: 'abc' },
      { days: 0 },
    ]) {
      const { body } = await request.get(PATH).query(query).expect(422);
      expect(body).toMatchObject({ status: 422, errors: [{ parameter: expect.any(String) }] });
    }
  });

  it('groups failures by message, also where the guide writes it into details, and lists the entries of a group', async () => {
    const mine = await service.client('org-errors');
    const items = [
      { ...entry, sync_id: 'a', details: { error: 'bad email' } },
      { ...entry, sync_id: 'b', details: { error: 'bad email' } },
      { ...entry, sync_id: 'b', status: 'failed' as const, error_message: 'shop down' },
    ];
    await appendActivity({ client: mine, body: { items } });
    const { data } = await listActivityErrors({ client: mine });
    expect(data?.items).toMatchObject([
      { error_message: 'bad email', error_count: 2, sync_count: 2, last_sync_id: expect.any(String) },
      { error_message: 'shop down', error_count: 1, status: 'failed' },
    ]);
    for (const { error_message, error_count } of data?.items ?? []) {
      const { data: group } = await listActivity({ client: mine, query: { error_message } });
      expect(group?.items).toHaveLength(error_count);
    }
  });

  it('makes no group of a count where somebody told what failed, and one of those that nobody told', async () => {
    const mine = await service.client('org-causes');
    for (const sync_id of ['told', 'untold']) {
      await startSync({
        client: mine,
        body: { sync_id, entity_type: 'customer', source_system: 'erp', total_items: 2 },
      });
      if (sync_id === 'told') {
        const items = [1, 2].map(() => ({ ...entry, sync_id, details: { error_message: 'bad email' } }));
        await appendActivity({ client: mine, body: { items } });
      }
      await reportProgress({ client: mine, path: { sync_id }, body: { failed_count: 2 } });
    }
    const { data } = await listActivityErrors({ client: mine });
    expect(data?.items).toMatchObject([
      { error_message: 'bad email', error_count: 2, error_class: null, last_sync_id: 'told' },
      { error_message: 'failed items without a message', error_count: 1, last_sync_id: 'untold' },
    ]);
  });

  it('A search finds by part and whatever the case, with nothing of a pattern', async () => {
    const mine = await service.client('org-search');
    const items = [
      { ...entry, sync_id: 'Trail-Only', source_system: 'Zürich', details: { error: '100 % of_it' } },
      { ...entry, sync_id: 'other', entity_type: 'order' },
    ];
    await appendActivity({ client: mine, body: { items } });
    const found = async (q: string) => (await listActivity({ client: mine, query: { q } })).data?.items.length;
    for (const q of ['trail', 'ZÜRICH', 'CUSTOM', '% OF_', 'trail-only']) expect([q, await found(q)]).toEqual([q, 1]);
    expect([await found('batch'), await found('trail_only'), await found('nothing')]).toEqual([2, 0, 0]);
  });

  it('counts finished syncs per day and entity type, not the entries of their items', async () => {
    const mine = await service.client('org-trends');
    await insertPast('org-trends', 3, 2);
    await appendActivity({ client: mine, body: entry });
    const { data } = await listActivityTrends({ client: mine });
    expect(data?.items).toEqual([
      {
        day: new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10),
        entity_type: 'order',
        sync_count: 3,
        avg_duration_sec: 2,
        max_duration_sec: 3,
        total_records: 30,
        failed_syncs: 0,
        conflict_syncs: 0,
      },
    ]);
  });

  it('counts those that left conflicts, whatever a client may write into its own entries', async () => {
    const mine = await service.client('org-conflicting');
    const end = { created_at: ago(2), entity_type: 'order', activity_type: 'sync_completed', status: 'completed' };
    const counts = [2, 0, 'many', undefined, { of: 3 }];
    await insertEnds(
      'org-conflicting',
      counts.map((conflict_count) => ({ ...end, details: { conflict_count } })),
    );
    const { data } = await listActivityTrends({ client: mine });
    expect(data?.items).toMatchObject([{ sync_count: 5, conflict_syncs: 1 }]);
  });

  it('counts what failed beside them, and shows days of failures alone when asked to', async () => {
    const mine = await service.client('org-failing');
    await insertPast('org-failing', 3, 2);
    await insertEnds('org-failing', [
      {
        created_at: ago(2),
        entity_type: 'order',
        activity_type: 'sync_failed',
        status: 'failed',
        duration_seconds: 99,
      },
      { created_at: ago(2), entity_type: 'order', activity_type: 'sync_timeout', status: 'timeout', record_count: 7 },
      { created_at: ago(2), entity_type: 'order', activity_type: 'sync_cancelled', status: 'cancelled' },
      { created_at: ago(1), entity_type: 'customer', activity_type: 'sync_failed', status: 'failed', record_count: 7 },
    ]);
    const completed = { sync_count: 3, avg_duration_sec: 2, max_duration_sec: 3, total_records: 30 };
    const outcomes = { failed_syncs: 2, conflict_syncs: 0 };
    const [withoutDays, withDays] = [
      await listActivityTrends({ client: mine }),
      await listActivityTrends({ client: mine, query: { include_failed: true } }),
    ];
    expect(withoutDays.data?.items).toEqual([
      { day: ago(2).slice(0, 10), entity_type: 'order', ...completed, ...outcomes },
    ]);
    expect(withDays.data?.items).toEqual([
      { day: ago(2).slice(0, 10), entity_type: 'order', ...completed, ...outcomes },
      {
        ...{ day: ago(1).slice(0, 10), entity_type: 'customer', sync_count: 0, failed_syncs: 1 },
        ...{ avg_duration_sec: null, max_duration_sec: null, total_records: 0, conflict_syncs: 0 },
      },
    ]);
  });
});

describe('slow syncs of the past', () => {
  const end = { activity_type: 'sync_completed', status: 'completed', entity_type: 'customer', source_system: 'shop' };
  const ends = (...counts: number[]) =>
    counts.map((record_count) => ({ ...end, record_count, duration_seconds: 60, sync_id: `of ${record_count}` }));
  const slowOf = async (orgId: string, query = {}) => {
    const { data } = await listSlowActivity({ client: await service.client(orgId), query });
    return data?.items;
  };

  it('are those below half the median of their entity type and source system, slowest first', async () => {
    await insertEnds('org-slow', ends(100, 110, 90, 100, 47, 10));
    // Another kind is as slow as that by its nature.
    await insertEnds(
      'org-slow',
      ends(10, 10, 10, 10, 10).map((other) => ({ ...other, source_system: 'odoo' })),
    );
    const items = await slowOf('org-slow');
    expect(items?.map(({ sync_id }) => sync_id)).toEqual(['of 10', 'of 47']);
    // Between 90 and 100, the two in the middle.
    expect(items?.[0]).toEqual({
      ...{ sync_id: 'of 10', entity_type: 'customer', source_system: 'shop', created_at: expect.any(String) },
      ...{ record_count: 10, duration_seconds: 60, items_per_min: 10, usual_items_per_min: 95 },
      ratio: expect.closeTo(10 / 95),
    });
  });

  it('are more or fewer by where the line is drawn, and those of the period and entity type that is named', async () => {
    await insertEnds('org-line', ends(100, 100, 100, 60, 10));
    const counts = async (query: object) => (await slowOf('org-line', query))?.map(({ record_count }) => record_count);
    expect(await counts({ below: 0.7 })).toEqual([10, 60]);
    expect(await counts({ below: 1 })).toEqual([10, 60]);
    expect(await counts({ below: 0 })).toEqual([]);
    expect(await counts({ entity_type: 'order' })).toEqual([]);
    expect(await counts({ to: ago(1) })).toEqual([]);
  });

  it('are unknown where there are fewer than five to compare with', async () => {
    await insertEnds('org-few', ends(100, 100, 100, 1));
    // Without a count or a time there is no speed.
    await insertEnds('org-few', [
      { ...end, record_count: 0, duration_seconds: 60 },
      { ...end, record_count: 100, duration_seconds: 0 },
      { ...end, duration_seconds: 60 },
    ]);
    expect(await slowOf('org-few')).toEqual([]);
  });

  it('are compared with syncs alone: a preview or a reconcile neither is slow nor makes others slow', async () => {
    await insertEnds('org-previews', ends(100, 100, 100, 100, 100));
    for (const activity_type of ['preview_completed', 'reconcile_completed'])
      await insertEnds(
        'org-previews',
        ends(1, 9_000, 9_000, 9_000, 9_000, 9_000, 9_000).map((other) => ({ ...other, activity_type })),
      );
    expect(await slowOf('org-previews')).toEqual([]);
    await insertEnds('org-previews', ends(40));
    expect(await slowOf('org-previews')).toMatchObject([{ sync_id: 'of 40', usual_items_per_min: 100 }]);
  });

  it('are also found beside one whose duration is 0', async () => {
    await insertEnds('org-fast', ends(100, 100, 100, 100, 1));
    await insertEnds('org-fast', [{ ...end, record_count: 2_000_000_000, duration_seconds: 1e-300 }]);
    expect(await slowOf('org-fast')).toMatchObject([{ record_count: 1 }]);
  });

  it.each([-0.1, 1.1, 'half'])('are not below %s', async (below) => {
    const { body } = await request.get(`${PATH}/slow`).query({ below }).expect(422);
    expect(body).toMatchObject({ status: 422, errors: [{ parameter: 'below' }] });
  });

  it('of another organization are neither listed nor compared with', async () => {
    await insertEnds('org-theirs', ends(100, 100, 100, 100, 10));
    await insertEnds('org-mine', ends(10));
    expect(await slowOf('org-mine')).toEqual([]);
  });
});

describe('exporting', () => {
  const download = async (search: string): Promise<Response> =>
    (await service.request('org-export')).get(`${PATH}/export${search}`).buffer();

  it('streams every entry as NDJSON, more than one page', async () => {
    await insertPast('org-export', 2_500, 1, '=HYPERLINK("http://x")');
    const response = await download('');
    expect(response.headers['content-type']).toBe('application/x-ndjson');
    const lines = response.text.trimEnd().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(2_500);
  });

  it('streams CSV in which no cell is a formula', async () => {
    const { text } = await download('?format=csv');
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(2_501);
    expect(rows[0]).toMatch(/^\ufeffcreated_at,id,org_id,/);
    expect(rows[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
  });

  it('refuses a wrong filter before the first byte', async () => {
    const response = await download('?from=yesterday');
    expect(response.status).toBe(422);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });
});
