import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ProgressDto } from '../../progress/dto/progress.dto.ts';
import { RUN_MODES } from '../run.types.ts';

/** How many items a reconcile found in which state. */
export class ReconcileResultDto {
  @ApiProperty({ type: 'integer', example: 4986 })
  equal: number;

  @ApiProperty({ type: 'integer', description: 'Both ends have the item, with other values', example: 2 })
  different: number;

  @ApiProperty({
    type: 'integer',
    description: 'The destination still has the entry of an item that the source does not have any more',
    example: 1,
  })
  missing_at_source: number;

  @ApiProperty({ type: 'integer', description: 'The destination has no entry for the item', example: 0 })
  missing_at_destination: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Items that cannot be compared: they cannot be read, or which entry is theirs is for a person to decide',
    example: 0,
  })
  not_compared: number;

  @ApiProperty({
    type: [String],
    description: 'Fields that are not compared, because no sync from this source to this destination carries them over',
    example: ['barcode'],
  })
  fields_not_compared: string[];

  @ApiProperty({ description: 'Only some items were compared, after a full sync', example: false })
  is_sample: boolean;
}

/** A sync that the service runs itself, with its parameters and its progress. */
export class RunDto {
  @ApiProperty({
    description: 'The id of the sync. Read its progress at /progress/{sync_id}.',
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
  })
  sync_id: string;

  @ApiProperty({ enum: ['sync', 'preview', 'reconcile', 'apply', 'retry', 'webhook'], example: 'sync' })
  kind: string;

  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
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
    description:
      'For an apply, the sync that computed the preview or compared the ends. For a retry, the sync whose items are retried. For a reconcile of a sample, the full sync that it follows.',
    example: null,
  })
  of_sync_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For an undo and its preview, the sync whose changes are taken back.',
    example: null,
  })
  undoes_sync_id: string | null;

  @ApiProperty({
    enum: ['request', 'schedule', 'webhook', 'sync'],
    description: 'sync: a reconcile of a sample, which follows a full sync',
    example: 'request',
  })
  trigger: string;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  requested_by: string | null;

  @ApiProperty({
    enum: ['waiting', 'ready', 'paused', 'ended'],
    description:
      'waiting: another run of the same connection and entity type is active, or writes to the same system, or a second person is waited for. ready: queued or running.',
    example: 'ready',
  })
  state: string;

  @ApiProperty({
    type: String,
    enum: ['wanted', 'approved', 'refused', 'expired'],
    nullable: true,
    description: 'wanted: it starts, or goes on, when a second person has approved it. Null: nobody has to.',
    example: null,
  })
  approval: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: null })
  approval_until: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who approved or refused it', example: null })
  approval_by: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description:
      'Number of items per result: created, updated, deleted, unchanged, conflict, failed; present: of a census, only its id was read; of a reconcile: equal, different, missing_at_source, missing_at_destination, not_compared, failed',
    example: { created: 12, unchanged: 4988 },
  })
  counts: Record<string, number>;

  @ApiProperty({
    type: 'integer',
    description:
      'How many of its changes are not kept, because the organization had no room for them. An undo does not take them back.',
    example: 0,
  })
  changes_not_kept: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({
    type: ReconcileResultDto,
    nullable: true,
    description: 'What a reconcile found, once it has completed. Null for the other kinds.',
  })
  reconcile: ReconcileResultDto | null;

  @ApiProperty({ type: ProgressDto })
  progress: ProgressDto;
}

export class RunPageDto {
  @ApiProperty({ type: [RunDto] })
  items: RunDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
