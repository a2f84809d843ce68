import { Controller, Get, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { OrgQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { type Quota, Quotas } from './quotas.ts';

const NAMES = [
  'active_syncs',
  'connections',
  'schedules',
  'webhook_endpoints',
  'alert_rules',
  'keys',
  'members',
  'erasures',
  'preview_bytes',
  'checkpoint_bytes',
  'records',
  'found_bytes',
  'change_bytes',
  'item_bytes',
  'streams',
] as const satisfies readonly Quota[];

export class QuotaUsageDto {
  @ApiProperty({ enum: NAMES, enumName: 'Quota', example: 'active_syncs' })
  name: Quota;

  @ApiProperty({ description: 'One more than the limit when it is exceeded by more', example: 12 })
  used: number;

  @ApiProperty({ example: 10_000 })
  limit: number;
}

export class UsageDto {
  @ApiProperty({ type: [QuotaUsageDto] })
  items: QuotaUsageDto[];
}

@ApiTags('whoami')
@Controller('api/sync/usage')
export class UsageController {
  constructor(private readonly quotas: Quotas) {}

  @Get()
  @Operation({
    id: 'usage',
    summary: 'What your organization has, and how much of each it may have',
    description:
      'Streams are counted by process, everything else in the database. How many requests are left is in the RateLimit header of each response.',
    ok: [{ status: 200, description: 'Each quota', type: UsageDto }],
  })
  async usage(@Query() _query: OrgQuery): Promise<UsageDto> {
    const used = await this.quotas.usage();
    return { items: NAMES.map((name) => ({ name, used: used[name], limit: this.quotas.limits[name] })) };
  }
}
