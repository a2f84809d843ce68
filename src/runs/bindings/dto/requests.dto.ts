import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { EnumProperty, IntegerProperty, ItemsProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { PageQuery } from '../../../common/list-query.dto.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

const OTHER = '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10';
/** As many as one call reads by id. */
const MAX_CHOICES = 100;
const ID = { maxLength: 500, example: '4711' };

/** The other end, and what is bound. */
class BoundPairQuery extends PageQuery {
  @ApiProperty({ format: 'uuid', description: 'The other connection', example: OTHER })
  @IsUUID()
  with: string;

  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;
}

export class BindingsQuery extends BoundPairQuery {
  @TextProperty({ ...ID, optional: true, description: 'Only the binding of this id in the system of the connection' })
  external_id?: string;

  @TextProperty({
    maxLength: 500,
    optional: true,
    description: 'Only the binding of this id in the system of the other connection',
  })
  with_external_id?: string;
}

export class MatchPreviewQuery extends BoundPairQuery {
  @IntegerProperty({
    ...{ min: 1, max: 25, query: true, optional: true, default: 25 },
    description: 'How many items are read from the source and looked for at the destination',
  })
  override limit?: number = 25;
}

export class BindingChoiceDto {
  @TextProperty({ ...ID, description: 'The id of the item in the system of the connection' })
  external_id: string;

  @ApiProperty({
    ...{ type: String, nullable: true, maxLength: 500, example: '1017' },
    description:
      'The id of the entry in the system of the other connection that is the same. Null: none is, and a sync to the other connection creates a new one.',
  })
  @IsOptional()
  @TextProperty({ ...ID, example: '1017', optional: true })
  with_external_id: string | null;
}

export class SetBindingsDto {
  @ApiProperty({ format: 'uuid', description: 'The other connection', example: OTHER })
  @IsUUID()
  with: string;

  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ItemsProperty(BindingChoiceDto, MAX_CHOICES)
  bindings: unknown[];
}
