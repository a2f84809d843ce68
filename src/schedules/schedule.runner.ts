import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { Problem } from '../common/problem.ts';
import { RunStarter } from '../runs/run.starter.ts';
import type { TenantTransaction } from '../tenancy/tenant.context.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { nextRun } from './cron.expression.ts';
import { type LockedSchedule, lockSchedule, noteFailed, noteSkipped, noteStarted } from './schedule.sql.ts';

/** Starts the syncs of schedules that are due. */
@Injectable()
export class ScheduleRunner {
  constructor(
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly activity: ActivityService,
  ) {}

  /**
   * Starts one run when the schedule's next time has passed, however often it is called, and sets the time after it: times that were missed
   * are made up for by that one run. An error in the schedule itself is stored with the schedule and not thrown, because a retry would not
   * help. Throws when the database fails.
   */
  runDue(id: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [schedule] = await transaction.query<LockedSchedule>(lockSchedule(orgId, id));
      if (!schedule?.is_due) return;
      const next = nextRun(schedule.cron, schedule.time_zone, new Date(schedule.at));
      if (schedule.last_is_active) {
        const why = `Skipped at ${schedule.at}: its last sync "${schedule.last_sync_id}" was still active.`;
        await transaction.query(noteSkipped(orgId, id, why, next));
        return;
      }
      await this.start(transaction, schedule, next);
    });
  }

  private async start(transaction: TenantTransaction, schedule: LockedSchedule, next: Date): Promise<void> {
    const { orgId } = currentTenant();
    const { id, connection_id, destination, entity_type, kind, mode, created_by } = schedule;
    try {
      const syncId = await this.starter.start({
        kind,
        source_connection_id: connection_id,
        destination_connection_id: destination === 'records' ? null : destination,
        entity_type,
        mode,
        trigger: 'schedule',
        requested_by: created_by,
      });
      await transaction.query(noteStarted(orgId, id, syncId, next));
    } catch (error) {
      // The starter throws a Problem before it writes anything, so the transaction can continue.
      if (!(error instanceof Problem)) throw error;
      await this.fail(transaction, schedule, error, next);
    }
  }

  /** Disables a schedule whose connection was removed. */
  private async fail(
    transaction: TenantTransaction,
    schedule: LockedSchedule,
    problem: Problem,
    next: Date,
  ): Promise<void> {
    const { id, connection_id, entity_type } = schedule;
    const staysEnabled = problem.problem !== 'not-found';
    await transaction.query(noteFailed(currentTenant().orgId, id, problem.message, staysEnabled ? next : null));
    await this.activity.append({
      ...{ activity_type: 'schedule_failed', status: 'failed', entity_type, error_message: problem.message },
      details: { schedule_id: id, connection_id, enabled: staysEnabled },
    });
  }
}
