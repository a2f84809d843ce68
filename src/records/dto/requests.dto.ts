import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { PageQuery } from '../../common/page-query.dto.ts';
import { IsText } from '../../common/validation.ts';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectionIdParam } from '../../connectors/connections/dto/requests.dto.ts';

const CONNECTION = '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d';

export class RecordParam extends ConnectionIdParam {
  @ApiProperty({ enum: ENTITY_TYPES, example: 'customer' })
  @IsIn(ENTITY_TYPES)
  entity_type: EntityType;

  @ApiProperty({ description: 'Its id in the system of the connection', example: '4711' })
  @IsText(500)
  external_id: string;
}

export class RecordsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only those read from it', example: CONNECTION })
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: 'connection_id must be a UUID' })
  connection_id?: string;

  @ApiPropertyOptional({ enum: ENTITY_TYPES })
  @IsOptional()
  @IsIn(ENTITY_TYPES)
  entity_type?: EntityType;

  @ApiPropertyOptional({ example: '4711' })
  @IsOptional()
  @IsText(500)
  external_id?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'true: only those that are gone from their system; false: only those that are there',
  })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  deleted?: boolean;

  @ApiPropertyOptional({ description: 'next_cursor of the page before, or a changes_cursor you kept' })
  @IsOptional()
  @IsText(4_000)
  override cursor?: string;
}
