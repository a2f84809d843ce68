import { ApiProperty } from '@nestjs/swagger';
import { IntegerProperty } from '../../common/bounds.decorator.ts';

const REASONS = ['altered', 'removed', 'inserted', 'seal_altered', 'seal_removed'] as const;

class FirstInvalidDto {
  @ApiProperty({
    format: 'uuid',
    example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f',
    description: 'Of the entry; of a wrong seal, the first entry that it holds',
  })
  id!: string;

  @ApiProperty({
    enum: REASONS,
    description:
      'altered, removed: the entry is not as it was sealed, or is gone. inserted: it was added behind entries that were sealed already. seal_altered: a seal is not as it was made. seal_removed: the seal before it is gone or another one.',
  })
  reason!: (typeof REASONS)[number];
}

/** Whether the trail is as it was sealed. */
export class VerificationDto {
  @ApiProperty({
    example: true,
    description: 'Every sealed entry is there as it was sealed, and none was added behind them',
  })
  valid!: boolean;

  @ApiProperty({ type: 'integer', example: 1520 })
  sealed_entries!: number;

  @ApiProperty({ type: 'integer', example: 3, description: 'Entries are sealed within a minute' })
  unsealed_entries!: number;

  @ApiProperty({ type: FirstInvalidDto, nullable: true })
  first_invalid!: FirstInvalidDto | null;
}

/** One seal, without the entries. */
export class SealDto {
  @ApiProperty({ example: '17', description: 'From 1, without gaps' })
  sequence!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T15:00:21.123456+00:00' })
  sealed_at!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T15:00:02.5+00:00' })
  first_entry_at!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T15:00:19.25+00:00' })
  last_entry_at!: string;

  @ApiProperty({ type: 'integer', example: 100, description: 'How many entries it holds' })
  entries!: number;

  @ApiProperty({
    description: 'SHA-256, hexadecimal: the hash of the seal before; zeros for the first',
    example: '0000000000000000000000000000000000000000000000000000000000000000',
  })
  previous_hash!: string;

  @ApiProperty({
    description: 'SHA-256, hexadecimal',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  hash!: string;
}

/** Seals, oldest first. */
export class SealPageDto {
  @ApiProperty({ type: [SealDto] })
  items!: SealDto[];
}

export class SealQuery {
  @IntegerProperty({
    ...{ min: 0, max: Number.MAX_SAFE_INTEGER, query: true, optional: true, default: 0 },
    description: 'Those after the seal with this sequence',
  })
  after?: number = 0;

  @IntegerProperty({ min: 1, max: 1000, query: true, optional: true, default: 100 })
  limit?: number = 100;
}
