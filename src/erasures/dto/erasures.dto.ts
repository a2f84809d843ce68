import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { TextProperty } from '../../common/bounds.decorator.ts';

const ID = '8e7d6c5b-4a39-4281-8f0e-9d8c7b6a5f4e';
const SHOP = '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d';
const STATES = ['running', 'completed'] as const;
const NAMED_BY = ['email', 'external_id'] as const;

/** One person, by an address, by the id of a customer, or by both. */
export class EraseDto {
  @TextProperty({ maxLength: 320, optional: true, description: 'In any case', example: 'ada@example.com' })
  email?: string;

  @TextProperty({
    maxLength: 400,
    optional: true,
    description:
      'The id of a customer. The address that is known of it is erased, too; with email, it must be that one.',
    example: '4711',
  })
  external_id?: string;

  @ApiProperty({
    format: 'uuid',
    required: false,
    description: 'Of which connection external_id is; needed when several have a customer of that id',
    example: SHOP,
  })
  @IsOptional()
  @IsUUID('all')
  connection_id?: string;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'Your own, such as the number of a ticket. Name nobody in it: it is kept',
    example: 'request 2026-114',
  })
  reference?: string;
}

export const ERASE_EXAMPLES = {
  'by an address': { value: { email: 'ada@example.com', reference: 'request 2026-114' } },
  'by the id of a customer': { value: { connection_id: SHOP, external_id: '4711', reference: 'request 2026-115' } },
};

export class ErasedStoreDto {
  @ApiProperty({ description: 'What was looked through', example: 'records' })
  store: string;

  @ApiProperty({ description: 'Rows, in the first pass', example: 5_016 })
  looked_at: number;

  @ApiProperty({ description: 'Rows, in all passes', example: 2 })
  erased: number;
}

export class ErasedAtDto {
  @ApiProperty({ format: 'uuid', example: SHOP })
  connection_id: string;

  @ApiProperty({ example: '4711' })
  external_id: string;
}

export class ErasureDto {
  @ApiProperty({ format: 'uuid', example: ID })
  id: string;

  @ApiProperty({ enum: STATES, enumName: 'ErasureState', example: 'completed' })
  state: (typeof STATES)[number];

  @ApiProperty({ enum: NAMED_BY, enumName: 'ErasureNamedBy', example: 'email' })
  named_by: (typeof NAMED_BY)[number];

  @ApiProperty({ type: String, nullable: true, example: 'request 2026-114' })
  reference: string | null;

  @ApiProperty({ description: 'How often everything was looked through; the last time finds nothing', example: 2 })
  passes: number;

  @ApiProperty({ type: [ErasedStoreDto], description: 'What was looked at and erased, by what it is' })
  stores: ErasedStoreDto[];

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Rows that the last pass still found, because a sync that was at work wrote them again: erase once more when it has ended. Null while it is running',
    example: 0,
  })
  remaining: number | null;

  @ApiProperty({
    type: [ErasedAtDto],
    description:
      'Customers of your systems that are the person. Erase them there, too: the next sync reads them again. Without ids that are addresses. Empty while it is running',
  })
  still_at: ErasedAtDto[];

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  requested_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T08:00:00Z' })
  requested_at: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-01T08:00:21Z' })
  completed_at: string | null;
}

export class ErasurePageDto {
  @ApiProperty({ type: [ErasureDto] })
  items: ErasureDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

export class ErasureIdParam {
  @ApiProperty({ format: 'uuid', example: ID })
  @IsUUID('all')
  erasure_id: string;
}
