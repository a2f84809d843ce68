import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';

/** Every list takes the organization as the guide's component sends it; tenancy has compared it with the credentials before. */
export class OrgQuery {
  @ApiPropertyOptional({ description: "Must be your credentials' organization", example: 'org-123' })
  @IsOptional()
  @IsString()
  orgId?: string;
}
