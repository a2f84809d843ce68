import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { OrgQuery } from './org-query.dto.ts';
import { IsText } from './validation.ts';

export const DEFAULT_LIMIT = 100;

/** Of a keyset list. A cursor may hold ids of other systems, which may be long. */
export class PageQuery extends OrgQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: DEFAULT_LIMIT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ description: 'next_cursor of the page before' })
  @IsOptional()
  @IsText(4_000)
  cursor?: string;
}
