import { Injectable } from '@nestjs/common';
import type { ControlRequest } from './progress.sql.ts';

/** Called for every request to cancel, pause or resume, in the tenant's context. Returns true if the listener has changed the sync. */
export type ControlListener = (syncId: string, request: ControlRequest) => Promise<boolean>;

/** Notifies modules that run syncs themselves of an operator's request at once. Other reporters read it in the response to a report. */
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
