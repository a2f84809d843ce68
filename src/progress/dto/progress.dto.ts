import { ApiProperty, PickType } from '@nestjs/swagger';
import { MAX_COUNT } from '../../common/bounds.decorator.ts';
import { ProblemDto } from '../../common/operation.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../common/sync-status.ts';

/**
 * One sync as clients see it: the row of sync_progress. The database computes elapsed, speed and ETA from the counts and refuses
 * counts above the total (migrations/0005-progress-counts-and-eta.ts), and ends the sync at its total (src/progress/sql/end_of_sync.sql).
 */
export class ProgressDto {
  @ApiProperty({ format: 'uuid', example: 'b3a1c0f4-5a0e-4c39-9d4c-2b8f3e8f6a10' })
  id: string;

  @ApiProperty({ example: 'org-123' })
  org_id: string;

  @ApiProperty({ example: 'sync-woo-1762430000000' })
  sync_id: string;

  @ApiProperty({ example: 'customer' })
  entity_type: string;

  @ApiProperty({ example: 'woocommerce' })
  source_system: string;

  @ApiProperty({
    type: 'integer',
    maximum: MAX_COUNT,
    nullable: true,
    description: 'Null while it is not known',
    example: 5000,
  })
  total_items: number | null;

  @ApiProperty({ type: 'integer', maximum: MAX_COUNT, description: 'Items that succeeded', example: 1200 })
  processed_count: number;

  @ApiProperty({ type: 'integer', maximum: MAX_COUNT, description: 'Items that failed', example: 12 })
  failed_count: number;

  @ApiProperty({
    type: 'integer',
    maximum: MAX_COUNT,
    nullable: true,
    description: 'The position of the current item. Null before the first report.',
    example: 1212,
  })
  current_item: number | null;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  initiated_by: string | null;

  @ApiProperty({ enum: SYNC_STATUSES, enumName: 'SyncStatus', example: 'running' })
  status: SyncStatus;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  started_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'The time of the last report',
    example: '2026-11-22T14:04:26.123456+00:00',
  })
  updated_at: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null while the sync is active',
    example: null,
  })
  completed_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  error_message: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The position at which the reporter can resume',
    example: { page: 13 },
  })
  checkpoint: Record<string, unknown> | null;

  @ApiProperty({ description: 'The reporter should stop and confirm with status "cancelled"', example: false })
  cancel_requested: boolean;

  @ApiProperty({ description: 'The reporter should pause and confirm with status "paused"', example: false })
  pause_requested: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The time of the last request to cancel, pause or resume',
    example: null,
  })
  requested_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  requested_by: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'The time until which a connected system asked the sync to wait, by 429 or Retry-After. Null when it waits for something else, or not at all.',
    example: null,
  })
  rate_limited_until: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Why a sync that the service runs waits: the last error of a system, how often it was tried, and when it is tried next. Null after the next batch.',
    example: null,
  })
  waiting_reason: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a sync that waits is tried again. Null when it does not wait.',
    example: null,
  })
  next_try_at: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['processed_count', 'failed_count'],
      properties: {
        processed_count: { type: 'integer', maximum: MAX_COUNT },
        failed_count: { type: 'integer', maximum: MAX_COUNT },
      },
    },
    nullable: true,
    description: 'The parts of the workers that report one each. Null when none does.',
    example: null,
  })
  workers: Record<string, { processed_count: number; failed_count: number }> | null;

  @ApiProperty({
    description:
      'Seconds between the start and the last report in which nothing could be done: the sync was paused, queued or waited for a rate limit',
    example: 0,
  })
  idle_seconds: number;

  @ApiProperty({
    description: 'Items handled in the last minutes; what lies further back counts less. The ETA is computed from it.',
    example: 1750.5,
  })
  recent_items: number;

  @ApiProperty({ description: 'Seconds from the start to the last report, without idle_seconds', example: 120 })
  elapsed_seconds: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Succeeded items per minute of elapsed_seconds. Null before the first report.',
    example: 600,
  })
  speed_items_per_min: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Estimated seconds until the sync ends, from the speed of the last minutes. Failed items count as processed. Null when it is not known: the sync has ended, is paused or queued, waits for a rate limit, or has been silent for 60 seconds.',
    example: 375,
  })
  eta_seconds: number | null;
}

/** What a reporter acts upon. */
export class SyncStateDto extends PickType(ProgressDto, ['status', 'cancel_requested', 'pause_requested']) {}

/** The result of one report of a bulk request. */
export class BulkReportResultDto {
  @ApiProperty({ type: String, nullable: true, example: 'sync-woo-1762430000000' })
  sync_id: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'The HTTP status that a separate request with this report would have had',
    example: 200,
  })
  status: number;

  @ApiProperty({ type: ProgressDto, required: false })
  progress?: ProgressDto;

  @ApiProperty({
    type: SyncStateDto,
    required: false,
    description: 'In place of progress, when asked for by Prefer: return=minimal',
  })
  state?: SyncStateDto;

  @ApiProperty({ type: ProblemDto, required: false })
  problem?: ProblemDto;
}

export class BulkReportResultsDto {
  @ApiProperty({ type: [BulkReportResultDto], description: 'One result per report, in the order of the request' })
  items: BulkReportResultDto[];
}

/** A slow active sync. */
export class SlowSyncDto extends ProgressDto {
  @ApiProperty({ description: 'Seconds per succeeded item', example: 12.5 })
  seconds_per_item: number;
}
