import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import type { Run } from './run.types.ts';
import { insertRun } from './runs.sql.ts';
import { SourceDestinationCheck } from './source-destination.check.ts';

/** A run somebody wants. */
export interface WantedRun {
  readonly kind: Run['kind'];
  readonly source_connection_id: string;
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
  readonly mode: Run['mode'];
  readonly filters?: Readonly<Record<string, unknown>>;
  readonly of_sync_id?: string;
  readonly override_reason?: string;
  readonly trigger: Run['trigger'];
  readonly requested_by: string | null;
}

/** The one way a run comes into being: checked, stored, and queued when its slot is free, in one transaction. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly database: TenantDatabase,
    private readonly sourceDestination: SourceDestinationCheck,
    private readonly dispatcher: RunDispatcher,
  ) {}

  /** Returns its sync_id. Throws not-found for a connection there is not, invalid-request for what its system cannot do. */
  async start(wanted: WantedRun): Promise<string> {
    const { source_connection_id, destination_connection_id, entity_type } = wanted;
    const { system } = await this.sourceDestination.check(source_connection_id, destination_connection_id, entity_type);
    const syncId = `run-${randomUUID()}`;
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        insertRun(currentTenant().orgId, {
          ...wanted,
          sync_id: syncId,
          filters: wanted.filters ?? {},
          of_sync_id: wanted.of_sync_id ?? null,
          override_reason: wanted.override_reason ?? null,
          source_system: system,
        }),
      );
      await this.dispatcher.dispatch();
    });
    return syncId;
  }
}
