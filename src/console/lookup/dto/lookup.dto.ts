import { ApiProperty } from '@nestjs/swagger';
import { IntegerProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { OrgQuery } from '../../../common/list-query.dto.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

export class LookupQuery extends OrgQuery {
  @TextProperty({
    maxLength: 200,
    description: 'The id of an item, or the beginning of an e-mail, SKU or order number',
    example: 'ada@',
  })
  q: string;

  @IntegerProperty({ min: 1, max: 50, query: true, optional: true, default: 10 })
  limit?: number = 10;
}

/** A record that was found by its id or by what people call it. */
export class FoundRecordDto {
  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ example: '4711' })
  external_id: string;

  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  connection_id: string;

  @ApiProperty({ description: 'The name of the connection that it was read from', example: 'Main shop' })
  connection_name: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The e-mail of a customer, the SKU of a product, the number of an order',
    example: 'ada@shop.example',
  })
  known_as: string | null;
}

export class FoundRecordsDto {
  @ApiProperty({ type: [FoundRecordDto] })
  items: FoundRecordDto[];
}
