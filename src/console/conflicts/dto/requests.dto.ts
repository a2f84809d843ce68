import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { EnumProperty, FlagProperty, IntegerProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { OrgQuery } from '../../../common/list-query.dto.ts';
import { ENTITY_TYPES, type EntityType } from '../../../connectors/canonical/canonical.types.ts';

export class ConflictFilterQuery extends OrgQuery {
  @EnumProperty({
    values: ['conflict', 'failure'],
    optional: true,
    default: 'conflict',
    description: 'failure: items whose last try failed, which no person must decide, in the place of the conflicts',
  })
  kind?: 'conflict' | 'failure' = 'conflict';

  @EnumProperty({ values: ENTITY_TYPES, optional: true })
  entity_type?: EntityType;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Only between this connection and another',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @IsOptional()
  @IsUUID()
  connection_id?: string;

  @TextProperty({ maxLength: 100, optional: true, example: 'changed_on_both_sides' })
  error_class?: string;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'Only conflicts of which this is a part of the id of the item or of the message, in any case',
    example: 'billing.city',
  })
  q?: string;
}

export class ConflictsQuery extends ConflictFilterQuery {
  @IntegerProperty({ min: 1, max: 200, query: true, optional: true, default: 50 })
  limit?: number = 50;

  @TextProperty({ maxLength: 4_000, optional: true, description: 'next_cursor of the page before' })
  cursor?: string;
}

export class ConflictsExportQuery extends ConflictFilterQuery {
  @EnumProperty({ values: ['ndjson', 'csv'], optional: true, default: 'ndjson' })
  format?: 'ndjson' | 'csv' = 'ndjson';

  @FlagProperty({
    optional: true,
    default: true,
    description: 'Whether CSV begins with a byte order mark, without which Excel does not read it as UTF-8',
  })
  bom?: boolean = true;
}
