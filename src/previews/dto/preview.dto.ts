import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';
import { ANY_JSON } from '../../common/operation.ts';
import type { PreviewChange } from '../../planning/planning.types.ts';
import { SourceAndDestinationDto } from '../../runs/dto/requests.dto.ts';
import { RunDto } from '../../runs/dto/run.dto.ts';

const KINDS = ['create', 'update', 'delete', 'unbind', 'conflict'] as const satisfies readonly PreviewChange['kind'][];

export class PreviewChangesQuery extends PageQuery {
  @EnumProperty({ values: KINDS, optional: true })
  kind?: PreviewChange['kind'];
}

/** The old and the new value of one field. */
export class FieldChangeDto {
  @ApiProperty({ description: 'The path of the field', example: 'billing.city' })
  field: string;

  @ApiProperty({
    description: 'The value at the destination before the change',
    oneOf: ANY_JSON,
    example: 'Bern',
  })
  old: unknown;

  @ApiProperty({
    description: 'The value at the destination after the change',
    oneOf: ANY_JSON,
    example: 'Basel',
  })
  new: unknown;
}

/** The change for one item of the source. */
export class PreviewChangeDto {
  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ enum: KINDS, example: 'update' })
  kind: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The id of the item at the destination. Null when no item of the destination is assigned to it.',
    example: '88',
  })
  destination_id: string | null;

  @ApiProperty({
    type: [FieldChangeDto],
    description:
      'Empty unless both source and destination have the item. Of an undo that archives an entry, what it writes back first.',
  })
  fields: FieldChangeDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The reason for a conflict, or why a binding is removed and the entry left. Null for the other kinds.',
    example: '2 entries of the destination match.',
  })
  reason: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'The complete item after the change. For a delete, the item before the change. Null for an update that was made, of which the fields are kept.',
    example: { email: 'ann@example.com', name: 'Ann Example' },
  })
  data: Record<string, unknown> | null;
}

export class PreviewChangePageDto {
  @ApiProperty({
    description: 'The sync that made the changes or computed the preview',
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
  })
  sync_id: string;

  @ApiProperty({ type: [PreviewChangeDto] })
  items: PreviewChangeDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

/** The destination and the scope of a preview. */
export class StartPreviewDto extends SourceAndDestinationDto {}

export class PreviewRunDto extends RunDto {
  @ApiProperty({
    description: 'The key of the preview. Read it at /previews/{cache_key} when the sync has ended.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  cache_key: string;
}
