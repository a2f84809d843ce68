import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Batch, LeaseOutcome } from '../run.types.ts';
import { Stopped } from './retry.policy.ts';
import type { RunLease } from './run.lease.ts';
import { type OpenedRun, RunOpener } from './run.opener.ts';

/** Whether the worker should release the run so that runs of other organizations get a turn. Called after each batch. */
export type ShouldYield = () => Promise<boolean>;

/** Executes a run batch by batch, from its checkpoint until it ends or has to stop. */
@Injectable()
export class RunExecutor {
  constructor(
    private readonly database: TenantDatabase,
    private readonly opener: RunOpener,
  ) {}

  /**
   * Returns when the run has ended, is paused, or its lease is lost. Throws Stopped, Postponed, GuardTripped, ConnectorError or
   * Problem. Batches completed before that are committed.
   */
  async execute(lease: RunLease, shouldYield: ShouldYield): Promise<void> {
    const reading = new AbortController();
    try {
      const opened = await this.opener.open(lease, AbortSignal.any([lease.stopSignal, reading.signal]));
      for await (const read of opened.batches) {
        const result = read.items.length > 0 ? await opened.destination.process(read.items) : {};
        const { checkpoint, watermark } = read;
        const total = read.total ?? opened.total ?? undefined;
        const batch = { ...result, checkpoint, total, ...(watermark && opened.keepsWatermark && { watermark }) };
        const outcome = read.isLast ? await this.finish(lease, opened, batch) : await lease.commit(batch);
        if (outcome !== 'continue') return;
        if (lease.stopSignal.aborted) throw new Stopped();
        if (await shouldYield()) {
          lease.askToStop('stopping');
          throw new Stopped();
        }
      }
    } finally {
      // Cancels the read of the next page.
      reading.abort();
    }
  }

  /** Publishes a preview in the transaction that ends its run, so that both happen or neither does. */
  private finish(lease: RunLease, opened: OpenedRun, batch: Batch): Promise<LeaseOutcome> {
    return this.database.transaction(async () => {
      const outcome = await lease.commit({ ...batch, final: { status: 'completed' } });
      if (outcome === 'finished') await opened.afterEnd();
      return outcome;
    });
  }
}
