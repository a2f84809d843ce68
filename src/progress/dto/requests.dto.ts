import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import {
  CountProperty,
  EnumProperty,
  ItemsProperty,
  MAX_COUNT,
  NumberProperty,
  TextProperty,
} from '../../common/bounds.decorator.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { ACTIVE_STATUSES } from '../../common/sync-status.ts';
import { IsJsonObject } from '../../common/validation.ts';

/** The most workers that may report parts of one sync, as in sql/report_progress.sql. */
export const MAX_WORKERS = 100;

/** It lies in every row that is read for progress; what is larger belongs to the reporter. */
const MAX_CHECKPOINT_BYTES = 64 * 1024;

/** GET /progress/slow and /progress/stream hide a sync of that name; dots as a whole segment leave an address before it is sent. */
const HIDDEN_IDS = ['slow', 'stream', '.', '..'];

/** Each of them has an end of its own in the examples. */
const COMPLETED = 'sync-woo-1762430000000';
const FAILED = 'sync-erp-1762430060000';
const CANCELLED = 'sync-woo-1762430120000';

export const START_EXAMPLES = {
  'customers of a shop': {
    value: {
      ...{ sync_id: COMPLETED, entity_type: 'customer', source_system: 'woocommerce', total_items: 5000 },
      ...{ initiated_by: 'user-7', checkpoint: { page: 1 } },
    },
  },
  'orders of an ERP': { value: { sync_id: FAILED, entity_type: 'order', source_system: 'erp' } },
  'products, queued': {
    value: { sync_id: CANCELLED, entity_type: 'product', source_system: 'woocommerce', status: 'queued' },
  },
};

export class StartSyncDto {
  // Decorators apply from the last to the first.
  @ValidateBy({
    name: 'hasAddress',
    validator: {
      validate: (value) => !HIDDEN_IDS.includes(value),
      defaultMessage: () => `$property must not be one of ${HIDDEN_IDS.join(', ')}: no address could lead to the sync`,
    },
  })
  @TextProperty({
    maxLength: 200,
    optional: true,
    description:
      'Unique in your organization; slow and stream are taken, since they are paths. The service generates an id when it is omitted.',
    example: 'sync-woo-1762430000000',
  })
  sync_id?: string;

  @TextProperty({ maxLength: 100, example: 'customer' })
  entity_type: string;

  @TextProperty({ maxLength: 100, example: 'woocommerce' })
  source_system: string;

  @CountProperty({
    optional: true,
    nullable: true,
    description: 'Omit it while it is not known',
    example: 5000,
  })
  total_items?: number | null;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'The user on whose behalf the sync runs. Without a service key, only your own user is allowed.',
    example: 'user-7',
  })
  initiated_by?: string;

  @EnumProperty({ values: ['queued', 'running'], optional: true, default: 'running' })
  status?: 'queued' | 'running';

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { page: 1 } })
  @IsOptional()
  @IsJsonObject(MAX_CHECKPOINT_BYTES)
  checkpoint?: Record<string, unknown>;
}

class CountsDto {
  @CountProperty({ optional: true, description: 'The total number of succeeded items so far', example: 1200 })
  processed_count?: number;

  @CountProperty({ optional: true, description: 'The total number of failed items so far', example: 12 })
  failed_count?: number;
}

export class ReportDto extends CountsDto {
  @TextProperty({
    maxLength: 64,
    optional: true,
    description: `The worker whose own part the counts are; they are added to the parts of the others. At most ${MAX_WORKERS} a sync. Without it the counts are those of the whole sync.`,
    example: 'worker-a',
  })
  worker?: string;

  @CountProperty({
    optional: true,
    description: 'The total number of items, when it becomes known or changes',
    example: 5000,
  })
  total_items?: number;

  @CountProperty({
    min: -MAX_COUNT,
    optional: true,
    description: 'The position of the current item; succeeded and failed items together when it is left out',
    example: 1212,
  })
  current_item?: number;

  @EnumProperty({
    values: ['running', 'paused', 'cancelled'],
    optional: true,
    description: 'Confirms a request to pause or to cancel',
  })
  status?: 'running' | 'paused' | 'cancelled';

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { page: 13 } })
  @IsOptional()
  @IsJsonObject(MAX_CHECKPOINT_BYTES)
  checkpoint?: Record<string, unknown>;
}

export class BulkReportItemDto extends ReportDto {
  @TextProperty({ maxLength: 200, example: 'sync-woo-1762430000000' })
  sync_id: string;
}

export class BulkReportDto {
  @ItemsProperty(BulkReportItemDto)
  items: unknown[];
}

export class CompleteDto extends CountsDto {}

export class FailDto extends CountsDto {
  @TextProperty({
    maxLength: 10_000,
    description: 'The reason of the failure, for people',
    example: 'The shop responded with 401: the key was revoked.',
  })
  error_message: string;
}

export class ActiveSyncsQuery extends OrgQuery {
  @EnumProperty({ values: ACTIVE_STATUSES, optional: true })
  status?: (typeof ACTIVE_STATUSES)[number];

  @TextProperty({ maxLength: 100, optional: true, example: 'customer' })
  entity_type?: string;

  @TextProperty({ maxLength: 100, optional: true, example: 'woocommerce' })
  source_system?: string;

  @NumberProperty({
    min: 0,
    query: true,
    optional: true,
    description: 'Returns only syncs with a speed below this number of items per minute',
    example: 10,
  })
  slow?: number;
}

export class SlowSyncsQuery extends OrgQuery {
  @NumberProperty({ min: 0, query: true, optional: true, default: 10, description: 'The speed in items per minute' })
  below?: number = 10;
}

export class SyncIdParam {
  @TextProperty({ maxLength: 200, example: 'sync-woo-1762430000000' })
  sync_id: string;
}

export class FailedSyncParam extends SyncIdParam {
  @TextProperty({ maxLength: 200, example: FAILED })
  declare sync_id: string;
}

export class CancelledSyncParam extends SyncIdParam {
  @TextProperty({ maxLength: 200, example: CANCELLED })
  declare sync_id: string;
}
