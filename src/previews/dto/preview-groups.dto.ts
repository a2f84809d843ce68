import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty, FlagProperty } from '../../common/bounds.decorator.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { ANY_JSON } from '../../common/operation.ts';

export class ChangesExportQuery extends OrgQuery {
  @EnumProperty({ values: ['ndjson', 'csv'], optional: true, default: 'ndjson' })
  format?: 'ndjson' | 'csv' = 'ndjson';

  @FlagProperty({
    optional: true,
    default: true,
    description: 'Whether CSV begins with a byte order mark, without which Excel does not read it as UTF-8',
  })
  bom?: boolean = true;
}

export class ChangeSampleDto {
  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ description: 'The value at the destination; null without a field', oneOf: ANY_JSON, example: 'Bern' })
  old: unknown;

  @ApiProperty({ description: 'The value that it would have; null without a field', oneOf: ANY_JSON, example: 'Basel' })
  new: unknown;
}

/** All changes of a preview that are of one kind and, where items differ by fields, of one field. */
export class ChangeGroupDto {
  @ApiProperty({ enum: ['create', 'update', 'delete', 'unbind', 'conflict'], example: 'update' })
  kind: string;

  @ApiProperty({
    ...{ type: String, nullable: true, example: 'billing.city' },
    description: 'The path of the field, with * for the places in a list. Null for changes of whole items.',
  })
  field: string | null;

  @ApiProperty({ type: 'integer', description: 'Of how many items', example: 31 })
  count: number;

  @ApiProperty({ type: [ChangeSampleDto], description: 'The first three' })
  samples: ChangeSampleDto[];
}

export class ChangeGroupsDto {
  @ApiProperty({
    example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11',
    description: 'The sync that computed the preview',
  })
  sync_id: string;

  @ApiProperty({
    description: 'False: the preview has more changes than the 50,000 that were looked at',
    example: true,
  })
  is_complete: boolean;

  @ApiProperty({ type: [ChangeGroupDto], description: 'The largest first, 200 at most' })
  items: ChangeGroupDto[];
}
