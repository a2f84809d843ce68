import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { Problem } from '../common/problem.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import { JobQueue } from '../jobs/job.queue.ts';
import { SourceDestinationCheck } from '../runs/source-destination.check.ts';
import type { TenantTransaction } from '../tenancy/tenant.context.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { nextRun } from './cron.expression.ts';
import type { ChangeScheduleDto, CreateScheduleDto } from './dto/requests.dto.ts';
import type { ScheduleDto, ScheduleListDto } from './dto/schedule.dto.ts';
import {
  deleteSchedule,
  findSchedule,
  insertSchedule,
  lockSchedule,
  type ScheduleMembers,
  type ScheduleRow,
  schedulesOf,
  updateSchedule,
} from './schedule.sql.ts';
import type { ScheduleJob } from './schedule.worker.ts';

/** Each is evaluated several times a minute, by one process for all organizations. */
const MOST_OF_A_CONNECTION = 50;

/** What a tenant sees of schedules; the clock itself is pg-boss's and changes in the same transaction. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly sourceDestination: SourceDestinationCheck,
    private readonly queue: JobQueue,
    private readonly activity: ActivityService,
  ) {}

  /** Throws not-found, invalid-request, or conflict when the connection has too many. */
  create(connectionId: string, body: CreateScheduleDto): Promise<ScheduleDto> {
    const { orgId } = currentTenant();
    const { time_zone = 'UTC', enabled = true, entity_type, mode, cron } = body;
    const members = { entity_type, mode, cron, time_zone, enabled, destination: destinationOf(body) ?? 'records' };
    return this.database.transaction(async (transaction) => {
      await this.sourceDestination.check(connectionId, idOf(members.destination), entity_type);
      if ((await transaction.query(schedulesOf(orgId, connectionId))).length >= MOST_OF_A_CONNECTION)
        throw new Problem('conflict', `A connection has at most ${MOST_OF_A_CONNECTION} schedules; remove one.`);
      const [row] = await transaction.query<ScheduleRow>(insertSchedule(orgId, connectionId, members, currentUser()));
      return this.settle(transaction, 'schedule_created', row as ScheduleRow);
    });
  }

  async list(connectionId: string): Promise<ScheduleListDto> {
    await this.connections.get(connectionId);
    const rows = await this.database.read<ScheduleRow>(schedulesOf(currentTenant().orgId, connectionId));
    return { items: rows.map(shown), next_cursor: null };
  }

  async get(id: string): Promise<ScheduleDto> {
    const [row] = await this.database.read<ScheduleRow>(findSchedule(currentTenant().orgId, id));
    if (!row) throw noSuchSchedule();
    return shown(row);
  }

  /** A schedule that is not enabled may name a connection that is gone. */
  change(id: string, body: ChangeScheduleDto): Promise<ScheduleDto> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<ScheduleRow>(lockSchedule(orgId, id));
      if (!current) throw noSuchSchedule();
      const { entity_type, mode, cron, time_zone, enabled } = { ...current, ...given(body) };
      const destination = destinationOf(body) ?? current.destination;
      const members: ScheduleMembers = { entity_type, mode, cron, time_zone, enabled, destination };
      if (enabled) await this.sourceDestination.check(current.connection_id, idOf(destination), entity_type);
      const [row] = await transaction.query<ScheduleRow>(updateSchedule(orgId, id, members));
      return this.settle(transaction, 'schedule_changed', row as ScheduleRow);
    });
  }

  /** The sync it started last goes on. */
  remove(id: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<ScheduleRow>(deleteSchedule(currentTenant().orgId, id));
      if (!row) throw noSuchSchedule();
      await this.settle(transaction, 'schedule_removed', { ...row, enabled: false });
    });
  }

  /** Sets or stops the clock and leaves an entry in the trail. */
  private async settle(transaction: TenantTransaction, activity_type: string, row: ScheduleRow): Promise<ScheduleDto> {
    const { id, connection_id, entity_type, destination, mode, cron, time_zone, enabled } = row;
    const job: ScheduleJob = { org_id: currentTenant().orgId, schedule_id: id };
    if (enabled) await this.queue.schedule(transaction, 'sync-schedules', cron, job, { key: id, tz: time_zone });
    else await this.queue.unschedule(transaction, 'sync-schedules', id);
    await this.activity.append({
      ...{ activity_type, status: 'completed', entity_type },
      details: { schedule_id: id, connection_id, destination, mode, cron, time_zone, enabled },
    });
    return shown(row);
  }
}

const shown = (row: ScheduleRow): ScheduleDto => ({
  ...row,
  next_run_at: row.enabled ? nextRun(row.cron, row.time_zone, new Date()).toISOString() : null,
});

function destinationOf({ destination }: ChangeScheduleDto): string | undefined {
  return typeof destination === 'object' ? destination.connection_id.toLowerCase() : destination;
}

const given = (body: ChangeScheduleDto) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<ScheduleMembers>;

const noSuchSchedule = (): Problem => new Problem('not-found', 'There is no such schedule in your organization.');

/** Of a destination as it is stored; null: the records. */
const idOf = (destination: string): string | null => (destination === 'records' ? null : destination);
