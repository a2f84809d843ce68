import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_COUNT } from '../../common/bounds.decorator.ts';
import { ProblemDto } from '../../common/operation.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../common/sync-status.ts';

/** One entry of the audit trail: a row of sync_activity_log. */
export class ActivityDto {
  @ApiProperty({ format: 'uuid', example: '5e0c9f0a-52c0-4f61-9c5c-0c2c4f1f3d55' })
  id: string;

  @ApiProperty({ example: 'org-123' })
  org_id: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({ type: String, nullable: true, example: 'sync-woo-1762430000000' })
  sync_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'customer' })
  entity_type: string | null;

  @ApiProperty({
    description:
      'sync_completed, sync_failed, sync_cancelled, sync_timeout; preview_completed, preview_failed, preview_cancelled, and the same of a reconcile (reconcile_completed, …), which wrote nothing; cancel_requested, pause_requested, resume_requested, retry_requested (user_id: who asked); or your own',
    example: 'sync_completed',
  })
  activity_type: string;

  @ApiProperty({ enum: SYNC_STATUSES, enumName: 'SyncStatus', example: 'completed_with_errors' })
  status: SyncStatus;

  @ApiProperty({ type: String, nullable: true, example: 'woocommerce' })
  source_system: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  user_id: string | null;

  @ApiProperty({
    type: 'integer',
    maximum: MAX_COUNT,
    nullable: true,
    description: 'Of a run: what it wrote, without what was unchanged; details has what it looked at',
    example: 4950,
  })
  record_count: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 612.5 })
  duration_seconds: number | null;

  @ApiProperty({ type: String, nullable: true, example: '50 of 5000 items failed' })
  error_message: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { failed_count: 50 } })
  details: Record<string, unknown> | null;
}

export class ActivityPageDto {
  @ApiProperty({ type: [ActivityDto] })
  items: ActivityDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send as cursor for the next page; null on the last',
    example: null,
  })
  next_cursor: string | null;
}

export class ActivityErrorDto {
  @ApiProperty({
    description:
      'Of failed items their class, for whoever may not see the values of items; what else is quoted is masked then',
    example: 'Invalid email address',
  })
  error_message: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of failed items of runs, which are not entries of the trail but items of their sync',
    example: null,
  })
  error_class: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'customer' })
  entity_type: string | null;

  @ApiProperty({ enum: ['completed_with_errors', 'failed', 'timeout'], example: 'completed_with_errors' })
  status: 'completed_with_errors' | 'failed' | 'timeout';

  @ApiProperty({ type: 'integer', example: 50 })
  error_count: number;

  @ApiProperty({ type: 'integer', description: 'How many syncs it happened in', example: 1 })
  sync_count: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The sync it happened in last',
    example: 'sync-woo-1762430000000',
  })
  last_sync_id: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:00:00.000000+00:00' })
  first_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  last_at: string;
}

export class ActivityErrorsDto {
  @ApiProperty({ type: [ActivityErrorDto], description: 'The 200 most frequent, latest first among equals' })
  items: ActivityErrorDto[];
}

export class ActivityTrendDto {
  @ApiProperty({ format: 'date', description: 'UTC', example: '2026-11-22' })
  day: string;

  @ApiProperty({ type: String, nullable: true, example: 'customer' })
  entity_type: string | null;

  @ApiProperty({ type: 'integer', example: 12 })
  sync_count: number;

  @ApiProperty({ type: Number, nullable: true, example: 600.2 })
  avg_duration_sec: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 911 })
  max_duration_sec: number | null;

  @ApiProperty({ type: 'integer', example: 59400 })
  total_records: number;

  @ApiProperty({
    type: 'integer',
    description: 'How many failed or timed out beside them; in none of the other figures',
    example: 1,
  })
  failed_syncs: number;

  @ApiProperty({
    type: 'integer',
    description: 'Those of sync_count that left items for a person to decide',
    example: 2,
  })
  conflict_syncs: number;
}

export class ActivityTrendsDto {
  @ApiProperty({ type: [ActivityTrendDto], description: 'By day, then entity type' })
  items: ActivityTrendDto[];
}

/** A completed sync that was slow for its kind. */
export class SlowActivityDto {
  @ApiProperty({ type: String, nullable: true, example: 'sync-woo-1762430000000' })
  sync_id: string | null;

  @ApiProperty({ example: 'customer' })
  entity_type: string;

  @ApiProperty({ example: 'woocommerce' })
  source_system: string;

  @ApiProperty({ format: 'date-time', description: 'When it ended', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({ type: 'integer', maximum: MAX_COUNT, example: 4950 })
  record_count: number;

  @ApiProperty({ example: 612.5 })
  duration_seconds: number;

  @ApiProperty({ example: 484.9 })
  items_per_min: number;

  @ApiProperty({ description: 'The median of its entity type and source system in the period', example: 1939.6 })
  usual_items_per_min: number;

  @ApiProperty({ description: 'items_per_min by usual_items_per_min', example: 0.25 })
  ratio: number;
}

export class SlowActivitiesDto {
  @ApiProperty({ type: [SlowActivityDto], description: 'The 200 slowest for their kind, by ratio' })
  items: SlowActivityDto[];
}

/** The result of one entry of a bulk append. */
export class BulkAppendResultDto {
  @ApiProperty({ type: 'integer', example: 201 })
  status: number;

  @ApiPropertyOptional({ type: ActivityDto })
  activity?: ActivityDto;

  @ApiPropertyOptional({ type: ProblemDto })
  problem?: ProblemDto;
}

export class BulkAppendResultsDto {
  @ApiProperty({ type: [BulkAppendResultDto], description: 'In the order of the request' })
  items: BulkAppendResultDto[];
}
