import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { OrgQuery } from '../common/org-query.dto.ts';
import { IsText } from '../common/validation.ts';

export class OrganizationDto {
  @ApiProperty({ example: 'org-123' })
  org_id: string;
}

export class OrganizationPageDto {
  @ApiProperty({ type: [OrganizationDto] })
  items: OrganizationDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send as cursor for the next page; null on the last',
    example: null,
  })
  next_cursor: string | null;
}

export class OrganizationsQuery extends OrgQuery {
  @ApiPropertyOptional({ description: 'Only ids that contain this, in upper or lower case', example: 'org-1' })
  @IsOptional()
  @IsText(200)
  q?: string;

  @ApiPropertyOptional({ description: 'next_cursor of the page before' })
  @IsOptional()
  @IsText(4_000)
  cursor?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number = 100;
}
