import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { OrgQuery } from '../../common/org-query.dto.ts';
import { ACTIVE_STATUSES } from '../../common/sync-status.ts';
import { IsJsonObject, IsText, MAX_INTEGER } from '../../common/validation.ts';

export class StartSyncDto {
  @ApiPropertyOptional({
    description: 'Unique in your organization; made up when left out',
    example: 'sync-woo-1762430000000',
  })
  @IsOptional()
  @IsText(200)
  sync_id?: string;

  @ApiProperty({ example: 'customer' })
  @IsText(100)
  entity_type: string;

  @ApiProperty({ example: 'woocommerce' })
  @IsText(100)
  source_system: string;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    description: 'Leave out while it is not known',
    example: 5000,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INTEGER)
  total_items?: number | null;

  @ApiPropertyOptional({
    description: 'The user on whose behalf; your own unless you use a service key',
    example: 'user-7',
  })
  @IsOptional()
  @IsText(200)
  initiated_by?: string;

  @ApiPropertyOptional({ enum: ['queued', 'running'], default: 'running' })
  @IsOptional()
  @IsIn(['queued', 'running'])
  status?: 'queued' | 'running';

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { page: 1 } })
  @IsOptional()
  @IsJsonObject()
  checkpoint?: Record<string, unknown>;
}

class CountsDto {
  @ApiPropertyOptional({ type: 'integer', description: 'Absolute count of what succeeded', example: 1200 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INTEGER)
  processed_count?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Absolute count of what failed', example: 12 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INTEGER)
  failed_count?: number;
}

export class ReportDto extends CountsDto {
  @ApiPropertyOptional({ type: 'integer', description: 'When it becomes known, or changes', example: 5000 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INTEGER)
  total_items?: number;

  @ApiPropertyOptional({ type: 'integer', example: 1212 })
  @IsOptional()
  @IsInt()
  @Min(-MAX_INTEGER)
  @Max(MAX_INTEGER)
  current_item?: number;

  @ApiPropertyOptional({
    enum: ['running', 'paused', 'cancelled'],
    description: 'Confirms a request to pause or to cancel',
  })
  @IsOptional()
  @IsIn(['running', 'paused', 'cancelled'])
  status?: 'running' | 'paused' | 'cancelled';

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { page: 13 } })
  @IsOptional()
  @IsJsonObject()
  checkpoint?: Record<string, unknown>;
}

export class BulkReportItemDto extends ReportDto {
  @ApiProperty({ example: 'sync-woo-1762430000000' })
  @IsText(200)
  sync_id: string;
}

export class BulkReportDto {
  @ApiProperty({ type: [BulkReportItemDto], minItems: 1, maxItems: 1000 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  // Items are validated one by one, so that a bad one harms no other.
  items: unknown[];
}

export class CompleteDto extends CountsDto {}

export class FailDto extends CountsDto {
  @ApiProperty({ description: 'Why, for people', example: 'The shop answered 401: the key was revoked.' })
  @IsText(10_000)
  error_message: string;
}

export class ActiveSyncsQuery extends OrgQuery {
  @ApiPropertyOptional({ enum: ACTIVE_STATUSES })
  @IsOptional()
  @IsIn(ACTIVE_STATUSES)
  status?: (typeof ACTIVE_STATUSES)[number];

  @ApiPropertyOptional({ example: 'customer' })
  @IsOptional()
  @IsText(100)
  entity_type?: string;

  @ApiPropertyOptional({ example: 'woocommerce' })
  @IsOptional()
  @IsText(100)
  source_system?: string;

  @ApiPropertyOptional({ type: Number, description: 'Only those below this many items per minute', example: 10 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  slow?: number;
}

export class SlowSyncsQuery extends OrgQuery {
  @ApiPropertyOptional({ type: Number, default: 10, description: 'Items per minute' })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  below?: number = 10;
}
