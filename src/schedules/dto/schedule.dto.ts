import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { RUN_MODES, type RunMode } from '../../runs/run.types.ts';

/** The times at which a connection is synced automatically. */
export class ScheduleDto {
  @ApiProperty({ format: 'uuid', example: '3d1f0a52-1c2e-4b6f-8a1d-9c6a5d3e2b10' })
  id: string;

  @ApiProperty({
    format: 'uuid',
    description: 'The source of the syncs',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  connection_id: string;

  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: '"records", or the id of a connection', example: 'records' })
  destination: string;

  @ApiProperty({ enum: RUN_MODES, example: 'incremental' })
  mode: RunMode;

  @ApiProperty({ example: '*/15 * * * *' })
  cron: string;

  @ApiProperty({ example: 'Europe/Zurich' })
  time_zone: string;

  @ApiProperty({ example: true })
  enabled: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'The next time of a sync; some seconds may pass until it starts. Null while the schedule is disabled. If times are missed because no worker is running, one sync makes up for them.',
    example: '2026-11-22T14:15:00.000Z',
  })
  next_run_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-22T14:00:03.123456+00:00' })
  last_run_at: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The last sync that the schedule started',
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
  })
  last_sync_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Why the schedule started no sync the last time. Null when it started one. For the result of that sync, read last_sync_id.',
    example: null,
  })
  last_error: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The user who is named as the initiator of its syncs',
    example: 'user-7',
  })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  updated_at: string;
}

export class ScheduleListDto {
  @ApiProperty({ type: [ScheduleDto] })
  items: ScheduleDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Always null, because all schedules are on one page',
    example: null,
  })
  next_cursor: string | null;
}
