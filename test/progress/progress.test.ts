import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Client,
  cancelSync,
  completeSync,
  failSync,
  getSync,
  listActiveSyncs,
  listActivity,
  listSlowSyncs,
  pauseSync,
  reportMany,
  reportProgress,
  resumeSync,
  startSync,
} from '@sync-operations/client';
import fc from 'fast-check';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let client: Client;
let number = 0;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-1');
});
afterAll(() => service.close());

const newId = () => {
  number += 1;
  return `sync-${number}`;
};

/** Starts a sync of ten customers and returns its id. */
async function started(total_items: number | null = 10, sync_id = newId()): Promise<string> {
  const { response } = await startSync({
    client,
    body: { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items },
  });
  expect(response?.status).toBe(201);
  return sync_id;
}

const report = (sync_id: string, body: object) => reportProgress({ client, path: { sync_id }, body });
const endsOf = async (sync_id: string) => (await listActivity({ client, query: { sync_id } })).data?.items ?? [];

describe('starting a sync', () => {
  it('answers 201 with the sync and where it is', async () => {
    const { data, response } = await startSync({
      client,
      body: { sync_id: 'a/b', entity_type: 'customer', source_system: 'woocommerce', total_items: 10 },
    });
    expect(response?.status).toBe(201);
    expect(response?.headers.get('location')).toBe('/api/sync/progress/a%2Fb');
    expect(data).toMatchObject({ org_id: 'org-1', sync_id: 'a/b', status: 'running', initiated_by: 'user-1' });
    expect((await getSync({ client, path: { sync_id: 'a/b' } })).data).toEqual(data);
  });

  it('answers 200 with the sync as it is when the same is started again', async () => {
    const sync_id = await started();
    await report(sync_id, { processed_count: 4 });
    const body = { sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items: 10 };
    const again = await startSync({ client, body });
    expect([again.response?.status, again.data?.processed_count]).toEqual([200, 4]);
  });

  it('answers 409 and names the difference when the id stands for another sync', async () => {
    const sync_id = await started();
    const { error } = await startSync({
      client,
      body: { sync_id, entity_type: 'order', source_system: 'woocommerce' },
    });
    expect(error).toMatchObject({
      status: 409,
      type: 'urn:sync-operations:problem:sync-exists',
      errors: [{ pointer: '#/entity_type' }],
    });
  });

  it('makes up an id when none is given', async () => {
    const { data } = await startSync({ client, body: { entity_type: 'customer', source_system: 'odoo' } });
    expect(data?.sync_id).toMatch(/^sync-[0-9a-f-]{36}$/);
    expect(data?.total_items).toBeNull();
  });

  it('makes one sync of twenty requests at once', async () => {
    const body = { sync_id: newId(), entity_type: 'customer', source_system: 'woocommerce', total_items: 1 };
    const answers = await Promise.all(Array.from({ length: 20 }, () => startSync({ client, body })));
    const statuses = answers.map(({ response }) => response?.status).sort();
    expect(statuses).toEqual([...Array(19).fill(200), 201]);
  });

  it('ends at once when there is nothing to do', async () => {
    const sync_id = await started(0);
    expect(await endsOf(sync_id)).toMatchObject([
      { activity_type: 'sync_completed', status: 'completed', record_count: 0 },
    ]);
  });
});

describe('reporting progress', () => {
  it('answers elapsed, speed and ETA as numbers', async () => {
    const sync_id = await started();
    const { data } = await report(sync_id, {
      processed_count: 4,
      failed_count: 1,
      current_item: 5,
      checkpoint: { page: 2 },
    });
    expect(data).toMatchObject({ processed_count: 4, failed_count: 1, current_item: 5, checkpoint: { page: 2 } });
    expect(data?.elapsed_seconds).toBeGreaterThan(0);
    expect(data?.speed_items_per_min).toBeCloseTo((4 * 60) / (data?.elapsed_seconds ?? 0), 3);
    expect(data?.eta_seconds).toBe(Math.ceil(data?.elapsed_seconds ?? -1));
  });

  it('ends the sync and writes one entry when the total is reached', async () => {
    const sync_id = await started();
    const { data } = await report(sync_id, { processed_count: 9, failed_count: 1 });
    expect(data).toMatchObject({
      status: 'completed_with_errors',
      completed_at: expect.any(String),
      eta_seconds: null,
    });
    const repeated = await report(sync_id, { processed_count: 9, failed_count: 1 });
    expect([repeated.response?.status, repeated.data?.status]).toEqual([200, 'completed_with_errors']);
    expect(await endsOf(sync_id)).toMatchObject([
      {
        activity_type: 'sync_completed',
        status: 'completed_with_errors',
        record_count: 9,
        error_message: '1 of 10 items failed',
      },
    ]);
  });

  it('refuses counts above the total, backwards, or after the end, and changes nothing', async () => {
    const sync_id = await started();
    await report(sync_id, { processed_count: 5 });
    const above = await report(sync_id, { processed_count: 8, failed_count: 3 });
    const backwards = await report(sync_id, { processed_count: 4 });
    expect(above.error).toMatchObject({ status: 422, type: expect.stringContaining('counts-above-total') });
    expect(backwards.error).toMatchObject({ status: 409, errors: [{ pointer: '#/processed_count' }] });
    expect((await getSync({ client, path: { sync_id } })).data).toMatchObject({ processed_count: 5, failed_count: 0 });
    await report(sync_id, { processed_count: 10 });
    const late = await report(sync_id, { processed_count: 10, failed_count: 0, status: 'running' });
    expect(late.error).toMatchObject({ status: 409, type: expect.stringContaining('sync-ended') });
  });

  it('says what is wrong with each field and never 500', async () => {
    const sync_id = await started();
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
        const { response, error } = await report(sync_id, sent);
        expect([200, 409, 422]).toContain(response?.status);
        if (error)
          expect(error).toMatchObject({
            type: expect.stringContaining('urn:sync-operations:problem:'),
            status: response?.status,
          });
      }),
      { numRuns: 150 },
    );
  });

  it('keeps counts exact whatever order the reports of many syncs come in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 }), async (order) => {
        const ids = await Promise.all([0, 1, 2, 3].map(() => started(1000)));
        const counts = [0, 0, 0, 0];
        await Promise.all(
          order.map(async (which) => {
            const processed_count = (counts[which] ?? 0) + 1;
            counts[which] = processed_count;
            await report(ids[which] as string, { processed_count });
          }),
        );
        const stored = await Promise.all(ids.map((sync_id) => getSync({ client, path: { sync_id } })));
        expect(stored.map(({ data }) => data?.processed_count)).toEqual(counts);
      }),
      { numRuns: 15 },
    );
  });
});

describe('reporting many', () => {
  it('answers each item in its order; a bad one harms no other', async () => {
    const [first, second] = [await started(), await started()];
    const { data } = await reportMany({
      client,
      body: {
        items: [
          { sync_id: second, processed_count: 10 },
          { sync_id: 'none', processed_count: 1 },
          { sync_id: first, processed_count: -1 },
          { sync_id: first, processed_count: 3 },
          { sync_id: first, processed_count: 11 },
        ],
      },
    });
    expect(data?.items.map(({ sync_id, status }) => [sync_id, status])).toEqual([
      [second, 200],
      ['none', 404],
      [first, 422],
      [first, 200],
      [first, 422],
    ]);
    expect(data?.items[0]?.progress?.status).toBe('completed');
    expect(data?.items[2]?.problem?.errors).toEqual([
      { pointer: '#/processed_count', detail: 'must not be less than 0' },
    ]);
    expect((await getSync({ client, path: { sync_id: first } })).data?.processed_count).toBe(3);
  });

  it('refuses more than 1,000', async () => {
    const items = Array.from({ length: 1001 }, () => ({ sync_id: 'x' }));
    const { error } = await reportMany({ client, body: { items } });
    expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/items' }] });
  });
});

describe('ending and steering', () => {
  it('completes a sync whose total was never known', async () => {
    const sync_id = await started(null);
    const { data } = await completeSync({ client, path: { sync_id }, body: { processed_count: 7 } });
    expect(data).toMatchObject({ status: 'completed', total_items: 7, processed_count: 7 });
  });

  it('fails a sync with its reason in the trail', async () => {
    const sync_id = await started();
    await failSync({ client, path: { sync_id }, body: { error_message: 'the shop is down' } });
    expect(await endsOf(sync_id)).toMatchObject([
      { activity_type: 'sync_failed', status: 'failed', error_message: 'the shop is down' },
    ]);
  });

  it('tells the reporter in its next answer to cancel, and ends when it confirms', async () => {
    const sync_id = await started();
    await cancelSync({ client, path: { sync_id } });
    const told = await report(sync_id, { processed_count: 2 });
    expect(told.data).toMatchObject({ cancel_requested: true, status: 'running', requested_by: 'user-1' });
    const confirmed = await report(sync_id, { status: 'cancelled' });
    expect(confirmed.data?.status).toBe('cancelled');
    expect(await endsOf(sync_id)).toMatchObject([
      { activity_type: 'sync_cancelled', status: 'cancelled', record_count: 2 },
      { activity_type: 'cancel_requested', status: 'running', user_id: 'user-1' },
    ]);
    const again = await cancelSync({ client, path: { sync_id } });
    expect(again.response?.status).toBe(200);
  });

  it('pauses when the reporter confirms, and runs again when resumed', async () => {
    const sync_id = await started();
    await pauseSync({ client, path: { sync_id } });
    expect((await report(sync_id, { processed_count: 1 })).data).toMatchObject({
      pause_requested: true,
      status: 'running',
    });
    expect((await report(sync_id, { status: 'paused' })).data?.status).toBe('paused');
    expect((await report(sync_id, { processed_count: 1 })).data?.status).toBe('paused');
    expect((await resumeSync({ client, path: { sync_id } })).data).toMatchObject({
      pause_requested: false,
      status: 'running',
    });
  });

  it('cancels a queued sync at once', async () => {
    const sync_id = newId();
    await startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'odoo', status: 'queued' } });
    expect((await cancelSync({ client, path: { sync_id } })).data?.status).toBe('cancelled');
  });

  it('writes into the trail who asked for what, once for what was asked twice or by two at once', async () => {
    const sync_id = await started();
    const operator = await service.client('org-1', { sub: 'operator-2' });
    const ask = (steer: typeof pauseSync) => steer({ client: operator, path: { sync_id } });
    await Promise.all([ask(pauseSync), ask(pauseSync), ask(pauseSync)]);
    await report(sync_id, { status: 'paused' });
    await ask(pauseSync);
    await ask(resumeSync);
    await ask(resumeSync);
    await ask(cancelSync);
    await ask(cancelSync);
    await report(sync_id, { processed_count: 1 });
    const of = { sync_id, entity_type: 'customer', source_system: 'woocommerce', user_id: 'operator-2' };
    expect(await endsOf(sync_id)).toMatchObject([
      { ...of, activity_type: 'cancel_requested', status: 'running' },
      { ...of, activity_type: 'resume_requested', status: 'running' },
      { ...of, activity_type: 'pause_requested', status: 'running' },
    ]);
  });

  it('tells a request before the end that it brings about', async () => {
    for (const headers of [{}, { 'Idempotency-Key': 'cancel-at-once' }]) {
      const sync_id = newId();
      await startSync({ client, body: { sync_id, entity_type: 'customer', source_system: 'odoo', status: 'queued' } });
      await cancelSync({ client, path: { sync_id }, headers });
      const types = (await endsOf(sync_id)).map(({ activity_type }) => activity_type);
      expect(types).toEqual(['sync_cancelled', 'cancel_requested']);
    }
  });

  it('writes nothing of a reporter that pauses and goes on by itself, nor of a request for what has ended', async () => {
    const sync_id = await started();
    await report(sync_id, { status: 'paused' });
    await report(sync_id, { status: 'running' });
    await completeSync({ client, path: { sync_id }, body: {} });
    await pauseSync({ client, path: { sync_id } });
    expect((await endsOf(sync_id)).map(({ activity_type }) => activity_type)).toEqual(['sync_completed']);
  });

  it('keeps a request in the trail also when the month has no partition yet', async () => {
    const sync_id = await started();
    const monthOf = `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'sync_activity_log'::regclass`;
    for (const { name } of await sql<{ name: string }>(service.database.ownerUrl, monthOf))
      await sql(
        service.database.ownerUrl,
        `ALTER TABLE sync_activity_log DETACH PARTITION ${name}; DROP TABLE ${name}`,
      );
    await pauseSync({ client, path: { sync_id } });
    expect(await endsOf(sync_id)).toMatchObject([{ activity_type: 'pause_requested' }]);
  });

  it('refuses to steer what has ended', async () => {
    const sync_id = await started();
    await completeSync({ client, path: { sync_id }, body: {} });
    const answers = await Promise.all(
      [pauseSync, resumeSync, cancelSync].map((steer) => steer({ client, path: { sync_id } })),
    );
    expect(answers.map(({ response }) => response?.status)).toEqual([409, 409, 409]);
  });
});

describe('the live list', () => {
  it('is an array of active syncs, newest first, with filters', async () => {
    const mine = await service.client('org-list');
    const start = (sync_id: string, entity_type: string) =>
      startSync({ client: mine, body: { sync_id, entity_type, source_system: 'odoo', total_items: 100 } });
    await start('old', 'customer');
    await start('new', 'order');
    await start('ended', 'order');
    await completeSync({ client: mine, path: { sync_id: 'ended' }, body: {} });
    const ids = async (query: object) =>
      (await listActiveSyncs({ client: mine, query })).data?.map(({ sync_id }) => sync_id);
    expect(await ids({ orgId: 'org-list' })).toEqual(['new', 'old']);
    expect(await ids({ entity_type: 'customer' })).toEqual(['old']);
    expect(await ids({ source_system: 'woocommerce' })).toEqual([]);
    expect(await ids({ status: 'paused' })).toEqual([]);
  });

  it('finds slow syncs with their seconds per item', async () => {
    const mine = await service.client('org-slow');
    for (const [sync_id, processed] of [
      ['slow', 5],
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
    const { data } = await listSlowSyncs({ client: mine, query: { below: 10 } });
    expect(data?.map(({ sync_id, seconds_per_item }) => [sync_id, Math.round(seconds_per_item)])).toEqual([
      ['slow', 120],
    ]);
    expect((await listActiveSyncs({ client: mine, query: { slow: 10 } })).data?.length).toBe(1);
  });
});
