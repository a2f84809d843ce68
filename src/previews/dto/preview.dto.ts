import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';
import type { PreviewChange } from '../../planning/planning.types.ts';
import { SourceAndDestinationDto } from '../../runs/dto/requests.dto.ts';
import { RunDto } from '../../runs/dto/run.dto.ts';

const KINDS = ['create', 'update', 'delete', 'conflict'] as const satisfies readonly PreviewChange['kind'][];

export class PreviewChangesQuery extends PageQuery {
  @EnumProperty({ values: KINDS, optional: true })
  kind?: PreviewChange['kind'];
}

/** Whatever a member of an entity may be. */
const ANY_JSON = [
  { type: 'string' },
  { type: 'boolean' },
  { type: 'array', items: {} },
  { type: 'object', additionalProperties: true },
];

/** How one field differs; a path such as `billing.city`. */
export class FieldChangeDto {
  @ApiProperty({ example: 'billing.city' })
  field: string;

  @ApiProperty({ description: 'At the destination before', nullable: true, oneOf: ANY_JSON, example: 'Bern' })
  old: unknown;

  @ApiProperty({ description: 'What it becomes', nullable: true, oneOf: ANY_JSON, example: 'Basel' })
  new: unknown;
}

/** What becomes of one item of the source. */
export class PreviewChangeDto {
  @ApiProperty({ description: 'Its id in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ enum: KINDS, example: 'update' })
  kind: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Its id at the destination; null: it is not there (yet)',
    example: '88',
  })
  destination_id: string | null;

  @ApiProperty({ type: [FieldChangeDto], description: 'Empty unless both sides are there' })
  fields: FieldChangeDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it is a conflict; null for the other kinds',
    example: '2 entries of the destination match.',
  })
  reason: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The whole as it becomes; of a delete as it was',
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

/** What a preview compares. */
export class StartPreviewDto extends SourceAndDestinationDto {}

export class PreviewRunDto extends RunDto {
  @ApiProperty({
    description: 'Where the preview will be, at /previews/{cache_key}, once the sync has ended',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  cache_key: string;
}
