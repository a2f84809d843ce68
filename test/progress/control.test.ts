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

describe('ending and controlling a sync', () => {
  it('completes a sync whose total was never known', async () => {
    const sync_id = await syncs.started(null);
    const { body } = await syncs.end(sync_id, 'complete', { processed_count: 7 });
    expect(body).toMatchObject({ status: 'completed', total_items: 7, processed_count: 7 });
  });

  it('fails a sync with its reason in the trail', async () => {
    const sync_id = await syncs.started();
    await syncs.end(sync_id, 'fail', { error_message: 'the shop is down' });
    expect(await syncs.trail(sync_id)).toMatchObject([
      { activity_type: 'sync_failed', status: 'failed', error_message: 'the shop is down' },
    ]);
  });

  it('asks the reporter in its next response to cancel, and ends when it confirms', async () => {
    const sync_id = await syncs.started();
    await syncs.control(sync_id, 'cancel');
    const reported = await syncs.report(sync_id, { processed_count: 2 });
    expect(reported.body).toMatchObject({ cancel_requested: true, status: 'running', requested_by: 'user-1' });
    const confirmed = await syncs.report(sync_id, { status: 'cancelled' });
    expect(confirmed.body.status).toBe('cancelled');
    expect(await syncs.trail(sync_id)).toMatchObject([
      { activity_type: 'sync_cancelled', status: 'cancelled', record_count: 2 },
      { activity_type: 'cancel_requested', status: 'running', user_id: 'user-1' },
    ]);
    await syncs.control(sync_id, 'cancel').expect(200);
  });

  it('pauses when the reporter confirms, and runs again when resumed', async () => {
    const sync_id = await syncs.started();
    await syncs.control(sync_id, 'pause');
    expect((await syncs.report(sync_id, { processed_count: 1 })).body).toMatchObject({
      pause_requested: true,
      status: 'running',
    });
    expect((await syncs.report(sync_id, { status: 'paused' })).body.status).toBe('paused');
    expect((await syncs.report(sync_id, { processed_count: 1 })).body.status).toBe('paused');
    expect((await syncs.control(sync_id, 'resume')).body).toMatchObject({
      pause_requested: false,
      status: 'running',
    });
  });

  it('cancels a queued sync at once', async () => {
    const sync_id = syncs.newId();
    await syncs.start({ sync_id, entity_type: 'customer', source_system: 'odoo', status: 'queued' });
    expect((await syncs.control(sync_id, 'cancel')).body.status).toBe('cancelled');
  });

  it('writes into the trail who asked for what, once for what was asked twice or by two at once', async () => {
    const sync_id = await syncs.started();
    const operator = new ProgressRequests(await service.request('org-1', { sub: 'operator-2' }));
    const ask = (what: 'pause' | 'resume' | 'cancel') => operator.control(sync_id, what);
    await Promise.all([ask('pause'), ask('pause'), ask('pause')]);
    await syncs.report(sync_id, { status: 'paused' });
    await ask('pause');
    await ask('resume');
    await ask('resume');
    await ask('cancel');
    await ask('cancel');
    await syncs.report(sync_id, { processed_count: 1 });
    const of = { sync_id, entity_type: 'customer', source_system: 'woocommerce', user_id: 'operator-2' };
    expect(await syncs.trail(sync_id)).toMatchObject([
      { ...of, activity_type: 'cancel_requested', status: 'running' },
      { ...of, activity_type: 'resume_requested', status: 'running' },
      { ...of, activity_type: 'pause_requested', status: 'running' },
    ]);
  });

  it('records a request before the end that it brings about', async () => {
    for (const headers of [{}, { 'Idempotency-Key': 'cancel-at-once' }]) {
      const sync_id = syncs.newId();
      await syncs.start({ sync_id, entity_type: 'customer', source_system: 'odoo', status: 'queued' });
      await syncs.control(sync_id, 'cancel').set(headers);
      const types = (await syncs.trail(sync_id)).map(({ activity_type }) => activity_type);
      expect(types).toEqual(['sync_cancelled', 'cancel_requested']);
    }
  });

  it('writes nothing when a reporter pauses and continues by itself, or when the sync of a request has ended', async () => {
    const sync_id = await syncs.started();
    await syncs.report(sync_id, { status: 'paused' });
    await syncs.report(sync_id, { status: 'running' });
    await syncs.end(sync_id, 'complete');
    await syncs.control(sync_id, 'pause');
    expect((await syncs.trail(sync_id)).map(({ activity_type }) => activity_type)).toEqual(['sync_completed']);
  });

  it('keeps a request in the trail also when the month has no partition yet', async () => {
    const sync_id = await syncs.started();
    const monthOf = `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'sync_activity_log'::regclass`;
    for (const { name } of await sql<{ name: string }>(service.database.ownerUrl, monthOf))
      await sql(
        service.database.ownerUrl,
        `ALTER TABLE sync_activity_log DETACH PARTITION ${name}; DROP TABLE ${name}`,
      );
    await syncs.control(sync_id, 'pause');
    expect(await syncs.trail(sync_id)).toMatchObject([{ activity_type: 'pause_requested' }]);
  });

  it('refuses to control what has ended', async () => {
    const sync_id = await syncs.started();
    await syncs.end(sync_id, 'complete');
    for (const what of ['pause', 'resume', 'cancel'] as const) await syncs.control(sync_id, what).expect(409);
  });
});
