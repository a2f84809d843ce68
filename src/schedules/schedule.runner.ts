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

/** The maximum number of milliseconds by which the clock of pg-boss may be ahead of the clock of the database. */
const SKEW_MS = 2_000;

/** Starts the syncs of schedules that are due. */
@Injectable()
export class ScheduleRunner {
  constructor(
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly queue: JobQueue,
    private readonly activity: ActivityService,
  ) {}

  /**
   * Starts one run for each due time of the schedule, even when it is called more often. An error in the schedule itself is stored with
   * the schedule and not thrown, because a retry would not help. Throws when the database fails.
   */
  runDue(id: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [schedule] = await transaction.query<LockedSchedule>(lockSchedule(orgId, id));
      if (!schedule?.enabled) return this.queue.unschedule(transaction, 'sync-schedules', id);
      if (hasRun(schedule)) return;
      if (schedule.last_is_active) {
        const why = `Skipped at ${schedule.at}: its last sync "${schedule.last_sync_id}" was still active.`;
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
      // The starter throws a Problem before it writes anything, so the transaction can continue.
      if (!(error instanceof Problem)) throw error;
      await this.fail(transaction, schedule, error);
    }
  }

  /** Disables a schedule whose connection was removed. */
  private async fail(transaction: TenantTransaction, schedule: LockedSchedule, problem: Problem): Promise<void> {
    const { id, connection_id, entity_type } = schedule;
    const staysEnabled = problem.problem !== 'not-found';
    await transaction.query(noteFailed(currentTenant().orgId, id, problem.message, staysEnabled));
    if (!staysEnabled) await this.queue.unschedule(transaction, 'sync-schedules', id);
    await this.activity.append({
      ...{ activity_type: 'schedule_failed', status: 'failed', entity_type, error_message: problem.message },
      details: { schedule_id: id, connection_id, enabled: staysEnabled },
    });
  }
}

/** The same time can occur in two jobs: when a missed time is made up, or when a worker died after it had started the run. */
function hasRun({ cron, time_zone, at, last_run_at, created_at }: LockedSchedule): boolean {
  const dueAt = previousRun(cron, time_zone, new Date(Date.parse(at) + SKEW_MS));
  return Date.parse(last_run_at ?? created_at) >= dueAt.getTime();
}
