import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';

/** When a connection is synced by itself. */
export class ScheduleDto {
  @ApiProperty({ format: 'uuid', example: '3d1f0a52-1c2e-4b6f-8a1d-9c6a5d3e2b10' })
  id: string;

  @ApiProperty({ format: 'uuid', description: 'The source', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  connection_id: string;

  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: '"records", or the id of a connection', example: 'records' })
  destination: string;

  @ApiProperty({ enum: ['full', 'incremental'], example: 'incremental' })
  mode: 'full' | 'incremental';

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
    description: 'Null while it is not enabled. A time that was missed because no worker ran is made up once',
    example: '2026-11-22T14:15:00.000Z',
  })
  next_run_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-22T14:00:03.123456+00:00' })
  last_run_at: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The last sync it started',
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
  })
  last_sync_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it started none the last time; null: it did. How the sync itself went stands there',
    example: null,
  })
  last_error: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its syncs are in their name', example: 'user-7' })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  updated_at: string;
}

export class ScheduleListDto {
  @ApiProperty({ type: [ScheduleDto] })
  items: ScheduleDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: a connection has few', example: null })
  next_cursor: string | null;
}
