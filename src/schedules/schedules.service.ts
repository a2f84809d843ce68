import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { changeDetails } from '../activity/change.details.ts';
import { Problem } from '../common/problem.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import { Quotas } from '../quotas/quotas.ts';
import { SourceDestinationCheck } from '../runs/source-destination.check.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { nextRun } from './cron.expression.ts';
import type { ChangeScheduleDto, CreateScheduleDto, SchedulesQuery } from './dto/requests.dto.ts';
import type { ScheduleDto, ScheduleListDto } from './dto/schedule.dto.ts';
import {
  allSchedules,
  databaseTime,
  deleteSchedule,
  findSchedule,
  insertSchedule,
  type LockedSchedule,
  lockSchedule,
  type ScheduleMembers,
  type ScheduleRow,
  schedulesOf,
  updateSchedule,
} from './schedule.sql.ts';

/** So that one connection cannot make many runs due at once. */
const MAX_PER_CONNECTION = 50;

/** Manages the schedules of a tenant. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly sourceDestination: SourceDestinationCheck,
    private readonly activity: ActivityService,
    private readonly quotas: Quotas,
  ) {}

  /** Throws not-found, invalid-request, or conflict when the connection has too many schedules. */
  async create(connectionId: string, body: CreateScheduleDto): Promise<ScheduleDto> {
    await this.quotas.take('schedules');
    const { orgId } = currentTenant();
    const { time_zone = 'UTC', enabled = true, kind = 'sync', entity_type, mode, cron } = body;
    assertFullReconcile(kind, mode);
    return this.database.transaction(async (transaction) => {
      const destination = destinationOf(body) ?? 'records';
      await this.sourceDestination.check(connectionId, idOf(destination), entity_type);
      if ((await transaction.query(schedulesOf(orgId, connectionId))).length >= MAX_PER_CONNECTION)
        throw new Problem('conflict', `A connection can have at most ${MAX_PER_CONNECTION} schedules; remove one.`);
      const [time] = await transaction.query<{ at: string }>(databaseTime);
      const next_run_at = nextTime({ enabled, cron, time_zone }, (time as { at: string }).at);
      const members = { entity_type, kind, mode, cron, time_zone, enabled, next_run_at, destination };
      const [row] = await transaction.query<ScheduleRow>(insertSchedule(orgId, connectionId, members, currentUser()));
      return this.log('schedule_created', row as ScheduleRow, null);
    });
  }

  async list(connectionId: string): Promise<ScheduleListDto> {
    await this.connections.get(connectionId);
    const rows = await this.database.read<ScheduleRow>(schedulesOf(currentTenant().orgId, connectionId));
    return { items: rows.map(shown), next_cursor: null };
  }

  async all(query: SchedulesQuery): Promise<ScheduleListDto> {
    const rows = await this.database.read<ScheduleRow>(allSchedules(currentTenant().orgId, query));
    return { items: rows.map(shown), next_cursor: null };
  }

  async get(id: string): Promise<ScheduleDto> {
    const [row] = await this.database.read<ScheduleRow>(findSchedule(currentTenant().orgId, id));
    if (!row) throw noSuchSchedule();
    return shown(row);
  }

  /** A disabled schedule may name a connection that was removed. */
  change(id: string, body: ChangeScheduleDto): Promise<ScheduleDto> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<LockedSchedule>(lockSchedule(orgId, id));
      if (!current) throw noSuchSchedule();
      const { entity_type, kind, mode, cron, time_zone, enabled } = { ...current, ...given(body) };
      assertFullReconcile(kind, mode);
      const destination = destinationOf(body) ?? current.destination;
      const next_run_at = nextTime({ enabled, cron, time_zone }, current.at);
      const members: ScheduleMembers = { entity_type, kind, mode, cron, time_zone, enabled, next_run_at, destination };
      if (enabled) await this.sourceDestination.check(current.connection_id, idOf(destination), entity_type);
      const [row] = await transaction.query<ScheduleRow>(updateSchedule(orgId, id, members));
      return this.log('schedule_changed', row as ScheduleRow, current);
    });
  }

  /** A sync that the schedule has started continues. */
  remove(id: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<ScheduleRow>(deleteSchedule(currentTenant().orgId, id));
      if (!row) throw noSuchSchedule();
      await this.log('schedule_removed', { ...row, enabled: false }, row, null);
    });
  }

  /** Writes the audit entry. */
  private async log(
    activity_type: string,
    row: ScheduleRow,
    before: ScheduleTold | null,
    after: ScheduleTold | null = row,
  ): Promise<ScheduleDto> {
    const { id, connection_id, entity_type, destination, kind, mode, cron, time_zone, enabled } = row;
    await this.activity.append({
      ...{ activity_type, status: 'completed', entity_type },
      details: {
        ...{ schedule_id: id, connection_id, destination, kind, mode, cron, time_zone, enabled },
        ...changeDetails(before && toldOf(before), after && toldOf(after)),
      },
    });
    return shown(row);
  }
}

type ScheduleTold = Omit<ScheduleMembers, 'next_run_at'>;

/** What an audit entry says of a schedule. */
const toldOf = ({ entity_type, destination, kind, mode, cron, time_zone, enabled }: ScheduleTold) => ({
  ...{ entity_type, destination, kind, mode, cron, time_zone, enabled },
});

/** When it runs next, by the database's clock. A time that was missed while it was disabled is not made up for. */
const nextTime = ({ enabled, cron, time_zone }: Pick<ScheduleRow, 'enabled' | 'cron' | 'time_zone'>, at: string) =>
  enabled ? nextRun(cron, time_zone, new Date(at)) : null;

const shown = (row: ScheduleRow): ScheduleDto => ({
  ...row,
  next_run_at: row.next_run_at && new Date(row.next_run_at).toISOString(),
});

function destinationOf({ destination }: ChangeScheduleDto): string | undefined {
  return typeof destination === 'object' ? destination.connection_id.toLowerCase() : destination;
}

const given = (body: ChangeScheduleDto) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<ScheduleMembers>;

/** A reconcile reads every item at both ends. */
function assertFullReconcile(kind: ScheduleMembers['kind'], mode: ScheduleMembers['mode']): void {
  if (kind === 'sync' || mode === 'full') return;
  const detail = 'must be full for a reconcile';
  throw new Problem('invalid-request', `mode ${detail}.`, { errors: [{ pointer: '#/mode', detail }] });
}

const noSuchSchedule = (): Problem => new Problem('not-found', 'There is no such schedule in your organization.');

/** The connection id of a stored destination. Null for the records. */
const idOf = (destination: string): string | null => (destination === 'records' ? null : destination);
