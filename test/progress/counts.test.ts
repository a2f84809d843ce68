import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { ProgressRequests } from './progress.support.ts';

let service: TestService;
let syncs: ProgressRequests;

beforeAll(async () => {
  service = await startTestService();
  syncs = new ProgressRequests(await service.request('org-1'));
});
afterAll(() => service.close());

const owner = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(service.database.ownerUrl, text, values, 'org-1');

const MOST = Number.MAX_SAFE_INTEGER;

describe('A sync of three thousand million items can be reported', () => {
  it('from its start to its end', async () => {
    const id = await syncs.started(3_000_000_000);
    expect((await syncs.report(id, { processed_count: 2_999_999_999 }).expect(200)).body).toMatchObject({
      ...{ total_items: 3_000_000_000, processed_count: 2_999_999_999, status: 'running' },
    });
    const { body } = await syncs.report(id, { processed_count: 3_000_000_000 }).expect(200);
    expect(body).toMatchObject({ status: 'completed', processed_count: 3_000_000_000, current_item: 3_000_000_000 });
    const [ended] = await syncs.trail(id);
    expect(ended).toMatchObject({ record_count: 3_000_000_000, details: { total_items: 3_000_000_000 } });
  });

  it('by plain SQL, whose clients get numbers', async () => {
    const id = await syncs.started(3_000_000_000);
    const rows = await owner(
      `UPDATE public.sync_progress SET processed_count = $1, updated_at = now() WHERE sync_id = $2
       RETURNING total_items, processed_count, failed_count, current_item`,
      [2_999_999_999, id],
    );
    expect(rows).toEqual([
      { total_items: 3_000_000_000, processed_count: 2_999_999_999, failed_count: 0, current_item: 2_999_999_999 },
    ]);
  });
});

describe('Counts', () => {
  it('go up to 2^53 - 1 and stay exact', async () => {
    const id = await syncs.started(MOST);
    const { body } = await syncs.report(id, { processed_count: MOST - 2, failed_count: 1 }).expect(200);
    expect(body).toMatchObject({ processed_count: MOST - 2, current_item: MOST - 1, total_items: MOST });
    expect((await syncs.report(id, { processed_count: MOST - 1 }).expect(200)).body.status).toBe(
      'completed_with_errors',
    );
  });

  it('above that are refused, together as well, and the sync stays as it was', async () => {
    const id = await syncs.started(null);
    for (const body of [{ processed_count: MOST + 1 }, { failed_count: MOST + 1 }, { total_items: MOST + 1 }])
      expect((await syncs.report(id, body)).status).toBe(422);
    const both = await syncs.report(id, { processed_count: MOST, failed_count: 1 });
    expect(both.body).toMatchObject({ type: 'urn:sync-operations:problem:counts-above-total', status: 422 });
    expect((await syncs.read(id)).body).toMatchObject({ processed_count: 0, failed_count: 0 });
  });

  it('that are no whole numbers of items are refused also by plain SQL', async () => {
    const id = await syncs.started(10);
    for (const value of ['1.5', 'NaN', '-1', 'Infinity', '1e16'])
      await expect(
        owner('UPDATE public.sync_progress SET processed_count = $1 WHERE sync_id = $2', [value, id]),
      ).rejects.toMatchObject({ code: '23514' });
  });
});

describe('The trail', () => {
  it('holds records of that size: entry, trend, export', async () => {
    const request = await service.request('org-trail');
    const entry = { activity_type: 'sync_completed', status: 'completed', entity_type: 'c', record_count: MOST - 1 };
    const { body } = await request.post('/api/sync/activity').send(entry).expect(201);
    expect(body.record_count).toBe(MOST - 1);
    await request
      .post('/api/sync/activity')
      .send({ ...entry, record_count: MOST + 1 })
      .expect(422);
    expect((await request.get('/api/sync/activity/trends').expect(200)).body.items).toMatchObject([
      { total_records: MOST - 1 },
    ]);
    const exported = await request.get('/api/sync/activity/export').buffer(true).expect(200);
    expect(String(exported.text ?? exported.body)).toContain(`"record_count":${MOST - 1},`);
  });
});

describe('`current_item` that is left out follows the counts', () => {
  it('as processed + failed; one that is given stays as given; there is none before the first report', async () => {
    const id = await syncs.started(100);
    expect((await syncs.read(id)).body.current_item).toBeNull();
    const report = async (body: object) => (await syncs.report(id, body).expect(200)).body.current_item;
    expect(await report({ processed_count: 20, failed_count: 2 })).toBe(22);
    expect(await report({ processed_count: 30, current_item: 22 })).toBe(22);
    expect(await report({ processed_count: 31, current_item: 22 })).toBe(22);
    expect(await report({ processed_count: 32 })).toBe(34);
    const { body } = await syncs.reportMany([{ sync_id: id, processed_count: 40 }]).expect(200);
    expect(body.items[0].progress.current_item).toBe(42);
  });

  it('by plain SQL, too', async () => {
    const id = await syncs.started(100);
    const update = async (set: string) => {
      const [row] = await owner<{ current_item: number }>(
        `UPDATE public.sync_progress SET ${set} WHERE sync_id = $1 RETURNING current_item`,
        [id],
      );
      return row?.current_item;
    };
    expect(await update(`updated_at = now()`)).toBeNull();
    expect(await update('processed_count = 20, failed_count = 2')).toBe(22);
    expect(await update('processed_count = 30, current_item = 22')).toBe(22);
    expect(await update('processed_count = 31, current_item = 22')).toBe(22);
    expect(await update('current_item = 7')).toBe(7);
    expect(await update('cancel_requested = true')).toBe(7);
    expect(await update('processed_count = processed_count + 1')).toBe(34);
  });
});

describe('Several workers of one sync', () => {
  it('report their own parts, which add up without going backwards in any order and however often they come', async () => {
    const reports = fc.array(
      fc.record({
        worker: fc.constantFrom('a', 'b', '__proto__'),
        rise: fc.record({ processed_count: fc.nat(5), failed_count: fc.nat(2) }),
        times: fc.constantFrom(1, 2),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(reports, async (all) => {
        const id = await syncs.started(1_000);
        const parts = new Map<string, { processed_count: number; failed_count: number }>();
        let total = { processed_count: 0, failed_count: 0 };
        for (const { worker, rise, times } of all) {
          const before = parts.get(worker) ?? { processed_count: 0, failed_count: 0 };
          const part = {
            processed_count: before.processed_count + rise.processed_count,
            failed_count: before.failed_count + rise.failed_count,
          };
          parts.set(worker, part);
          total = {
            processed_count: total.processed_count + rise.processed_count,
            failed_count: total.failed_count + rise.failed_count,
          };
          for (let time = 0; time < times; time += 1) {
            const { body } = await syncs.report(id, { worker, ...part }).expect(200);
            expect(body).toMatchObject({ ...total, current_item: total.processed_count + total.failed_count });
          }
        }
        const { body } = await syncs.read(id);
        expect(body.workers === null ? [] : Object.entries(body.workers).sort()).toEqual([...parts].sort());
      }),
      { numRuns: 20 },
    );
  });

  it('may report at the same time', async () => {
    const id = await syncs.started(2_000);
    const worker = async (name: string) => {
      for (let processed_count = 10; processed_count <= 200; processed_count += 10)
        await syncs.report(id, { worker: name, processed_count }).expect(200);
    };
    await Promise.all(Array.from({ length: 10 }, (_, index) => worker(`worker-${index}`)));
    expect((await syncs.read(id)).body).toMatchObject({ status: 'completed', processed_count: 2_000 });
  });

  it('may report in one bulk request', async () => {
    const id = await syncs.started(100);
    const items = ['a', 'b', 'a'].map((worker, index) => ({ sync_id: id, worker, processed_count: index + 1 }));
    const { body } = await syncs.reportMany(items).expect(200);
    expect(
      body.items.map(({ progress }: { progress: { processed_count: number } }) => progress.processed_count),
    ).toEqual([1, 3, 5]);
  });

  it('are told when their own part goes backwards or above the total', async () => {
    const id = await syncs.started(100);
    await syncs.report(id, { worker: 'a', processed_count: 50 }).expect(200);
    await syncs.report(id, { worker: 'b', processed_count: 30 }).expect(200);
    const backwards = await syncs.report(id, { worker: 'b', processed_count: 20 }).expect(409);
    expect(backwards.body.errors).toEqual([
      { pointer: '#/processed_count', detail: 'is below 30, which was reported before' },
    ]);
    const above = await syncs.report(id, { worker: 'b', processed_count: 51 }).expect(422);
    expect(above.body).toMatchObject({ type: 'urn:sync-operations:problem:counts-above-total' });
    expect((await syncs.read(id)).body.processed_count).toBe(80);
    // A report about the whole sync beside them.
    expect((await syncs.report(id, { processed_count: 90 }).expect(200)).body.processed_count).toBe(90);
    expect((await syncs.report(id, { worker: 'b', processed_count: 35 }).expect(200)).body.processed_count).toBe(95);
  });

  it('are a hundred at most', async () => {
    const id = await syncs.started(1_000);
    for (let index = 0; index < 100; index += 1)
      await syncs.report(id, { worker: `w${index}`, processed_count: 1 }).expect(200);
    const refused = await syncs.report(id, { worker: 'one more', processed_count: 1 }).expect(422);
    expect(refused.body).toMatchObject({
      type: 'urn:sync-operations:problem:too-many-workers',
      errors: [{ pointer: '#/worker' }],
    });
    expect((await syncs.report(id, { worker: 'w7', processed_count: 2 }).expect(200)).body.processed_count).toBe(101);
  });
});
