import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { Problem } from '../common/problem.ts';
import { JobQueue } from '../jobs/job.queue.ts';
import { RunStarter } from '../runs/run.starter.ts';
import type { TenantTransaction } from '../tenancy/tenant.context.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { previousRun } from './cron.expression.ts';
import { type LockedSchedule, lockSchedule, noteFailed, noteSkipped, noteStarted } from './schedule.sql.ts';

/** How far the clock that sent the job may be ahead of the database's, in milliseconds. */
const SKEW_MS = 2_000;

/** What happens when the clock of a schedule strikes. */
@Injectable()
export class ScheduleRunner {
  constructor(
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly queue: JobQueue,
    private readonly activity: ActivityService,
  ) {}

  /**
   * Starts a run, once for each time the clock strikes, however often it is called. What is wrong with the schedule is written
   * down and not thrown: trying again would not help. Throws when the database fails.
   */
  strike(id: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [schedule] = await transaction.query<LockedSchedule>(lockSchedule(orgId, id));
      if (!schedule?.enabled) return this.queue.unschedule(transaction, 'sync-schedules', id);
      if (hasRun(schedule)) return;
      if (schedule.last_is_active) {
        const why = `Skipped at ${schedule.at}: its sync "${schedule.last_sync_id}" had not ended.`;
        await transaction.query(noteSkipped(orgId, id, why));
        return;
      }
      await this.start(transaction, schedule);
    });
  }

  private async start(transaction: TenantTransaction, schedule: LockedSchedule): Promise<void> {
    const { orgId } = currentTenant();
    const { id, connection_id, destination, entity_type, mode, created_by } = schedule;
    try {
      const syncId = await this.starter.start({
        kind: 'sync',
        source_connection_id: connection_id,
        destination_connection_id: destination === 'records' ? null : destination,
        entity_type,
        mode,
        trigger: 'schedule',
        requested_by: created_by,
      });
      await transaction.query(noteStarted(orgId, id, syncId));
    } catch (error) {
      // It refuses before it writes, so the transaction is whole.
      if (!(error instanceof Problem)) throw error;
      await this.fail(transaction, schedule, error);
    }
  }

  /** A schedule whose connection is gone has nothing to wait for. */
  private async fail(transaction: TenantTransaction, schedule: LockedSchedule, problem: Problem): Promise<void> {
    const { id, connection_id, entity_type } = schedule;
    const goesOn = problem.problem !== 'not-found';
    await transaction.query(noteFailed(currentTenant().orgId, id, problem.message, goesOn));
    if (!goesOn) await this.queue.unschedule(transaction, 'sync-schedules', id);
    await this.activity.append({
      ...{ activity_type: 'schedule_failed', status: 'failed', entity_type, error_message: problem.message },
      details: { schedule_id: id, connection_id, enabled: goesOn },
    });
  }
}

/** The same time can come twice: made up and due, or by a job whose worker died after it had done its work. */
function hasRun({ cron, time_zone, at, last_run_at, created_at }: LockedSchedule): boolean {
  const struck = previousRun(cron, time_zone, new Date(Date.parse(at) + SKEW_MS));
  return Date.parse(last_run_at ?? created_at) >= struck.getTime();
}
