import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional, IsUUID } from 'class-validator';
import { EnumProperty, FlagProperty, IntegerProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { OrgQuery } from '../../../common/list-query.dto.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../../common/sync-status.ts';

/** How a sync came to be: reported by another service, or a run of this one. */
export const SYNC_KINDS = ['reported', 'sync', 'preview', 'reconcile', 'apply', 'retry', 'webhook'] as const;

/** The orders of the list; with a minus the newest stand first. */
export const SYNC_SORTS = ['-started_at', 'started_at', '-completed_at', 'completed_at'] as const;

export class SyncsQuery extends OrgQuery {
  @TextProperty({
    maxLength: 200,
    optional: true,
    description:
      'Only syncs of which this is a part of the id, entity type, source, user or the name of a connection, in any case; or that changed, failed or skipped the item of exactly this id, e-mail, SKU or number',
    example: 'woo-176',
  })
  q?: string;

  @EnumProperty({ values: SYNC_STATUSES, name: 'SyncStatus', optional: true })
  status?: SyncStatus;

  @FlagProperty({ optional: true, description: 'true: only syncs that have not ended; false: only ended ones' })
  active?: boolean;

  @FlagProperty({ optional: true, description: 'true: only failed, completed_with_errors and timeout' })
  failed?: boolean;

  @FlagProperty({
    optional: true,
    description: 'true: only runs that left items for a person to decide; false: only those that left none',
  })
  conflicts?: boolean;

  @TextProperty({ maxLength: 100, optional: true, example: 'customer' })
  entity_type?: string;

  @TextProperty({
    ...{ maxLength: 100, optional: true, example: 'woocommerce' },
    description: 'Only syncs from exactly this source, as their reporter or the service names it',
  })
  source_system?: string;

  @EnumProperty({
    values: SYNC_KINDS,
    name: 'SyncKind',
    optional: true,
    description: 'reported: by another service. The others are runs of this one',
  })
  kind?: (typeof SYNC_KINDS)[number];

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Only runs from or to this connection',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @IsOptional()
  @IsUUID()
  connection_id?: string;

  @TextProperty({ maxLength: 200, optional: true, description: 'Only syncs that this user began', example: 'user-7' })
  user_id?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Only from this time on, by the time that the list is sorted by',
    example: '2026-11-01T00:00:00Z',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only before this time', example: '2026-12-01T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  to?: string;

  @EnumProperty({
    values: SYNC_SORTS,
    optional: true,
    default: '-started_at',
    description: 'A minus: the newest first. By completed_at only ended syncs are listed',
  })
  sort?: (typeof SYNC_SORTS)[number] = '-started_at';

  @IntegerProperty({ min: 1, max: 200, query: true, optional: true, default: 50 })
  limit?: number = 50;

  @TextProperty({ maxLength: 1_000, optional: true, description: 'next_cursor of the previous page' })
  cursor?: string;
}
