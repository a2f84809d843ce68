import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { EnumProperty, IntegerProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { OrgQuery } from '../../../common/list-query.dto.ts';
import { ANY_JSON } from '../../../common/operation.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

const EVENTS = [
  ...['created', 'updated', 'restored', 'archived', 'deleted', 'unbound'],
  ...['conflict', 'skipped', 'failed', 'warned'],
] as const;

const CONNECTION = '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d';

export class HistoryQuery extends OrgQuery {
  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @TextProperty({
    maxLength: 500,
    optional: true,
    description: 'The id of the item in one of the systems',
    example: '4711',
  })
  external_id?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The connection to the system whose id is given. Without it, the id is looked for in every system.',
    example: CONNECTION,
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: 'connection_id must be a UUID' })
  connection_id?: string;

  @TextProperty({ maxLength: 500, optional: true, description: 'Of a customer whose record a sync has read' })
  email?: string;

  @TextProperty({ maxLength: 500, optional: true, description: 'Of a product whose record a sync has read' })
  sku?: string;

  @TextProperty({ maxLength: 500, optional: true, description: 'Of an order whose record a sync has read' })
  number?: string;

  @TextProperty({ maxLength: 4_000, optional: true, description: 'next_cursor of the page before' })
  cursor?: string;

  @IntegerProperty({ min: 1, max: 200, query: true, optional: true, default: 50 })
  limit?: number = 50;
}

/** The old and the new value of one field. */
export class HistoryFieldDto {
  @ApiProperty({ description: 'The path of the field', example: 'billing.city' })
  field: string;

  @ApiProperty({
    description: 'The value before. Of a conflict, the value at the destination',
    oneOf: ANY_JSON,
    example: 'Bern',
  })
  old: unknown;

  @ApiProperty({
    description: 'The value after. Of a conflict, the value of the source',
    oneOf: ANY_JSON,
    example: 'Basel',
  })
  new: unknown;
}

/** What one sync did with the item, or why it did not. */
export class HistoryEntryDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  at: string;

  @ApiProperty({ enum: EVENTS, example: 'updated' })
  event: string;

  @ApiProperty({ example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11' })
  sync_id: string;

  @ApiProperty({ enum: ['sync', 'apply', 'retry', 'webhook'], description: 'The kind of the sync', example: 'sync' })
  kind: string;

  @ApiProperty({ enum: ['request', 'schedule', 'webhook'], description: 'What started the sync', example: 'request' })
  trigger: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who started the sync', example: 'user-7' })
  requested_by: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'For an undo, the sync that it takes back', example: null })
  undoes_sync_id: string | null;

  @ApiProperty({ format: 'uuid', example: CONNECTION })
  source_connection_id: string;

  @ApiProperty({ description: '"records", or the id of a connection', example: 'records' })
  destination: string;

  @ApiProperty({ description: 'The id in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ type: String, nullable: true, description: 'The id at the destination', example: '88' })
  destination_id: string | null;

  @ApiProperty({ type: [HistoryFieldDto], description: 'What changed, or is in conflict' })
  fields: HistoryFieldDto[];

  @ApiProperty({ type: String, nullable: true, description: 'A stable name of the error, for programs', example: null })
  error_class: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was not written, for people', example: null })
  message: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of an item that was not written: the number of attempts, including those of earlier syncs',
    example: null,
  })
  attempts: number | null;
}

/** One of the ids of the item, and the connection to the system that has it; null where the id was asked for in every system. */
export class ItemIdentityDto {
  @ApiProperty({ type: String, nullable: true, format: 'uuid', example: CONNECTION })
  connection_id: string | null;

  @ApiProperty({ example: '4711' })
  external_id: string;

  @ApiProperty({
    description:
      'Bound now to the item that was asked for. False for that item itself, and for what a sync wrote it to before.',
    example: true,
  })
  is_bound: boolean;
}

export class HistoryPageDto {
  @ApiProperty({
    type: [ItemIdentityDto],
    description: 'The ids that were looked for: the item, and what it is bound to',
  })
  identities: ItemIdentityDto[];

  @ApiProperty({ type: [HistoryEntryDto], description: 'The newest first' })
  items: HistoryEntryDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
