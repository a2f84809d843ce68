import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { PATH, ProgressRequests } from './progress.support.ts';

let service: TestService;
let syncs: ProgressRequests;

beforeAll(async () => {
  service = await startTestService();
  syncs = new ProgressRequests(await service.request('org-1'));
});
afterAll(() => service.close());

describe('starting a sync', () => {
  it('responds with 201, the sync and its address', async () => {
    const { body } = await syncs
      .start({
        ...{ sync_id: 'a/b', entity_type: 'customer', source_system: 'woocommerce', total_items: 10 },
      })
      .expect(201)
      .expect('location', '/api/sync/progress/a%2Fb');
    expect(body).toMatchObject({ org_id: 'org-1', sync_id: 'a/b', status: 'running', initiated_by: 'user-1' });
    expect((await syncs.read('a/b')).body).toEqual(body);
  });

  it('responds with 200 and the sync as it is when the same is started again', async () => {
    const sync_id = await syncs.started();
    await syncs.report(sync_id, { processed_count: 4 });
    const same = { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items: 10 };
    const { body } = await syncs.start(same).expect(200);
    expect(body.processed_count).toBe(4);
  });

  it('responds with 409 and names the difference when the id belongs to another sync', async () => {
    const sync_id = await syncs.started();
    const other = { sync_id, entity_type: 'order', source_system: 'woocommerce' };
    const { body } = await syncs.start(other).expect(409);
    expect(body).toMatchObject({
      status: 409,
      type: 'urn:sync-operations:problem:sync-exists',
      errors: [{ pointer: '#/entity_type' }],
    });
  });

  it('generates an id when none is given', async () => {
    const { body } = await syncs.start({ entity_type: 'customer', source_system: 'odoo' });
    expect(body.sync_id).toMatch(/^sync-[0-9a-f-]{36}$/);
    expect(body.total_items).toBeNull();
  });

  it('makes one sync of twenty requests at once', async () => {
    const body = { sync_id: syncs.newId(), entity_type: 'customer', source_system: 'woocommerce', total_items: 1 };
    const responses = await Promise.all(Array.from({ length: 20 }, () => syncs.start(body)));
    expect(responses.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
  });

  it('ends at once when there is nothing to do', async () => {
    const sync_id = await syncs.started(0);
    expect(await syncs.trail(sync_id)).toMatchObject([
      { activity_type: 'sync_completed', status: 'completed', record_count: 0 },
    ]);
  });
});

describe('reporting progress', () => {
  it('returns elapsed, speed and ETA as numbers', async () => {
    const sync_id = await syncs.started();
    const { body } = await syncs.report(sync_id, {
      processed_count: 4,
      failed_count: 1,
      current_item: 5,
      checkpoint: { page: 2 },
    });
    expect(body).toMatchObject({ processed_count: 4, failed_count: 1, current_item: 5, checkpoint: { page: 2 } });
    expect(body.elapsed_seconds).toBeGreaterThan(0);
    expect(body.speed_items_per_min).toBeCloseTo((4 * 60) / body.elapsed_seconds, 3);
    expect(body.eta_seconds).toBe(Math.ceil(body.elapsed_seconds));
  });

  it('ends the sync and writes one entry when the total is reached', async () => {
    const sync_id = await syncs.started();
    const { body } = await syncs.report(sync_id, { processed_count: 9, failed_count: 1 });
    expect(body).toMatchObject({
      status: 'completed_with_errors',
      completed_at: expect.any(String),
      eta_seconds: null,
    });
    const repeated = await syncs.report(sync_id, { processed_count: 9, failed_count: 1 }).expect(200);
    expect(repeated.body.status).toBe('completed_with_errors');
    expect(await syncs.trail(sync_id)).toMatchObject([
      {
        activity_type: 'sync_completed',
        status: 'completed_with_errors',
        record_count: 9,
        error_message: '1 of 10 items failed',
      },
    ]);
  });

  it('refuses counts above the total, backwards, or after the end, and changes nothing', async () => {
    const sync_id = await syncs.started();
    await syncs.report(sync_id, { processed_count: 5 });
    const above = await syncs.report(sync_id, { processed_count: 8, failed_count: 3 }).expect(422);
    const backwards = await syncs.report(sync_id, { processed_count: 4 }).expect(409);
    expect(problemOf(above)).toBe('counts-above-total');
    expect(backwards.body).toMatchObject({ status: 409, errors: [{ pointer: '#/processed_count' }] });
    expect((await syncs.read(sync_id)).body).toMatchObject({ processed_count: 5, failed_count: 0 });
    await syncs.report(sync_id, { processed_count: 10 });
    const late = await syncs.report(sync_id, { processed_count: 10, failed_count: 0, status: 'running' }).expect(409);
    expect(problemOf(late)).toBe('sync-ended');
  });

  it('says what is wrong with each field and never 500', async () => {
    const sync_id = await syncs.started();
    const value = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, true, [], {}, [1]),
    );
    const body = fc.record(
      {
        processed_count: value,
        failed_count: value,
        total_items: value,
        current_item: value,
        status: value,
        checkpoint: value,
        x: value,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const response = await syncs.report(sync_id, sent);
        expect([200, 409, 422]).toContain(response.status);
        if (response.status !== 200)
          expect(response.body).toMatchObject({
            type: expect.stringContaining('urn:sync-operations:problem:'),
            status: response.status,
          });
      }),
      { numRuns: 150 },
    );
  });

  it('keeps counts exact in whatever order the reports of many syncs arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 }), async (order) => {
        const ids = await Promise.all([0, 1, 2, 3].map(() => syncs.started(1000)));
        const counts = [0, 0, 0, 0];
        await Promise.all(
          order.map(async (which) => {
            const processed_count = (counts[which] ?? 0) + 1;
            counts[which] = processed_count;
            await syncs.report(ids[which] as string, { processed_count });
          }),
        );
        const stored = await Promise.all(ids.map((sync_id) => syncs.read(sync_id)));
        expect(stored.map(({ body }) => body.processed_count)).toEqual(counts);
      }),
      { numRuns: 15 },
    );
  });
});

describe('reporting many', () => {
  it('returns a result for each item in order; a bad one does not affect the others', async () => {
    const [first, second] = [await syncs.started(), await syncs.started()];
    const { body } = await syncs.reportMany([
      { sync_id: second, processed_count: 10 },
      { sync_id: 'none', processed_count: 1 },
      { sync_id: first, processed_count: -1 },
      { sync_id: first, processed_count: 3 },
      { sync_id: first, processed_count: 11 },
    ]);
    expect(body.items.map(({ sync_id, status }: { sync_id: string; status: number }) => [sync_id, status])).toEqual([
      [second, 200],
      ['none', 404],
      [first, 422],
      [first, 200],
      [first, 422],
    ]);
    expect(body.items[0].progress.status).toBe('completed');
    expect(body.items[2].problem.errors).toEqual([{ pointer: '#/processed_count', detail: 'must not be less than 0' }]);
    expect((await syncs.read(first)).body.processed_count).toBe(3);
  });

  it('with Prefer: return=minimal says of each what its reporter acts upon, and the problems as ever', async () => {
    const [paused, ends, other] = [await syncs.started(), await syncs.started(), await syncs.started()];
    await syncs.control(paused, 'pause').expect(200);
    const reports = [
      { sync_id: paused, processed_count: 1 },
      { sync_id: ends, processed_count: 10 },
      { sync_id: other, processed_count: 11 },
      { sync_id: 'none', processed_count: 1 },
    ];
    const minimal = () => syncs.reportMany(reports).set('Prefer', 'return=minimal').expect(200);
    const { body, headers } = await minimal();
    expect(headers['preference-applied']).toBe('return=minimal');
    const told = (status: string, pause_requested: boolean) => ({
      state: { status, cancel_requested: false, pause_requested },
      status: 200,
    });
    const problem = (type: string) => ({ problem: expect.objectContaining({ type: expect.stringContaining(type) }) });
    expect(body.items).toEqual([
      { sync_id: paused, ...told('running', true) },
      { sync_id: ends, ...told('completed', false) },
      { sync_id: other, status: 422, ...problem('counts-above-total') },
      { sync_id: 'none', status: 404, ...problem('not-found') },
    ]);
    expect((await syncs.read(ends)).body).toMatchObject({ processed_count: 10, status: 'completed' });
    // A report that comes again after the end has the same answer.
    expect((await minimal()).body).toEqual(body);
    const whole = await syncs.reportMany(reports).expect(200);
    expect(whole.headers).not.toHaveProperty('preference-applied');
    expect(whole.body.items[0].progress).toMatchObject({ sync_id: paused, processed_count: 1, pause_requested: true });
  });

  it('refuses more than 1,000', async () => {
    const items = Array.from({ length: 1001 }, () => ({ sync_id: 'x' }));
    const { body } = await syncs.reportMany(items).expect(422);
    expect(body).toMatchObject({ status: 422, errors: [{ pointer: '#/items' }] });
  });
});

describe('the live list', () => {
  it('is an array of active syncs, newest first, with filters', async () => {
    const mine = new ProgressRequests(await service.request('org-list'));
    for (const [sync_id, entity_type] of [
      ['old', 'customer'],
      ['new', 'order'],
      ['ended', 'order'],
    ])
      await mine.start({ sync_id, entity_type, source_system: 'odoo', total_items: 100 }).expect(201);
    await mine.end('ended', 'complete').expect(200);
    const ids = async (query: object) =>
      (await mine.list(query)).body.map(({ sync_id }: { sync_id: string }) => sync_id);
    expect(await ids({ orgId: 'org-list' })).toEqual(['new', 'old']);
    expect(await ids({ entity_type: 'customer' })).toEqual(['old']);
    expect(await ids({ source_system: 'woocommerce' })).toEqual([]);
    expect(await ids({ status: 'paused' })).toEqual([]);
  });

  it('finds slow syncs with their seconds per item', async () => {
    const mine = await service.request('org-slow');
    for (const [sync_id, processed] of [
      ['slower', 5],
      ['fast', 600],
    ] as const) {
      await sql(
        service.database.appUrl,
        `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count, started_at)
         VALUES ('org-slow', $1, 'customer', 'odoo', 1000, $2, now() - interval '10 minutes')`,
        [sync_id, processed],
        'org-slow',
      );
    }
    const { body } = await mine.get(`${PATH}/slow`).query({ below: 10 });
    expect(
      body.map(({ sync_id, seconds_per_item }: { sync_id: string; seconds_per_item: number }) => [
        ...[sync_id, Math.round(seconds_per_item)],
      ]),
    ).toEqual([['slower', 120]]);
    expect((await mine.get(PATH).query({ slow: 10 })).body).toHaveLength(1);
  });
});
