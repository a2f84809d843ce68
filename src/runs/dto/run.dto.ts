import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ProgressDto } from '../../progress/dto/progress.dto.ts';
import { RUN_MODES } from '../run.types.ts';

/** A sync that the service runs itself, with its parameters and its progress. */
export class RunDto {
  @ApiProperty({
    description: 'The id of the sync. Read its progress at /progress/{sync_id}.',
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
  })
  sync_id: string;

  @ApiProperty({ enum: ['sync', 'preview', 'apply', 'retry', 'webhook'], example: 'sync' })
  kind: string;

  @ApiProperty({ format: 'uuid', example: '0b6f3c1e-6a7c-4c1d-9d39-0f9a6a0f7a11' })
  source_connection_id: string;

  @ApiProperty({ description: '"records", or the id of a connection', example: 'records' })
  destination: string;

  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ enum: RUN_MODES, example: 'full' })
  mode: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  filters: Record<string, unknown>;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For an apply, the sync that computed the preview. For a retry, the sync whose items are retried.',
    example: null,
  })
  of_sync_id: string | null;

  @ApiProperty({ enum: ['request', 'schedule', 'webhook'], example: 'request' })
  trigger: string;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  requested_by: string | null;

  @ApiProperty({
    enum: ['waiting', 'ready', 'paused', 'ended'],
    description: 'waiting: another run of the same connection and entity type is active. ready: queued or running.',
    example: 'ready',
  })
  state: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description:
      'Number of items per result: created, updated, deleted, unchanged, conflict, failed; present: of a census, only its id was read',
    example: { created: 12, unchanged: 4988 },
  })
  counts: Record<string, number>;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({ type: ProgressDto })
  progress: ProgressDto;
}

export class RunPageDto {
  @ApiProperty({ type: [RunDto] })
  items: RunDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
