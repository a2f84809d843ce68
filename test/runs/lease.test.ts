import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOrg } from './batch.support.ts';
import { RUN_OUT, RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

describe('The lease', () => {
  it('is held by one worker, and by another after it was released or has expired', async () => {
    const org = newOrg();
    const { sync, epoch } = await tables.held(org);
    expect(await tables.take(org, sync)).toBeUndefined();
    expect(await tables.renew(org, sync, epoch)).toBe('continue');
    expect(await tables.release(org, sync, epoch)).toBe(true);
    expect((await tables.progress(org, sync)).status).toBe('queued');
    expect(await tables.take(org, sync, RUN_OUT)).toMatchObject({ lease_epoch: epoch + 1 });
    expect(await tables.renew(org, sync, epoch)).toBe('fenced');
    expect(await tables.release(org, sync, epoch)).toBe(false);
    const taken = await Promise.all(Array.from({ length: 5 }, (_, i) => tables.take(org, sync, 60, `w${i}`)));
    expect(taken.filter(Boolean)).toMatchObject([{ lease_epoch: epoch + 2 }]);
  });

  it('that no worker holds can be taken before the time to which the run was postponed', async () => {
    const org = newOrg();
    const { sync, epoch } = await tables.held(org);
    const until = new Date(Date.now() + 3_600_000);
    await tables.release(org, sync, epoch, until);
    expect(await tables.run(org, sync)).toMatchObject({ postponements: 1, leased_by: null });
    const { rate_limited_until } = await tables.progress(org, sync);
    expect(Date.parse(String(rate_limited_until))).toBe(until.getTime());
    const [again] = [await tables.take(org, sync)];
    await tables.commit(org, { sync, epoch: again?.lease_epoch ?? 0 }, {});
    expect(await tables.run(org, sync)).toMatchObject({ postponements: 0, leases_without_commit: 0 });
    expect((await tables.progress(org, sync)).rate_limited_until).toBeNull();
  });

  it('leaves out of elapsed time the queue, a limit, and the time in which a worker was dead', async () => {
    const org = newOrg();
    const sync = await tables.insert(org);
    const pass = (seconds: number) =>
      tables.query(
        org,
        `UPDATE public.sync_progress SET started_at = started_at - $2 * interval '1 second', updated_at = updated_at - $2 * interval '1 second',
                rate_limited_until = rate_limited_until - $2 * interval '1 second' WHERE sync_id = $1`,
        [sync, seconds],
      );
    const elapsed = async () => Math.round((await tables.progress(org, sync)).elapsed_seconds);
    await pass(600);
    await tables.dispatch(org);
    const first = await tables.take(org, sync, RUN_OUT);
    expect(await elapsed()).toBe(0);
    await pass(30);
    await tables.renew(org, sync, first?.lease_epoch ?? 0);
    expect(await elapsed()).toBe(30);
    // Dead for ten minutes; then the next worker waits for a limit for five, and goes back to the queue for another ten.
    await pass(600);
    await tables.query(
      org,
      `UPDATE public.sync_runs SET leased_until = now() - interval '1 second' WHERE sync_id = $1`,
      [sync],
    );
    const second = await tables.take(org, sync, RUN_OUT);
    expect(second).toBeDefined();
    expect(await elapsed()).toBe(30);
    await tables.query(
      org,
      `UPDATE public.sync_progress SET rate_limited_until = now() + interval '300 seconds' WHERE sync_id = $1`,
      [sync],
    );
    await pass(330);
    await tables.renew(org, sync, second?.lease_epoch ?? 0);
    expect(await elapsed()).toBe(60);
    await tables.release(org, sync, second?.lease_epoch ?? 0);
    await pass(600);
    await tables.take(org, sync);
    expect(await elapsed()).toBe(60);
  });

  it('counts leases without a commit', async () => {
    const org = newOrg();
    const sync = await tables.insert(org);
    await tables.dispatch(org);
    for (let n = 1; n <= 3; n += 1)
      expect(await tables.take(org, sync, RUN_OUT)).toMatchObject({ lease_epoch: n, leases_without_commit: n });
    expect(await tables.renew(org, sync, 3)).toBe('continue');
    await tables.query(org, `UPDATE public.sync_progress SET status = 'cancelled' WHERE sync_id = $1`, [sync]);
    expect(await tables.renew(org, sync, 3)).toBe('ended');
    expect(await tables.release(org, sync, 3)).toBe(false);
  });
});
