import { Injectable } from '@nestjs/common';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { FoundRecordDto, FoundRecordsDto, LookupQuery } from './dto/lookup.dto.ts';
import { findRecords } from './lookup.sql.ts';

const DEFAULT_LIMIT = 10;

@Injectable()
export class LookupService {
  constructor(private readonly database: TenantDatabase) {}

  async find({ q, limit = DEFAULT_LIMIT }: LookupQuery): Promise<FoundRecordsDto> {
    return { items: await this.database.read<FoundRecordDto>(findRecords(currentTenant().orgId, q, limit)) };
  }
}
