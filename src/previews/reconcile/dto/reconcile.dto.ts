import { ApiProperty } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { EnumProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { PageQuery } from '../../../common/list-query.dto.ts';
import { ANY_JSON } from '../../../common/operation.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';
import { DIFFERENCES, type Difference } from '../../../planning/planning.types.ts';
import { DESTINATION, type DestinationConnectionDto, IsDestination } from '../../../runs/dto/requests.dto.ts';

export class StartReconcileDto {
  @ApiProperty({
    ...DESTINATION,
    description: 'What the connection is compared with: "records", or another connection.',
  })
  @IsDefined()
  @IsDestination()
  with: 'records' | DestinationConnectionDto;

  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;
}

export class ReconcileIdParam {
  @TextProperty({ maxLength: 200, example: 'run-9c2e4b7a-1f60-4d8e-b3a5-7e0d2c6f8a14' })
  sync_id: string;
}

export class DifferencesQuery extends PageQuery {
  @EnumProperty({ values: DIFFERENCES, optional: true })
  difference?: Difference;
}

/** The two values of one field. */
export class FieldDifferenceDto {
  @ApiProperty({ description: 'The path of the field', example: 'billing.city' })
  field: string;

  @ApiProperty({ description: 'The value at the source', oneOf: ANY_JSON, example: 'Basel' })
  source: unknown;

  @ApiProperty({ description: 'The value at the destination', oneOf: ANY_JSON, example: 'Bern' })
  destination: unknown;
}

/** One item that is not equal at both ends. */
export class DifferenceDto {
  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The id of its entry at the destination. Null when there is none, or when it is not known.',
    example: '88',
  })
  destination_id: string | null;

  @ApiProperty({ enum: DIFFERENCES, example: 'different' })
  difference: Difference;

  @ApiProperty({ type: [FieldDifferenceDto], description: 'Empty unless both ends have the item' })
  fields: FieldDifferenceDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the item cannot be compared, or why an apply leaves it as it is. Null for the others.',
    example: null,
  })
  reason: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'The item as an apply would make it at the destination; for one that the source does not have, the entry there.',
    example: { email: 'ann@example.com', name: 'Ann Example' },
  })
  data: Record<string, unknown> | null;
}

export class DifferencePageDto {
  @ApiProperty({ type: [DifferenceDto] })
  items: DifferenceDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
