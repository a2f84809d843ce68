import { Injectable } from '@nestjs/common';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { OverviewDto } from './dto/overview.dto.ts';

@Injectable()
export class OverviewService {
  constructor(private readonly database: TenantDatabase) {}

  /** One statement, in one round trip: sql/overview.sql. */
  async get(): Promise<OverviewDto> {
    const [row] = await this.database.read<{ overview: OverviewDto }>({
      text: 'SELECT app.overview($1) AS overview',
      values: [currentTenant().orgId],
    });
    return (row as { overview: OverviewDto }).overview;
  }
}
