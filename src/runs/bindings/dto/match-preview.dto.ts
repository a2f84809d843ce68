import { ApiProperty } from '@nestjs/swagger';
import { EnumProperty } from '../../../common/bounds.decorator.ts';
import { MATCH_KEYS, MATCH_STRENGTHS, type MatchKey, type MatchStrength } from '../../../planning/match.strength.ts';

export const MATCH_OUTCOMES = ['bound', 'match', 'ambiguous', 'conflict', 'create', 'none', 'problem'] as const;

/** An entry of the destination that an item may be. */
export class PossibleMatchDto {
  @ApiProperty({ example: '1017' })
  external_id: string;

  @EnumProperty({ values: MATCH_STRENGTHS, example: 'weak' })
  strength: MatchStrength;

  @ApiProperty({ enum: MATCH_KEYS, isArray: true, description: 'What both have in common', example: ['email'] })
  by: readonly MatchKey[];

  @ApiProperty({
    ...{ type: String, nullable: true, example: 'it is the partner of a user of this Odoo' },
    description: 'Why it is not taken without your decision, whatever it has in common. Null: nothing is against it.',
  })
  held: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its name, to show', example: 'Steel Example Ltd' })
  name: string | null;
}

export class MatchPreviewItemDto {
  @ApiProperty({ description: 'The id of the item in the source', example: '4711' })
  external_id: string;

  @ApiProperty({ type: String, nullable: true, description: 'Its name, to show', example: 'Ada Example' })
  name: string | null;

  @EnumProperty({
    values: MATCH_OUTCOMES,
    description:
      'What a full sync does. bound: it is bound already. match: the entry in matches is taken for the same. ambiguous: it is skipped as ambiguous_match until you decide. conflict: it is skipped with the code in error_class. create: it is created. none: nothing is done, since it is archived and the destination has no archive. problem: it cannot be read, is deleted, or fails with the code in error_class. What the destination would refuse is found by a preview.',
    example: 'ambiguous',
  })
  outcome: (typeof MATCH_OUTCOMES)[number];

  @ApiProperty({ type: [PossibleMatchDto] })
  matches: PossibleMatchDto[];

  @ApiProperty({
    ...{ type: String, nullable: true, example: null },
    description: 'The code with which a sync tells it, as in the items of a run. Null: it is not told.',
  })
  error_class: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What a person decides, or the problem', example: null })
  message: string | null;
}

export class MatchPreviewDto {
  @ApiProperty({ type: [MatchPreviewItemDto] })
  items: MatchPreviewItemDto[];

  @ApiProperty({
    ...{ type: String, nullable: true, example: null },
    description: 'Give it as cursor for the next items. Null: these were the last.',
  })
  next_cursor: string | null;
}
