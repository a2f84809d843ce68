import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty } from '../../../common/bounds.decorator.ts';

const ID = { description: 'The id in the system of the connection', example: '4711' };
const OTHER_ID = { description: 'The id in the system of the other connection', example: '1017' };

/** Which entry of one system is which of the other. */
export class BindingDto {
  @ApiProperty(ID)
  external_id: string;

  @ApiProperty(OTHER_ID)
  with_external_id: string;

  @ApiProperty({
    ...{ type: String, format: 'date-time', nullable: true, example: '2026-11-22T14:02:26.123456+00:00' },
    description: 'The last sync that changed what both hold. Null: they are linked, and no sync has compared them yet.',
  })
  synced_at: string | null;
}

export class BindingPageDto {
  @ApiProperty({ type: [BindingDto] })
  items: BindingDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

export const CHOICE_OUTCOMES = ['linked', 'new', 'unchanged', 'refused'] as const;

export class BindingResultDto {
  @ApiProperty(ID)
  external_id: string;

  @ApiProperty({ ...OTHER_ID, type: String, nullable: true })
  with_external_id: string | null;

  @EnumProperty({ values: CHOICE_OUTCOMES, example: 'linked' })
  outcome: (typeof CHOICE_OUTCOMES)[number];

  @ApiProperty({ description: 'Why it was refused. Null otherwise.', type: String, nullable: true, example: null })
  reason: string | null;
}

export class BindingResultsDto {
  @ApiProperty({ description: 'One for each of the bindings, in their order', type: [BindingResultDto] })
  results: BindingResultDto[];
}
