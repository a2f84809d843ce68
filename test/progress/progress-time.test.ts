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

const admin = (text: string, values: unknown[] = []) => sql(service.database.superuserUrl, text, values);

/** As if this many minutes had passed: every time of the sync lies further back. */
const pass = (id: string, minutes: number) =>
  admin(
    `UPDATE public.sync_progress
        SET started_at = started_at - make_interval(secs => $2::double precision), updated_at = updated_at - make_interval(secs => $2::double precision),
            requested_at = requested_at - make_interval(secs => $2::double precision),
            rate_limited_until = rate_limited_until - make_interval(secs => $2::double precision)
      WHERE sync_id = $1`,
    [id, minutes * 60],
  );

const read = async (id: string) => (await syncs.read(id).expect(200)).body;
const report = async (id: string, processed_count: number, more: object = {}) =>
  (await syncs.report(id, { processed_count, ...more }).expect(200)).body;

/** A sync of 1,000 items that has done 500 in ten minutes. */
async function halfDone(): Promise<string> {
  const id = await syncs.started(1_000);
  await pass(id, 10);
  expect(await report(id, 500)).toMatchObject({
    speed_items_per_min: expect.closeTo(50, 0),
    eta_seconds: expect.closeTo(600, -1),
  });
  return id;
}

/** What the sync shows after one more item, if none of the time in between counts. */
async function expectNothingCounted(id: string): Promise<void> {
  const after = await report(id, 501);
  expect(Math.abs(after.elapsed_seconds - 600)).toBeLessThanOrEqual(2);
  expect(Math.abs(after.speed_items_per_min - 50)).toBeLessThanOrEqual(1);
  expect(Math.abs(after.eta_seconds - 599)).toBeLessThanOrEqual(12);
}

describe('A pause does not count as work: elapsed time, speed and ETA do not count', () => {
  it('a pause, which ends the ETA', async () => {
    const id = await halfDone();
    await syncs.control(id, 'pause').expect(200);
    expect((await read(id)).eta_seconds).toBeNull();
    expect(await report(id, 500, { status: 'paused' })).toMatchObject({ status: 'paused', eta_seconds: null });
    await pass(id, 60);
    const paused = await read(id);
    expect(paused.eta_seconds).toBeNull();
    expect(Math.abs(paused.elapsed_seconds - 600)).toBeLessThanOrEqual(2);
    await syncs.control(id, 'resume').expect(200);
    expect((await read(id)).idle_seconds).toBeCloseTo(3_600, -1);
    await expectNothingCounted(id);
  });

  it('a pause that the reporter kept without a word', async () => {
    const id = await halfDone();
    await syncs.control(id, 'pause').expect(200);
    await pass(id, 60);
    await syncs.control(id, 'resume').expect(200);
    await expectNothingCounted(id);
  });

  it('a pause by plain SQL, also of a client that sets nothing but the status', async () => {
    const id = await halfDone();
    await admin(`UPDATE public.sync_progress SET status = 'paused' WHERE sync_id = $1`, [id]);
    await pass(id, 60);
    await admin(`UPDATE public.sync_progress SET status = 'running' WHERE sync_id = $1`, [id]);
    await expectNothingCounted(id);
  });

  it('two pauses', async () => {
    const id = await halfDone();
    for (const minutes of [60, 90]) {
      await report(id, 500, { status: 'paused' });
      await pass(id, minutes);
      await syncs.control(id, 'resume').expect(200);
    }
    expect((await read(id)).idle_seconds).toBeCloseTo(9_000, -1);
    await expectNothingCounted(id);
  });

  it('a rate limit, as far as it lasts, which ends the ETA', async () => {
    const id = await halfDone();
    await admin(
      `UPDATE public.sync_progress SET rate_limited_until = now() + interval '60 minutes', updated_at = now() WHERE sync_id = $1`,
      [id],
    );
    expect((await read(id)).eta_seconds).toBeNull();
    await pass(id, 60);
    await admin(`UPDATE public.sync_progress SET rate_limited_until = NULL, updated_at = now() WHERE sync_id = $1`, [
      id,
    ]);
    await expectNothingCounted(id);
  });

  it('the time in a queue', async () => {
    const sync_id = syncs.newId();
    await syncs
      .start({ sync_id, entity_type: 'c', source_system: 's', total_items: 1_000, status: 'queued' })
      .expect(201);
    await pass(sync_id, 60);
    await syncs.report(sync_id, { status: 'running' }).expect(200);
    await pass(sync_id, 10);
    await report(sync_id, 500);
    await expectNothingCounted(sync_id);
  });

  it('a pause that is the end of the sync: its duration is the time in which something could be done', async () => {
    const id = await halfDone();
    await report(id, 500, { status: 'paused' });
    await pass(id, 60);
    await report(id, 500, { status: 'cancelled' });
    const [ended] = await syncs.trail(id);
    expect(ended).toMatchObject({ activity_type: 'sync_cancelled', duration_seconds: expect.closeTo(600, -1) });
  });
});

describe('The ETA', () => {
  it('follows the speed of the last minutes, while the speed is that of the whole sync', async () => {
    const id = await syncs.started(100_000);
    await pass(id, 60);
    await report(id, 6_000);
    let processed = 6_000;
    for (let minute = 0; minute < 10; minute += 1) {
      await pass(id, 1);
      processed += 1_000;
      await report(id, processed);
    }
    const now = await read(id);
    // 1,000 a minute of late, after 100 a minute for an hour.
    expect(now.speed_items_per_min).toBeCloseTo(16_000 / 70, 0);
    expect(now.eta_seconds / (((100_000 - 16_000) / 1_000) * 60)).toBeGreaterThan(0.97);
    expect(now.eta_seconds / (((100_000 - 16_000) / 1_000) * 60)).toBeLessThan(1.06);
  });

  it('grows when reports come and nothing is done any more', async () => {
    const id = await halfDone();
    await pass(id, 5);
    expect((await report(id, 500)).eta_seconds).toBeGreaterThan(2_000);
  });

  it('survives a silence of years without an error', async () => {
    const id = await halfDone();
    await pass(id, 60 * 24 * 365 * 30);
    expect((await report(id, 500)).eta_seconds).toBeNull();
    expect((await report(id, 501)).eta_seconds).toEqual(expect.any(Number));
  });

  it('is not told of a sync that has been silent for a minute, wherever it is read', async () => {
    const id = await halfDone();
    await pass(id, 1.1);
    expect((await read(id)).eta_seconds).toBeNull();
    const list: { sync_id: string; eta_seconds: number | null }[] = (await syncs.list({}).expect(200)).body;
    expect(list.find(({ sync_id }) => sync_id === id)?.eta_seconds).toBeNull();
    const again = { sync_id: id, entity_type: 'customer', source_system: 'woocommerce' };
    expect((await syncs.start(again).expect(200)).body.eta_seconds).toBeNull();
    expect((await report(id, 501)).eta_seconds).toEqual(expect.any(Number));
    expect((await read(id)).eta_seconds).toEqual(expect.any(Number));
  });
});
