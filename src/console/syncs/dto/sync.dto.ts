import { ApiProperty } from '@nestjs/swagger';
import { SYNC_STATUSES, type SyncStatus } from '../../../common/sync-status.ts';
import { SYNC_KINDS } from './requests.dto.ts';

/** A connection at one end of a run. */
export class SyncEndDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Null: the records',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  connection_id: string | null;

  @ApiProperty({ description: 'The name of the connection, or "records"', example: 'Main shop' })
  name: string;
}

/** A sync as a list shows it. */
export class SyncListItemDto {
  @ApiProperty({ example: 'sync-woo-1762430000000' })
  sync_id: string;

  @ApiProperty({ enum: SYNC_KINDS, enumName: 'SyncKind', example: 'reported' })
  kind: (typeof SYNC_KINDS)[number];

  @ApiProperty({ example: 'customer' })
  entity_type: string;

  @ApiProperty({ example: 'woocommerce' })
  source_system: string;

  @ApiProperty({ type: SyncEndDto, nullable: true, description: 'Where a run reads. Null for a reported sync.' })
  source: SyncEndDto | null;

  @ApiProperty({ type: SyncEndDto, nullable: true, description: 'Where a run writes. Null for a reported sync.' })
  destination: SyncEndDto | null;

  @ApiProperty({ enum: SYNC_STATUSES, enumName: 'SyncStatus', example: 'running' })
  status: SyncStatus;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  initiated_by: string | null;

  @ApiProperty({
    type: String,
    enum: ['request', 'schedule', 'webhook', 'sync'],
    nullable: true,
    description: 'What started a run. Null for a reported sync.',
    example: 'schedule',
  })
  trigger: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  started_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:04:26.123456+00:00' })
  updated_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  completed_at: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 5000 })
  total_items: number | null;

  @ApiProperty({ example: 1200 })
  processed_count: number;

  @ApiProperty({ example: 3 })
  failed_count: number;

  @ApiProperty({ description: 'Items of a run that it left for a person to decide', example: 0 })
  conflict_count: number;

  @ApiProperty({ description: 'Seconds of work so far', example: 120 })
  elapsed_seconds: number;

  @ApiProperty({ type: Number, nullable: true, example: 600 })
  speed_items_per_min: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'As in the progress of the sync; null when it is not known',
    example: 375,
  })
  eta_seconds: number | null;

  @ApiProperty({ example: false })
  cancel_requested: boolean;

  @ApiProperty({ example: false })
  pause_requested: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why a run waits', example: null })
  waiting_reason: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  error_message: string | null;
}

export class SyncPageDto {
  @ApiProperty({ type: [SyncListItemDto] })
  items: SyncListItemDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null on the last page; a page may be short and not the last',
    example: null,
  })
  next_cursor: string | null;
}
