import { Injectable } from '@nestjs/common';
import { steadyNow } from '../common/clock.ts';
import { ENTITY_TYPES } from '../connectors/canonical/canonical.types.ts';
import { forgotRecords } from '../connectors/systems/system.sql.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { forgetRecords } from './records.sql.ts';

/** Marks the records of a connection that leads to another system now as deleted, so that readers of changes learn of it. */
@Injectable()
export class RecordsForgetter {
  constructor(private readonly database: TenantDatabase) {}

  /** A part at a time, so that no reader of the organization waits long. Stops after `withinMs`; what is left then, the next run does. */
  async forget(connectionId: string, withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { orgId } = currentTenant();
    const end = steadyNow() + withinMs;
    for (const entity of ENTITY_TYPES) {
      let after: string | null = '';
      while (after !== null) {
        if (steadyNow() > end) return;
        const [row]: { last: string | null }[] = await this.database.query(
          forgetRecords(orgId, connectionId, entity, after),
        );
        after = row?.last ?? null;
      }
    }
    await this.database.query(forgotRecords(orgId, connectionId));
  }
}
