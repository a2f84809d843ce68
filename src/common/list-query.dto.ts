import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { IntegerProperty, TextProperty } from './bounds.decorator.ts';

/** Every list takes the organization as the guide's component sends it; tenancy has compared it with the credentials before. */
export class OrgQuery {
  @ApiPropertyOptional({ description: "Must be your credentials' organization", example: 'org-123' })
  @IsOptional()
  @IsString()
  orgId?: string;
}

export const DEFAULT_LIMIT = 100;

/** Of a keyset list. A cursor may hold ids of other systems, which may be long. */
export class PageQuery extends OrgQuery {
  @IntegerProperty({ min: 1, max: 1000, query: true, optional: true, default: DEFAULT_LIMIT })
  limit?: number = DEFAULT_LIMIT;

  @TextProperty({ maxLength: 4_000, optional: true, description: 'next_cursor of the page before' })
  cursor?: string;
}
