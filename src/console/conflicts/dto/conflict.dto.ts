import { ApiProperty } from '@nestjs/swagger';
import { ANY_JSON } from '../../../common/operation.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

/** What both sides have in one field. */
export class ConflictFieldDto {
  @ApiProperty({ description: 'The path of the field', example: 'billing.city' })
  field: string;

  @ApiProperty({ description: 'The value at the source', oneOf: ANY_JSON, example: 'Basel' })
  source: unknown;

  @ApiProperty({ description: 'The value at the destination', oneOf: ANY_JSON, example: 'Bern' })
  destination: unknown;
}

/** An item that a sync left alone, because a person must decide, or failed with. It is here until a sync gets through with it. */
export class ConflictDto {
  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  source_connection_id: string;

  @ApiProperty({ description: 'The name of the source', example: 'Main shop' })
  source_name: string;

  @ApiProperty({ format: 'uuid', example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10' })
  destination_connection_id: string;

  @ApiProperty({ description: 'The name of the destination', example: 'Back office' })
  destination_name: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The id of the entry at the destination. Null when which one it is has to be decided.',
    example: '88',
  })
  destination_id: string | null;

  @ApiProperty({ example: 'changed_on_both_sides' })
  error_class: string;

  @ApiProperty({ example: 'Both sides changed billing.city since the last sync.' })
  message: string;

  @ApiProperty({ type: [ConflictFieldDto], description: 'The fields in which the two differ, as the sync found them' })
  fields: ConflictFieldDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The sync that found it last. Null when its items are not kept any more.',
    example: null,
  })
  sync_id: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it was found', example: '2026-11-22T14:02:26.123456+00:00' })
  found_at: string;
}

export class ConflictPageDto {
  @ApiProperty({ type: [ConflictDto] })
  items: ConflictDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null on the last page; a page with a filter may be short and not the last',
    example: null,
  })
  next_cursor: string | null;
}
