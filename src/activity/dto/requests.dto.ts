import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsOptional,
  Max,
  Min,
} from 'class-validator';
import { OrgQuery } from '../../common/org-query.dto.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../common/sync-status.ts';
import { IsJsonObject, IsText, MAX_INTEGER } from '../../common/validation.ts';

export class AppendActivityDto {
  @ApiPropertyOptional({ example: 'sync-woo-1762430000000' })
  @IsOptional()
  @IsText(200)
  sync_id?: string;

  @ApiPropertyOptional({ example: 'customer' })
  @IsOptional()
  @IsText(100)
  entity_type?: string;

  @ApiProperty({ example: 'batch_process' })
  @IsText(100)
  activity_type: string;

  @ApiProperty({ enum: SYNC_STATUSES, enumName: 'SyncStatus', example: 'completed_with_errors' })
  @IsIn(SYNC_STATUSES)
  status: SyncStatus;

  @ApiPropertyOptional({ example: 'woocommerce' })
  @IsOptional()
  @IsText(100)
  source_system?: string;

  @ApiPropertyOptional({
    description: 'The user on whose behalf; your own unless you use a service key',
    example: 'user-7',
  })
  @IsOptional()
  @IsText(200)
  user_id?: string;

  @ApiPropertyOptional({ type: 'integer', example: 1 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INTEGER)
  record_count?: number;

  @ApiPropertyOptional({ example: 0.2 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  duration_seconds?: number;

  @ApiPropertyOptional({ example: 'Invalid email address' })
  @IsOptional()
  @IsText(10_000)
  error_message?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { customerId: 17 } })
  @IsOptional()
  @IsJsonObject()
  details?: Record<string, unknown>;
}

export class BulkAppendDto {
  @ApiProperty({ type: [AppendActivityDto], minItems: 1, maxItems: 1000 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  // Items are validated one by one, so that a bad one harms no other.
  items: unknown[];
}

/** Which part of the trail: `days` back from now, or `from` (inclusive) `to` (exclusive). */
export class PeriodQuery extends OrgQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 3650, description: 'The last so many days', example: 7 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3650)
  days?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not with days', example: '2026-11-01T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not with days', example: '2026-12-01T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  to?: string;

  @ApiPropertyOptional({ example: 'customer' })
  @IsOptional()
  @IsText(100)
  entity_type?: string;
}

export class TrendsQuery extends PeriodQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Also the days on which an entity type only failed: sync_count 0, no durations',
  })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  include_failed?: boolean = false;
}

export class SlowActivityQuery extends PeriodQuery {
  @ApiPropertyOptional({ minimum: 0, maximum: 1, default: 0.5, description: 'Of the usual speed', example: 0.5 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  below?: number = 0.5;
}

export class ActivityFilterQuery extends PeriodQuery {
  @ApiPropertyOptional({ enum: SYNC_STATUSES, enumName: 'SyncStatus' })
  @IsOptional()
  @IsIn(SYNC_STATUSES)
  status?: SyncStatus;

  @ApiPropertyOptional({ type: Boolean, description: 'Only failed, completed_with_errors and timeout' })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  failed?: boolean;

  @ApiPropertyOptional({ example: 'user-7' })
  @IsOptional()
  @IsText(200)
  user_id?: string;

  @ApiPropertyOptional({ example: 'sync-woo-1762430000000' })
  @IsOptional()
  @IsText(200)
  sync_id?: string;

  @ApiPropertyOptional({
    description: 'Exactly this message, as GET /activity/errors tells it',
    example: 'Invalid email address',
  })
  @IsOptional()
  @IsText(10_000)
  error_message?: string;
}

export class ActivityQuery extends ActivityFilterQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number = 100;

  @ApiPropertyOptional({ description: 'next_cursor of the page before' })
  @IsOptional()
  @IsText(500)
  cursor?: string;
}

export class ExportQuery extends ActivityFilterQuery {
  @ApiPropertyOptional({ enum: ['ndjson', 'csv'], default: 'ndjson' })
  @IsOptional()
  @IsIn(['ndjson', 'csv'])
  format?: 'ndjson' | 'csv' = 'ndjson';
}
