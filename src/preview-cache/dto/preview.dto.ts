import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IntegerProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';
import { IsJsonObject } from '../../common/validation.ts';

/** What a preview is computed from; its key is made of these three. */
export class PreviewInputsDto {
  @TextProperty({ maxLength: 200, example: 'woocommerce' })
  sync_type: string;

  @TextProperty({ maxLength: 100, optional: true, default: 'all', example: 'customer' })
  entity_type?: string = 'all';

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    default: {},
    example: { modified_after: '2026-11-01T00:00:00' },
  })
  @IsOptional()
  @IsJsonObject()
  filters?: Record<string, unknown> = {};
}

export class StorePreviewDto extends PreviewInputsDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The delta; arrays named creates, updates, deletes and unchanged are counted in the summary',
    example: { creates: [{ email: 'a@example.com' }], updates: [], deletes: [] },
  })
  @IsJsonObject()
  delta_data: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Instead of the counted one',
    example: { creates: 1 },
  })
  @IsOptional()
  @IsJsonObject()
  summary?: Record<string, unknown>;

  @IntegerProperty({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    default: 3600,
    description: 'At most a day; more is cut to it',
    example: 3600,
  })
  ttl_seconds?: number = 3600;
}

export class CacheKeyParam {
  @TextProperty({
    maxLength: 200,
    description: 'SHA-256 over the canonical JSON (RFC 8785) of the inputs',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  cache_key: string;
}

/** A stored preview: a row of sync_preview_cache. */
export class PreviewDto {
  @ApiProperty({ example: 'org-123' })
  org_id: string;

  @ApiProperty({ example: 'woocommerce' })
  sync_type: string;

  @ApiProperty({ example: 'customer' })
  entity_type: string;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' })
  cache_key: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  filters: Record<string, unknown>;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { creates: 1, updates: 0, deletes: 0 },
  })
  summary: Record<string, unknown> | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { creates: [{ email: 'a@example.com' }], updates: [], deletes: [] },
  })
  delta_data: Record<string, unknown>;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  computed_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  computed_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T15:02:26.123456+00:00' })
  expires_at: string;
}

/** A stored preview as lists show it: all but the delta, which may be large. */
export class PreviewSummaryDto extends OmitType(PreviewDto, ['delta_data']) {}

export class PreviewPageDto {
  @ApiProperty({ type: [PreviewSummaryDto] })
  items: PreviewSummaryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send as cursor for the next page; null on the last',
    example: null,
  })
  next_cursor: string | null;
}

export class PreviewsQuery extends PageQuery {
  @TextProperty({ maxLength: 200, optional: true, example: 'woocommerce' })
  sync_type?: string;

  @TextProperty({ maxLength: 100, optional: true, example: 'customer' })
  entity_type?: string;
}
