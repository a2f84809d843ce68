import { Injectable } from '@nestjs/common';
import { ControlListeners } from '../progress/control.listeners.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { cancelPausedRun, unpauseRun } from './runs.sql.ts';

/** Carries out an operator's request for a run that no worker holds. A worker receives requests through its heartbeat. */
@Injectable()
export class RunControl {
  constructor(
    listeners: ControlListeners,
    private readonly database: TenantDatabase,
    private readonly dispatcher: RunDispatcher,
  ) {
    listeners.register((syncId, request) => {
      if (request === 'resume') return this.resume(syncId);
      return request === 'cancel' ? this.cancel(syncId) : Promise.resolve(false);
    });
  }

  private resume(syncId: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const [paused] = await transaction.query(unpauseRun(currentTenant().orgId, syncId));
      if (paused) await this.dispatcher.send(transaction, syncId);
      return false;
    });
  }

  /** A cancelled run frees its slots, whether it was paused or waiting. */
  private async cancel(syncId: string): Promise<boolean> {
    const [[cancelled]] = await Promise.all([
      this.database.query(cancelPausedRun(currentTenant().orgId, syncId)),
      this.dispatcher.dispatch(),
    ]);
    return cancelled !== undefined;
  }
}
