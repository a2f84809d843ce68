import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { PageQuery } from '../../../common/list-query.dto.ts';

const OUTCOMES = ['failed', 'skipped', 'warned'] as const;

export class ItemsParam {
  @TextProperty({ maxLength: 200, example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11' })
  sync_id: string;
}

export class ItemsQuery extends PageQuery {
  @EnumProperty({ values: OUTCOMES, optional: true })
  outcome?: (typeof OUTCOMES)[number];

  @TextProperty({ maxLength: 200, optional: true, example: 'ambiguous_match' })
  error_class?: string;
}

/** An item of a sync that failed, was skipped, or was written with a difference that is told. */
export class ItemDto {
  @ApiProperty({ example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11' })
  sync_id: string;

  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ enum: OUTCOMES, example: 'failed' })
  outcome: string;

  @ApiProperty({ description: 'A stable name of the error, for programs', example: 'invalid_email' })
  error_class: string;

  @ApiProperty({ description: 'A description of the error, for people', example: 'The email address is not valid.' })
  message: string;

  @ApiProperty({
    description: 'The data that was read or sent, or the conflicting fields. Null when there is none.',
    nullable: true,
    example: { email: 'ann@' },
  })
  payload: unknown;

  @ApiProperty({ type: 'integer', description: 'The number of attempts, including those of earlier syncs', example: 1 })
  attempts: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  updated_at: string;
}

export class ItemPageDto {
  @ApiProperty({ type: [ItemDto] })
  items: ItemDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
