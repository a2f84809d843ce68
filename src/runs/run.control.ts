import { Injectable } from '@nestjs/common';
import { SteeringListeners } from '../progress/control.listeners.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { cancelPausedRun, unpauseRun } from './runs.sql.ts';

/** What an operator's request means for a run that no worker holds; one that is at work learns of it by its heartbeat. */
@Injectable()
export class RunSteering {
  constructor(
    listeners: SteeringListeners,
    private readonly database: TenantDatabase,
    private readonly dispatcher: RunDispatcher,
  ) {
    listeners.register((syncId, steering) => {
      if (steering === 'resume') return this.resume(syncId);
      return steering === 'cancel' ? this.cancel(syncId) : Promise.resolve(false);
    });
  }

  private resume(syncId: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const [paused] = await transaction.query(unpauseRun(currentTenant().orgId, syncId));
      if (paused) await this.dispatcher.send(transaction, syncId);
      return false;
    });
  }

  /** A cancelled run frees its slot, whether it was paused or still waited. */
  private async cancel(syncId: string): Promise<boolean> {
    const [cancelled] = await this.database.query(cancelPausedRun(currentTenant().orgId, syncId));
    await this.dispatcher.dispatch();
    return cancelled !== undefined;
  }
}
