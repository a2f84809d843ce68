import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimTask } from '../../src/jobs/scheduled.task.ts';
import { TaskRunner } from '../../src/jobs/task.runner.ts';
import { lastError, takeTurns } from '../support/maintenance.support.ts';
import { DONE_ONCE, leaveWorkForMaintenance, maintenanceOutcome } from '../support/maintenance-data.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ SYNC_WORKER: 'on' });
});
afterAll(() => service.close());

/** How many of the replicas that wake at once get the turn. */
async function winners(name: string, everySeconds: number, replicas = 20, deadAfterSeconds?: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: service.database.appUrl, max: replicas });
  const { text, values } = claimTask({ name, everySeconds, deadAfterSeconds, run: async () => 0 });
  const results = await Promise.all(Array.from({ length: replicas }, () => pool.query(text, values as unknown[])));
  await pool.end();
  return results.filter(({ rows }) => rows.length > 0).length;
}

/** A turn that began so long ago, and ended (or its process died in it). */
const tookTurn = (name: string, ago: string, ended: boolean) =>
  sql(
    service.database.ownerUrl,
    `INSERT INTO app.scheduled_tasks (name, started_at, finished_at) VALUES ($1, now() - $2::interval, CASE WHEN $3 THEN now() END)
     ON CONFLICT (name) DO UPDATE SET started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at`,
    [name, ago, ended],
  );

describe('a turn', () => {
  it('is given to one of twenty replicas that wake at once, the first time and later', async () => {
    expect(await winners('contested', 60)).toBe(1);
    expect(await winners('contested', 60)).toBe(0);
    await tookTurn('contested', '61 seconds', true);
    expect(await winners('contested', 60)).toBe(1);
  });

  it.each<[what: string, everySeconds: number, ago: string, ended: boolean, free: number]>([
    ['comes again when its time has passed', 60, '61 seconds', true, 1],
    ['does not before', 60, '59 seconds', true, 0],
    ['is not taken from a process that has worked for minutes', 60, '9 minutes', false, 0],
    ['is free again ten minutes after its process died', 60, '11 minutes', false, 1],
    ['of a rare task stays its own until its time has passed', 3600, '59 minutes', false, 0],
    ['of a rare task is free then, although its process died', 3600, '61 minutes', false, 1],
  ])('%s', async (what, everySeconds, ago, ended, free) => {
    await tookTurn(what, ago, ended);
    expect(await winners(what, everySeconds, 3)).toBe(free);
  });

  it('of a task that says so is free again sooner after its process died', async () => {
    await tookTurn('soon', '29 seconds', false);
    expect(await winners('soon', 20, 3, 30)).toBe(0);
    await tookTurn('soon', '31 seconds', false);
    expect(await winners('soon', 20, 3, 30)).toBe(1);
  });
});

describe('a task that throws', () => {
  it('is recorded, holds up no other, and is forgiven when it succeeds', async () => {
    let broken = true;
    const runner = service.app.get(TaskRunner);
    runner.register({
      name: 'broken',
      everySeconds: 60,
      run: async () => {
        if (broken) throw new Error('the disk is full');
        return 0;
      },
    });
    let batches = 3;
    runner.register({ name: 'following', everySeconds: 60, run: async () => Math.max(batches--, 0) });
    await takeTurns(service);
    expect(await lastError(service, 'broken')).toBe('Error: the disk is full');
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const counted = metrics
      .split('\n')
      .filter((line) => /^sync_task_(runs|changed)_total.*(broken|following)/.test(line));
    expect(counted).toEqual([
      expect.stringMatching(/^sync_task_runs_total\{task="broken",outcome="failure"\} [1-9]/),
      expect.stringMatching(/^sync_task_runs_total\{task="following",outcome="success"\} [1-9]/),
      'sync_task_changed_total{task="broken"} 0',
      // Batch after batch until one changes nothing: 3 + 2 + 1.
      'sync_task_changed_total{task="following"} 6',
    ]);

    broken = false;
    await takeTurns(service);
    expect(await lastError(service, 'broken')).toBeNull();
  });
});

describe('a task that is done every few seconds', () => {
  it('waits for no rare one that takes long', async () => {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const runner = service.app.get(TaskRunner);
    const register = (name: string, everySeconds: number, work: () => unknown) => {
      const run = async () => {
        await work();
        return 0;
      };
      runner.register({ name, everySeconds, run });
    };
    register('rare', 3_600, () => done);
    register('prompt', 20, resolve);
    await takeTurns(service);
    expect(await lastError(service, 'rare')).toBeNull();
  });
});

describe('the tasks together', () => {
  it('end, delete and leave alone what they should, and do nothing more when they run again', async () => {
    await leaveWorkForMaintenance(service.database);
    await takeTurns(service);
    expect(await maintenanceOutcome(service.database)).toEqual(DONE_ONCE);
    await takeTurns(service);
    expect(await maintenanceOutcome(service.database)).toEqual(DONE_ONCE);
  });
});
