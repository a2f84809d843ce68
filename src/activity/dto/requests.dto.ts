import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional } from 'class-validator';
import {
  CountProperty,
  EnumProperty,
  FlagProperty,
  IntegerProperty,
  ItemsProperty,
  NumberProperty,
  TextProperty,
} from '../../common/bounds.decorator.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../common/sync-status.ts';
import { IsJsonObject } from '../../common/validation.ts';

export class AppendActivityDto {
  @TextProperty({ maxLength: 200, optional: true, example: 'sync-woo-1762430000000' })
  sync_id?: string;

  @TextProperty({ maxLength: 100, optional: true, example: 'customer' })
  entity_type?: string;

  @TextProperty({ maxLength: 100, example: 'batch_process' })
  activity_type: string;

  @EnumProperty({ values: SYNC_STATUSES, name: 'SyncStatus', example: 'completed_with_errors' })
  status: SyncStatus;

  @TextProperty({ maxLength: 100, optional: true, example: 'woocommerce' })
  source_system?: string;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'The user on whose behalf; your own unless you use a service key',
    example: 'user-7',
  })
  user_id?: string;

  @CountProperty({ optional: true, example: 1 })
  record_count?: number;

  @NumberProperty({ min: 0, optional: true, example: 0.2 })
  duration_seconds?: number;

  @TextProperty({ maxLength: 10_000, optional: true, example: 'Invalid email address' })
  error_message?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { customerId: 17 } })
  @IsOptional()
  @IsJsonObject()
  details?: Record<string, unknown>;
}

export class BulkAppendDto {
  @ItemsProperty(AppendActivityDto)
  items: unknown[];
}

/** Which part of the trail: `days` back from now, or `from` (inclusive) `to` (exclusive). */
export class PeriodQuery extends OrgQuery {
  @IntegerProperty({
    min: 1,
    max: 3650,
    query: true,
    optional: true,
    description: 'The number of days to look back',
    example: 7,
  })
  days?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Such as 2026-11-01T00:00:00Z; not with days' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Such as 2026-12-01T00:00:00Z; not with days' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  to?: string;

  @TextProperty({ maxLength: 100, optional: true, example: 'customer' })
  entity_type?: string;
}

export class TrendsQuery extends PeriodQuery {
  @FlagProperty({
    optional: true,
    default: false,
    description: 'Also the days on which an entity type only failed: sync_count 0, no durations',
  })
  include_failed?: boolean = false;
}

export class SlowActivityQuery extends PeriodQuery {
  @NumberProperty({
    min: 0,
    max: 1,
    query: true,
    optional: true,
    default: 0.5,
    description: 'Of the usual speed',
    example: 0.5,
  })
  below?: number = 0.5;
}

export class ActivityFilterQuery extends PeriodQuery {
  @TextProperty({
    maxLength: 200,
    optional: true,
    description:
      'Only entries that contain this in a sync id, user, entity type, source, activity type or message, in any case',
    example: 'ann@',
  })
  q?: string;

  @EnumProperty({ values: SYNC_STATUSES, name: 'SyncStatus', optional: true })
  status?: SyncStatus;

  @FlagProperty({ optional: true, description: 'Only failed, completed_with_errors and timeout' })
  failed?: boolean;

  @TextProperty({ maxLength: 200, optional: true, example: 'user-7' })
  user_id?: string;

  @TextProperty({ maxLength: 200, optional: true, example: 'sync-woo-1762430000000' })
  sync_id?: string;

  @TextProperty({
    maxLength: 10_000,
    optional: true,
    description: 'Only entries with exactly this message, as GET /activity/errors lists it',
    example: 'Invalid email address',
  })
  error_message?: string;
}

export class ActivityQuery extends ActivityFilterQuery {
  @IntegerProperty({ min: 1, max: 1000, query: true, optional: true, default: 100 })
  limit?: number = 100;

  @TextProperty({ maxLength: 500, optional: true, description: 'next_cursor of the page before' })
  cursor?: string;
}

export class ExportQuery extends ActivityFilterQuery {
  @EnumProperty({ values: ['ndjson', 'csv'], optional: true, default: 'ndjson' })
  format?: 'ndjson' | 'csv' = 'ndjson';

  @FlagProperty({
    optional: true,
    default: true,
    description: 'Whether CSV begins with a byte order mark, without which Excel does not read it as UTF-8',
  })
  bom?: boolean = true;
}
