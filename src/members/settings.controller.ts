import { Body, Controller, Get, Patch, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OrgQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { ChangeSettingsDto, OrganizationSettingsDto } from './dto/settings.dto.ts';
import { SettingsService } from './settings.service.ts';

@ApiTags('members')
@Controller('api/sync/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @Operation({
    id: 'getSettings',
    summary: 'Read what your organization wants of itself',
    ok: [{ status: 200, description: 'The settings', type: OrganizationSettingsDto }],
  })
  get(@Query() _query: OrgQuery): Promise<OrganizationSettingsDto> {
    return this.settings.get();
  }

  @Patch()
  @Operation({
    id: 'changeSettings',
    summary: 'Change the limits above which a second person approves',
    description: 'Fields that are omitted keep their values. Written to the audit trail.',
    ok: [{ status: 200, description: 'The settings', type: OrganizationSettingsDto }],
  })
  change(@Body() body: ChangeSettingsDto): Promise<OrganizationSettingsDto> {
    return this.settings.change(body);
  }
}
