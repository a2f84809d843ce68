import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsOptional, IsUUID, ValidateBy } from 'class-validator';
import { EnumProperty, FlagProperty, IntegerProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { IsJsonObject, Nested } from '../../common/validation.ts';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { RUN_MODES, type RunMode } from '../run.types.ts';

export class DestinationConnectionDto {
  @ApiProperty({ format: 'uuid', example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10' })
  @IsUUID()
  connection_id: string;
}

export class OverrideGuardDto {
  @TextProperty({
    maxLength: 1_000,
    description: 'The reason why so many records may be deleted. It is written to the audit trail.',
    example: 'The 2019 customers were removed on purpose.',
  })
  reason: string;
}

export const DESTINATION = {
  oneOf: [{ type: 'string', enum: ['records'] }, { $ref: getSchemaPath(DestinationConnectionDto) }],
  description: '"records" for canonical copies, which you read at /records, or another connection.',
  example: 'records',
};

export const IsDestination = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDestination',
    validator: {
      validate: (value) =>
        value === 'records' ||
        (typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.keys(value).length === 1 &&
          typeof (value as DestinationConnectionDto).connection_id === 'string'),
      defaultMessage: () => '$property must be "records" or {"connection_id": "…"}',
    },
  });

/** The source, the destination and the scope of a run. */
@ApiExtraModels(DestinationConnectionDto)
export class SourceAndDestinationDto {
  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @EnumProperty({
    values: RUN_MODES,
    optional: true,
    default: 'full',
    description:
      'full reads every item and detects deletions. incremental reads the items that changed since the last sync of the same source and destination. census reads the ids alone: it detects deletions and items that have no record yet.',
    example: 'full',
  })
  mode?: RunMode = 'full';

  @ApiPropertyOptional({ ...DESTINATION, default: 'records' })
  @IsOptional()
  @IsDestination()
  destination?: 'records' | DestinationConnectionDto = 'records';

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    default: {},
    description:
      'Limits the sync to a part of the source. Each connector defines its filters. A filtered sync detects no deletions.',
    example: {},
  })
  @IsOptional()
  @IsJsonObject()
  filters?: Record<string, unknown> = {};
}

/** The id of the connection that a run writes to. Null stands for the records. */
export const destinationConnectionOf = ({
  destination,
}: Pick<SourceAndDestinationDto, 'destination'>): string | null =>
  typeof destination === 'object' ? destination.connection_id : null;

export class StartRunDto extends SourceAndDestinationDto {
  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  @IsUUID()
  source_connection_id: string;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description:
      'Applies exactly the changes of this preview, which must have the same source and destination. Give its cache_key or the sync_id of the sync that computed it.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  preview?: string;

  @ApiPropertyOptional({ type: OverrideGuardDto, description: 'Allows more deletes than the delete guard' })
  @IsOptional()
  @Nested(() => OverrideGuardDto)
  override_guard?: OverrideGuardDto;
}

/** A run by the id of its sync. */
export class RunIdParam {
  @TextProperty({ maxLength: 200, example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11' })
  sync_id: string;
}

const ALL_ITEMS = { value: {} };
export const UNDO_EXAMPLES = { 'all of it': ALL_ITEMS, 'one item': { value: { external_id: '4711' } } };
export const RETRY_EXAMPLES = { 'all that failed': ALL_ITEMS, 'one item': { value: { external_id: '4712' } } };

/** Of which item alone something is done. Left out: of all of the sync. */
export class OneItemDto {
  @TextProperty({ maxLength: 500, optional: true, description: 'The id of the item in the source', example: '4711' })
  external_id?: string;
}

export class RunsQuery extends OrgQuery {
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Returns only runs that read from this connection',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @IsOptional()
  @IsUUID()
  connection_id?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Returns only runs that write to this connection',
    example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10',
  })
  @IsOptional()
  @IsUUID()
  destination_id?: string;

  @EnumProperty({ values: ENTITY_TYPES, optional: true })
  entity_type?: EntityType;

  @FlagProperty({ optional: true, description: 'true: only runs that have not ended; false: only ended ones' })
  active?: boolean;

  @TextProperty({ maxLength: 500, optional: true, description: 'next_cursor of the previous page' })
  cursor?: string;

  @IntegerProperty({ min: 1, max: 200, query: true, optional: true, default: 50 })
  limit?: number = 50;
}
