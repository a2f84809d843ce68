import { ApiProperty } from '@nestjs/swagger';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';

/** The canonical copy of one object of a connected system. */
export class SyncRecordDto {
  @ApiProperty({
    format: 'uuid',
    description: 'The connection from which the record was read',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  connection_id: string;

  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: 'The id of the object in its system', example: '4711' })
  external_id: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'The object in canonical form, which is the same for every system. Decimals are strings. For a deleted record, the last known data.',
    example: { email: 'ann@example.com', name: 'Ann Example' },
  })
  data: Record<string, unknown>;

  @ApiProperty({
    description: 'A hash of data. Equal data has an equal hash.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  content_hash: string;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    description:
      'The position of the last change of this record among the changes of all your records. It grows with every change.',
    example: 51_234,
  })
  change_seq: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'The time when the record last changed in this service',
    example: '2026-11-22T14:02:26.123456+00:00',
  })
  updated_at: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The time when a sync found that the object was deleted in its system. Null while it exists.',
    example: null,
  })
  deleted_at: string | null;
}

export class RecordPageDto {
  @ApiProperty({ type: [SyncRecordDto] })
  items: SyncRecordDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page. Null on the last page.',
    example: null,
  })
  next_cursor: string | null;

  @ApiProperty({
    description:
      'Never null. Store it and send it later as cursor, with the same filters, to read the records that changed after this page. No change is missed, and a record is returned again only if it changed again. The cursor does not expire.',
    example: 'WyJyZWNvcmRzIiwiNTEyMzQiXQ',
  })
  changes_cursor: string;
}
