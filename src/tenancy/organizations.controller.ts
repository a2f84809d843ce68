import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { OrganizationPageDto, OrganizationsQuery } from './organizations.dto.ts';
import { OrganizationsService } from './organizations.service.ts';

@ApiTags('whoami')
@Controller('api/sync/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @Get()
  @Operation({
    id: 'listOrganizations',
    summary: 'The organizations you may see',
    description:
      'In the order of their ids: your own, or with a key of every organization all that have a sync, a connection or a user. Such a key need not name one here.',
    ok: [{ status: 200, description: 'A page of them', type: OrganizationPageDto }],
    anyOrganization: true,
  })
  list(@Req() request: AuthenticatedRequest, @Query() query: OrganizationsQuery): Promise<OrganizationPageDto> {
    return this.organizations.page(request, query);
  }
}
