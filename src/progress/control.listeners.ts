import { Injectable } from '@nestjs/common';
import type { Steering } from './progress.sql.ts';

/** Told of every request to cancel, pause or resume, in the tenant's context; true: the sync is another now. */
export type SteeringListener = (syncId: string, steering: Steering) => Promise<boolean>;

/** How those who run syncs themselves learn at once what an operator asked for; a reporter learns it with its next report. */
@Injectable()
export class SteeringListeners {
  private readonly listeners: SteeringListener[] = [];

  register(listener: SteeringListener): void {
    this.listeners.push(listener);
  }

  async tell(syncId: string, steering: Steering): Promise<boolean> {
    let changed = false;
    for (const listener of this.listeners) changed = (await listener(syncId, steering)) || changed;
    return changed;
  }
}
