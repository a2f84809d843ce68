import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty, TextProperty } from '../../../common/bounds.decorator.ts';
import { PageQuery } from '../../../common/list-query.dto.ts';

const OUTCOMES = ['failed', 'skipped'] as const;

export class ItemsQuery extends PageQuery {
  @EnumProperty({ values: OUTCOMES, optional: true })
  outcome?: (typeof OUTCOMES)[number];

  @TextProperty({ maxLength: 200, optional: true, example: 'invalid_email' })
  error_class?: string;
}

/** An item of a sync that failed or was skipped. */
export class ItemDto {
  @ApiProperty({ example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11' })
  sync_id: string;

  @ApiProperty({ description: 'Its id in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ enum: OUTCOMES, example: 'failed' })
  outcome: string;

  @ApiProperty({ description: 'Stable: switch on this', example: 'invalid_email' })
  error_class: string;

  @ApiProperty({ description: 'For people', example: 'The email address is not valid.' })
  message: string;

  @ApiProperty({
    description: 'What was read or sent, or what stood against it; null when there is nothing to show',
    nullable: true,
    example: { email: 'ann@' },
  })
  payload: unknown;

  @ApiProperty({ type: 'integer', description: 'How often it was tried, earlier syncs included', example: 1 })
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
