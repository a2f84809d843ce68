import { Injectable } from '@nestjs/common';
import type { Run } from './run.types.ts';

/** Called in the transaction that ends a run, after its last batch. `startedAt` (RFC 3339): when its first worker started it. */
export type RunEndListener = (run: Run, startedAt: string) => Promise<void>;

/** Notifies modules of higher layers that a run has ended, in the same transaction. */
@Injectable()
export class RunEndListeners {
  private readonly listeners: RunEndListener[] = [];

  register(listener: RunEndListener): void {
    this.listeners.push(listener);
  }

  async notify(run: Run, startedAt: string): Promise<void> {
    for (const listener of this.listeners) await listener(run, startedAt);
  }
}
