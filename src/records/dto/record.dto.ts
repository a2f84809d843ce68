import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';

/** The canonical copy of one object of a system. */
export class RecordDto {
  @ApiProperty({
    format: 'uuid',
    description: 'Where it was read',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  connection_id: string;

  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: 'Its id in that system', example: '4711' })
  external_id: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'In canonical form, the same for every system; of a deleted one as it was last. Decimals are text',
    example: { email: 'ann@example.com', name: 'Ann Example' },
  })
  data: Record<string, unknown>;

  @ApiProperty({
    description: 'Equal for equal data',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  content_hash: string;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    description: 'Counts the changes of all your records; it grows with every change of this one',
    example: 51_234,
  })
  change_seq: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it last changed here',
    example: '2026-11-22T14:02:26.123456+00:00',
  })
  updated_at: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a sync found it gone from its system; null: it is there',
    example: null,
  })
  deleted_at: string | null;
}

export class RecordPageDto {
  @ApiProperty({ type: [RecordDto] })
  items: RecordDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'More is there now: ask again with it at once. Null: this was the last page',
    example: null,
  })
  next_cursor: string | null;

  @ApiProperty({
    description:
      'Never null: keep it, and give it as cursor next time, in an hour or in a year, with the same filters: what changed after this page is answered then, nothing missed and nothing twice unless it changed again',
    example: 'WyJyZWNvcmRzIiwiNTEyMzQiXQ',
  })
  changes_cursor: string;
}
