import { Injectable } from '@nestjs/common';
import type { ControlRequest } from './progress.sql.ts';

/** Called for every request to cancel, pause or resume, in the tenant's context. True: the listener has changed the sync. */
export type ControlListener = (syncId: string, request: ControlRequest) => Promise<boolean>;

/** How modules that run syncs themselves hear of an operator's request at once; a reporter hears of it with its next report. */
@Injectable()
export class ControlListeners {
  private readonly listeners: ControlListener[] = [];

  register(listener: ControlListener): void {
    this.listeners.push(listener);
  }

  async notify(syncId: string, request: ControlRequest): Promise<boolean> {
    let changed = false;
    for (const listener of this.listeners) changed = (await listener(syncId, request)) || changed;
    return changed;
  }
}
