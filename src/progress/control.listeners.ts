import { Injectable } from '@nestjs/common';
import type { ControlRequest } from './progress.sql.ts';

/**
 * Called for every request to cancel, pause or resume, in the transaction of the request, before it is known whether the sync can be
 * controlled: it has to have its effect in the database only, and issues what it can before it waits for anything, so that all is sent in
 * one round trip. Returns true if the listener has changed the sync.
 */
export type ControlListener = (syncId: string, request: ControlRequest) => Promise<boolean>;

/** Notifies modules that run syncs themselves of an operator's request at once. Other reporters read it in the response to a report. */
@Injectable()
export class ControlListeners {
  private readonly listeners: ControlListener[] = [];

  register(listener: ControlListener): void {
    this.listeners.push(listener);
  }

  async notify(syncId: string, request: ControlRequest): Promise<boolean> {
    const changed = await Promise.all(this.listeners.map((listener) => listener(syncId, request)));
    return changed.includes(true);
  }
}
