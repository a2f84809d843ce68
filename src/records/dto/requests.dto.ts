import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { EnumProperty, FlagProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectionIdParam } from '../../connectors/connections/dto/requests.dto.ts';

const CONNECTION = '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d';

export class RecordParam extends ConnectionIdParam {
  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @TextProperty({
    maxLength: 500,
    description: 'The id of the object in the system of the connection',
    example: '4711',
  })
  external_id: string;
}

export class RecordsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Returns only records of this connection', example: CONNECTION })
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: 'connection_id must be a UUID' })
  connection_id?: string;

  @EnumProperty({ values: ENTITY_TYPES, optional: true })
  entity_type?: EntityType;

  @TextProperty({ maxLength: 500, optional: true })
  external_id?: string;

  @FlagProperty({
    optional: true,
    description: 'true returns only records that were deleted in their system, false only records that exist.',
  })
  deleted?: boolean;

  @TextProperty({
    maxLength: 4_000,
    optional: true,
    description: 'next_cursor of the previous page, or a changes_cursor that you stored',
  })
  override cursor?: string;
}
