import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Statement } from '../database/database.ts';
import type { RunMode } from '../runs/run.types.ts';
import type { ScheduleDto } from './dto/schedule.dto.ts';

/** A row of sync_schedules without its organization. Times are RFC 3339. */
export type ScheduleRow = ScheduleDto;

/** The fields of a schedule that a tenant sets. */
export interface ScheduleMembers {
  readonly entity_type: EntityType;
  /** `records`, or the id of a connection. */
  readonly destination: string;
  readonly mode: RunMode;
  readonly cron: string;
  readonly time_zone: string;
  readonly enabled: boolean;
  /** Null for one that is disabled. */
  readonly next_run_at: Date | null;
}

const COLUMNS = `id, connection_id, entity_type, destination, mode, cron, time_zone, enabled, next_run_at, last_run_at, last_sync_id, last_error,
  created_by, created_at, updated_at`;
const ONE = 'org_id = $1 AND id = $2';

export const insertSchedule = (
  orgId: string,
  connectionId: string,
  members: ScheduleMembers,
  createdBy: string,
): Statement => ({
  text: `
    INSERT INTO public.sync_schedules (org_id, connection_id, entity_type, destination, mode, cron, time_zone, enabled, next_run_at,
      created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING ${COLUMNS}`,
  values: [orgId, connectionId, ...inOrder(members), createdBy],
});

export const updateSchedule = (orgId: string, id: string, members: ScheduleMembers): Statement => ({
  text: `
    UPDATE public.sync_schedules
       SET entity_type = $3, destination = $4, mode = $5, cron = $6, time_zone = $7, enabled = $8, next_run_at = $9, updated_at = now()
     WHERE ${ONE}
    RETURNING ${COLUMNS}`,
  values: [orgId, id, ...inOrder(members)],
});

const inOrder = (members: ScheduleMembers) => [
  members.entity_type,
  members.destination,
  members.mode,
  members.cron,
  members.time_zone,
  members.enabled,
  members.next_run_at,
];

/** Oldest first. */
export const schedulesOf = (orgId: string, connectionId: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_schedules WHERE org_id = $1 AND connection_id = $2 ORDER BY created_at, id`,
  values: [orgId, connectionId],
});

export const findSchedule = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_schedules WHERE ${ONE}`,
  values: [orgId, id],
});

/** The database's time, RFC 3339: the one clock by which schedules run. */
export const databaseTime: Statement = { text: 'SELECT now() AS at' };

/**
 * Locked until the end of the transaction. `at`: the database's time. `is_due`: its next time has passed. `last_is_active`: its last sync
 * has not ended.
 */
export const lockSchedule = (orgId: string, id: string): Statement => ({
  text: `
    SELECT ${COLUMNS}, now() AS at, coalesce(s.next_run_at <= now(), false) AS is_due, EXISTS (
             SELECT FROM public.sync_progress p WHERE p.org_id = s.org_id AND p.sync_id = s.last_sync_id AND p.completed_at IS NULL
           ) AS last_is_active
      FROM public.sync_schedules s WHERE ${ONE} FOR UPDATE`,
  values: [orgId, id],
});
export interface LockedSchedule extends ScheduleRow {
  readonly at: string;
  readonly is_due: boolean;
  readonly last_is_active: boolean;
}

export const deleteSchedule = (orgId: string, id: string): Statement => ({
  text: `DELETE FROM public.sync_schedules WHERE ${ONE} RETURNING ${COLUMNS}`,
  values: [orgId, id],
});

export const noteStarted = (orgId: string, id: string, syncId: string, next: Date): Statement => ({
  text: `
    UPDATE public.sync_schedules SET last_run_at = now(), last_sync_id = $3, last_error = NULL, next_run_at = $4 WHERE ${ONE}`,
  values: [orgId, id, syncId, next],
});

/** Stores why the schedule started no run. Without a next time it is disabled. */
export const noteFailed = (orgId: string, id: string, error: string, next: Date | null): Statement => ({
  text: `
    UPDATE public.sync_schedules SET last_run_at = now(), last_error = $3, enabled = $4::timestamptz IS NOT NULL, next_run_at = $4
     WHERE ${ONE}`,
  values: [orgId, id, error, next],
});

export const noteSkipped = (orgId: string, id: string, why: string, next: Date): Statement => ({
  text: `UPDATE public.sync_schedules SET last_error = $3, next_run_at = $4 WHERE ${ONE}`,
  values: [orgId, id, why, next],
});

/** Schedules of all organizations: sql/due_schedules.sql. */
export const dueSchedules = (most: number): Statement => ({
  text: 'SELECT org_id, id FROM app.due_schedules($1)',
  values: [most],
});
