import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { type SystemLeaver, SystemLeavers } from '../connectors/systems/system.leavers.ts';
import { RecordsForgetter } from '../records/records.forgetter.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { findOpenRun } from './runs.sql.ts';
import { forgetWatermarks } from './source/source.sql.ts';

/** How long a request marks records. The next run marks the rest before it reads. */
const FORGETS_FOR_MS = 3_000;

/** What runs and records keep of a system stays behind when a connection leaves it. Bindings belong to the system and stay with it. */
@Injectable()
export class RunSystemLeaver implements SystemLeaver {
  constructor(
    leavers: SystemLeavers,
    private readonly database: TenantDatabase,
    private readonly forgetter: RecordsForgetter,
  ) {
    leavers.register(this);
  }

  async leaves(connectionId: string): Promise<void> {
    const { orgId } = currentTenant();
    const [open] = await this.database.query<{ sync_id: string }>(findOpenRun(orgId, connectionId));
    if (open)
      throw new Problem(
        'conflict',
        `The sync "${open.sync_id}" of this connection is not over. Wait until it ends, or cancel it.`,
      );
    await this.database.query(forgetWatermarks(orgId, connectionId));
  }

  left(connectionId: string): Promise<void> {
    return this.forgetter.forget(connectionId, FORGETS_FOR_MS);
  }
}
