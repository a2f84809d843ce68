import { ApiProperty } from '@nestjs/swagger';
import { TextProperty } from '../common/bounds.decorator.ts';
import { PageQuery } from '../common/list-query.dto.ts';

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

export class OrganizationsQuery extends PageQuery {
  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'Only ids that contain this, in upper or lower case',
    example: 'org-1',
  })
  q?: string;
}
