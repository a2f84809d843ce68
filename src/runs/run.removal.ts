import { Injectable } from '@nestjs/common';
import { RemovalListeners } from '../connectors/connections/connection.editor.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { cancelRunsOf, endCancelledRuns } from './runs.sql.ts';

/** Cancels the runs of a removed connection: at once when no worker has started them, otherwise with their next batch. */
@Injectable()
export class RunRemoval {
  constructor(
    listeners: RemovalListeners,
    private readonly database: TenantDatabase,
  ) {
    listeners.register((connectionId) => this.cancel(connectionId));
  }

  private cancel(connectionId: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const cancelled = await transaction.query<{ sync_id: string; is_over: boolean }>(
        cancelRunsOf(orgId, connectionId, currentUser()),
      );
      const over = cancelled.filter(({ is_over }) => is_over).map(({ sync_id }) => sync_id);
      await transaction.query(endCancelledRuns(orgId, over));
    });
  }
}
