import { ApiProperty } from '@nestjs/swagger';
import { SYNC_STATUSES, type SyncStatus } from '../../../common/sync-status.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

const HEALTH = ['fresh', 'late', 'failing', 'never'] as const;

/** What is active now. The list of each: GET /syncs with active or its status. */
export class OverviewNowDto {
  @ApiProperty({ type: 'integer', example: 3 })
  active: number;

  @ApiProperty({ type: 'integer', example: 2 })
  running: number;

  @ApiProperty({ type: 'integer', example: 1 })
  queued: number;

  @ApiProperty({ type: 'integer', example: 0 })
  paused: number;

  @ApiProperty({ type: 'integer', description: 'Running, and without a report for a minute', example: 0 })
  silent: number;
}

/** What needs a person. */
export class OverviewAttentionDto {
  @ApiProperty({
    type: 'integer',
    description: 'Open alerts that nobody has acknowledged or muted: GET /alerts?state=open',
    example: 1,
  })
  open_alerts: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Syncs that began since `since` and failed, timed out, or completed with errors: GET /syncs with failed',
    example: 1,
  })
  failed_syncs: number;

  @ApiProperty({
    type: 'integer',
    description: 'Runs that wait until a second person approves or refuses them: GET /runs with active',
    example: 0,
  })
  approvals: number;

  @ApiProperty({ type: 'integer', description: 'Open conflicts: GET /conflicts', example: 2 })
  conflicts: number;

  @ApiProperty({
    type: 'integer',
    description: 'Those of the conflicts that ask which entry an item is, by match-previews and bindings',
    example: 0,
  })
  ambiguous_matches: number;

  @ApiProperty({ type: 'integer', description: 'Items whose last try failed: GET /conflicts?kind=failure', example: 4 })
  failing_items: number;

  @ApiProperty({ type: 'integer', description: 'Previews that have not expired: GET /previews', example: 1 })
  ready_previews: number;

  @ApiProperty({ type: 'integer', description: 'Those of the previews that the delete guard stops', example: 0 })
  guarded_previews: number;

  @ApiProperty({ type: 'integer', description: 'Connections whose last check failed', example: 0 })
  failing_connections: number;
}

/** How the syncs of an entity type from and to a connection stand. */
export class OverviewEntityDto {
  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({
    enum: HEALTH,
    description:
      'failing: the last run failed, or its schedule could start none. late: a schedule should have started a run and did not, or what it started has not succeeded within an hour. never: nothing has succeeded yet. fresh: else',
    example: 'fresh',
  })
  health: (typeof HEALTH)[number];

  @ApiProperty({ type: String, nullable: true, description: 'The run that ended last', example: null })
  last_sync_id: string | null;

  @ApiProperty({ type: String, enum: SYNC_STATUSES, nullable: true, example: 'completed' })
  last_status: SyncStatus | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  last_ended_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  last_success_at: string | null;

  @ApiProperty({ type: 'integer', description: 'Runs that have not ended', example: 0 })
  active: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Of its schedules', example: null })
  next_run_at: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why a schedule could start no run', example: null })
  schedule_error: string | null;

  @ApiProperty({ type: 'integer', description: 'Open conflicts', example: 0 })
  conflict_count: number;

  @ApiProperty({ type: 'integer', description: 'Items whose last try failed', example: 0 })
  failing_count: number;
}

/** The syncs that began in an hour. Hours without any are left out. */
export class OverviewHourDto {
  @ApiProperty({ format: 'date-time', description: 'Its begin', example: '2026-11-22T14:00:00+00:00' })
  hour: string;

  @ApiProperty({ type: 'integer', example: 4 })
  sync_count: number;

  @ApiProperty({ type: 'integer', description: 'failed, timeout or completed_with_errors', example: 1 })
  failed_count: number;

  @ApiProperty({ description: 'Items that they left for a person to decide', example: 0 })
  conflict_count: number;

  @ApiProperty({ type: 'integer', description: 'How many of them left such items', example: 0 })
  conflict_syncs: number;
}

/** A connection, what is synced from and to it, and its last 24 hours. */
export class OverviewConnectionDto {
  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  id: string;

  @ApiProperty({ example: 'Main shop' })
  name: string;

  @ApiProperty({ example: 'woocommerce' })
  system: string;

  @ApiProperty({ enum: ['unchecked', 'ok', 'failing'], example: 'ok' })
  status: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  last_error: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  last_checked_at: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when everything from and to it is paused; null: it is not',
    example: null,
  })
  paused_at: string | null;

  @ApiProperty({ type: [OverviewEntityDto], description: 'Of what is or was synced' })
  entities: OverviewEntityDto[];

  @ApiProperty({ type: [OverviewHourDto] })
  hours: OverviewHourDto[];
}

/** The syncs that other services report of a source. */
export class OverviewReportedDto {
  @ApiProperty({ example: 'warehouse' })
  source_system: string;

  @ApiProperty({ type: [OverviewHourDto] })
  hours: OverviewHourDto[];
}

export class OverviewDto {
  @ApiProperty({
    format: 'date-time',
    description: 'The begin of the first of the 24 hours',
    example: '2026-11-21T15:00:00+00:00',
  })
  since: string;

  @ApiProperty({ type: OverviewNowDto })
  now: OverviewNowDto;

  @ApiProperty({ type: OverviewAttentionDto })
  attention: OverviewAttentionDto;

  @ApiProperty({ type: [OverviewConnectionDto], description: 'By name, 1,000 at most' })
  connections: OverviewConnectionDto[];

  @ApiProperty({ type: [OverviewReportedDto], description: 'Of the last 24 hours, by name, 100 at most' })
  reported: OverviewReportedDto[];
}
