import { type Client, type SyncOptions, SyncStopped, withSync } from '@sync-operations/client';
import type { Agent } from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BendingProxy, startBendingProxy } from '../../support/bending-proxy.ts';
import { startTestService, type TestService } from '../../support/test-service.ts';
import { waitFor } from '../../support/wait-for.ts';

let service: TestService;
let proxy: BendingProxy;
let client: Client;
let request: Agent;
let options: Omit<SyncOptions<{ id: number }>, 'sync_id'> & { sync_id: string };
let count = 0;

beforeAll(async () => {
  service = await startTestService();
  proxy = await startBendingProxy(service.url);
  client = await service.client('org-1');
  client.setConfig({ baseUrl: proxy.url });
  request = await service.request('org-1');
});
afterAll(async () => {
  await proxy.stop();
  await service.close();
});
beforeEach(() => {
  count += 1;
  proxy.bend(null);
  proxy.takeRequests();
  const kind = { entity_type: 'customer', source_system: 'woocommerce' };
  options = { client, sync_id: `sync-${count}`, ...kind, everyMs: 10, firstRetryMs: 1 };
});

const stored = async () => (await request.get(`/api/sync/progress/${options.sync_id}`)).body;
const control = (what: string) => request.post(`/api/sync/progress/${options.sync_id}/${what}`).expect(200);
const trail = async () =>
  (await request.get('/api/sync/activity').query({ sync_id: options.sync_id })).body.items as Record<string, unknown>[];
/** Work without an end. */
async function endless(sync: { done(): Promise<void> }): Promise<never> {
  for (;;) {
    await sync.done();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('A sync that is reported', () => {
  it('ends when the work has returned, with its failed items in the trail by id, and not with all their data', async () => {
    const ended = await withSync({ ...options, total_items: 3 }, async (sync) => {
      await sync.done({ id: 1 });
      await sync.failed({ id: 2 }, new Error('Invalid email address'));
      await sync.done({ id: 3 });
      expect((await stored()).completed_at).toBeNull();
    });
    expect(ended).toMatchObject({ status: 'completed_with_errors', processed_count: 2, failed_count: 1 });
    const [failure] = (await trail()).filter(({ activity_type }) => activity_type === 'batch_process');
    expect(failure).toMatchObject({
      error_message: 'Invalid email address',
      entity_type: 'customer',
      user_id: 'user-1',
    });
    expect(failure?.details).toEqual({ item: 2, error: 'Invalid email address' });
  });

  it.each([
    ['more', 2, 5],
    ['fewer', 9, 9],
    ['no', 0, 5],
  ])('may have %s items than its total says', async (_, total_items, total) => {
    const ended = await withSync({ ...options, total_items }, async (sync) => {
      for (let id = 1; id <= 5; id += 1) {
        await sync.done({ id });
        await waitFor('the report', () => sync.progress.processed_count + 1 >= Math.min(id, total_items - 1));
      }
    });
    expect(ended).toMatchObject({ status: 'completed', processed_count: 5, total_items: total });
  });

  it('fails with what the work throws, and throws it on', async () => {
    const run = withSync(options, async (sync) => {
      await sync.done({ id: 1 });
      throw new Error('The shop is closed');
    });
    await expect(run).rejects.toThrow('The shop is closed');
    expect(await stored()).toMatchObject({ status: 'failed', error_message: 'The shop is closed', processed_count: 1 });
  });

  it('that was completed before is not worked on again, and one that failed cannot go on', async () => {
    await withSync(options, (sync) => sync.done());
    expect(await withSync(options, () => expect.unreachable())).toMatchObject({ processed_count: 1 });
    options.sync_id += '-failed';
    await withSync(options, () => Promise.reject(new Error('no'))).catch(() => undefined);
    await expect(withSync(options, () => expect.unreachable())).rejects.toMatchObject({ reason: 'ended' });
  });

  it('goes on from its checkpoint with its counts, also when its source has another size now', async () => {
    const first = { ...options, total_items: 10, giveUpAfterMs: 3_000 };
    const crashed = withSync(first, async (sync) => {
      await sync.done({ id: 1 }, { page: 1 });
      await waitFor('the report', () => sync.progress.processed_count === 1);
      proxy.bend(() => ({ status: 503, headers: {}, body: '' }));
      await endless(sync);
    });
    await expect(crashed).rejects.toThrow(SyncStopped);
    proxy.bend(null);
    const ended = await withSync({ ...options, total_items: 12 }, async (sync) => {
      expect(sync.checkpoint).toEqual({ page: 1 });
      await sync.done({ id: 2 });
    });
    expect(ended).toMatchObject({ status: 'completed', processed_count: 2 });
  });
});

describe('An operator', () => {
  it('cancels: the work is told once the item that it was at is counted, and the handler of failed items counts no other', async () => {
    let [done, told] = [0, false];
    const ended = await withSync({ ...options, heartbeatMs: 20 }, async (sync) => {
      await sync.done({ id: 1 });
      done += 1;
      await control('cancel');
      await waitFor('the cancel', () => sync.signal.aborted);
      try {
        await sync.done({ id: 2 });
      } catch (error) {
        // As a handler that takes every error for the item's.
        await sync.failed({ id: 2 }, error).catch(() => {
          told = true;
        });
      }
    });
    expect({ done, told }).toEqual({ done: 1, told: true });
    expect(ended).toMatchObject({ status: 'cancelled', processed_count: 2, failed_count: 0 });
  });

  it('cancels too late what has returned without a word of it: that is complete', async () => {
    const ended = await withSync({ ...options, heartbeatMs: 20 }, async (sync) => {
      await sync.done({ id: 1 });
      await control('cancel');
      await waitFor('the cancel', () => sync.signal.aborted);
    });
    expect(ended).toMatchObject({ status: 'completed', processed_count: 1 });
  });

  it('cancels work that awaits no report: it learns by the signal, and the process lives on', async () => {
    const ended = await withSync(options, async (sync) => {
      void sync.done({ id: 1 });
      await control('cancel');
      await waitFor('the cancel', () => {
        void sync.done({ id: 2 });
        return sync.signal.aborted;
      });
    });
    expect(ended.status).toBe('cancelled');
  });

  it('pauses: the work waits until it is resumed, and the item that it was at is counted', async () => {
    let resumed = false;
    const run = withSync({ ...options, heartbeatMs: 20 }, async (sync) => {
      await control('pause');
      await waitFor('the pause', () => sync.progress.pause_requested);
      await sync.done({ id: 1 });
      expect(resumed).toBe(true);
    });
    await waitFor('paused', async () => (await stored()).status === 'paused');
    expect((await stored()).processed_count).toBe(1);
    resumed = true;
    await control('resume');
    expect(await run).toMatchObject({ status: 'completed', processed_count: 1 });
  });

  it('cancels what is paused', async () => {
    const run = withSync(options, async (sync) => {
      await control('pause');
      await endless(sync);
    });
    await waitFor('paused', async () => (await stored()).status === 'paused');
    await control('cancel');
    expect(await run).toMatchObject({ status: 'cancelled' });
  });
});

describe('While the service is away', () => {
  it('the work goes on up to a bound, and then waits', async () => {
    let done = 0;
    const run = withSync({ ...options, maxUnreported: 50 }, async (sync) => {
      proxy.bend(() => ({ status: 503, headers: { 'retry-after': '0' }, body: '' }));
      for (done = 0; done < 200; done += 1) await sync.done();
    });
    await waitFor('the bound', () => done === 49);
    proxy.takeRequests();
    await waitFor('another attempt', () => proxy.takeRequests().length > 0);
    expect(done).toBe(49);
    proxy.bend(null);
    expect(await run).toMatchObject({ status: 'completed', processed_count: 200 });
  });

  it('a sync that lies still is told to be alive', async () => {
    await withSync({ ...options, heartbeatMs: 20 }, async (sync) => {
      const before = (await stored()).updated_at;
      await waitFor('a heartbeat', async () => (await stored()).updated_at > before);
      expect(sync.progress.processed_count).toBe(0);
    });
  });

  it('what the service refuses ends the work with the problem', async () => {
    const run = withSync(options, async (sync) => {
      await request.patch(`/api/sync/progress/${options.sync_id}`).send({ processed_count: 1_000_000 }).expect(200);
      await endless(sync);
    });
    await expect(run).rejects.toMatchObject({
      reason: 'refused',
      problem: { type: 'urn:sync-operations:problem:counts-backwards' },
    });
  });

  it('many items are few requests', async () => {
    await withSync({ ...options, everyMs: 60_000, everyItems: 100 }, async (sync) => {
      for (let id = 0; id < 1_000; id += 1) {
        if (id % 2) await sync.done({ id });
        else await sync.failed({ id }, 'no');
        if (id % 100 === 99)
          await waitFor('the report', () => sync.progress.processed_count + sync.progress.failed_count === id + 1);
      }
    });
    expect(proxy.takeRequests().length).toBeLessThanOrEqual(2 * 11 + 2);
    expect((await stored()).failed_count).toBe(500);
  });
});
