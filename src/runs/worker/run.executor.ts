import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Batch, LeaseAnswer } from '../run.types.ts';
import { Stopped } from './retry.policy.ts';
import type { RunLease } from './run.lease.ts';
import { type OpenedRun, RunOpener } from './run.opener.ts';

/** Whether the worker should let others have a turn; asked after each batch. */
export type ShouldYield = () => Promise<boolean>;

/** Works through a run, batch by batch, from its checkpoint to its end or until it should stop. */
@Injectable()
export class RunExecutor {
  constructor(
    private readonly database: TenantDatabase,
    private readonly opener: RunOpener,
  ) {}

  /**
   * Returns when the run has ended, is paused, or is not ours any more. Throws Stopped, Postponed, GuardTripped, ConnectorError or
   * Problem; what was done until then is committed.
   */
  async execute(lease: RunLease, shouldYield: ShouldYield): Promise<void> {
    const reading = new AbortController();
    try {
      const opened = await this.opener.open(lease, AbortSignal.any([lease.stopSignal, reading.signal]));
      for await (const step of opened.steps) {
        const result = step.items.length > 0 ? await opened.destination.take(step.items) : {};
        const { checkpoint, watermark } = step;
        const total = step.total ?? opened.total ?? undefined;
        const batch = { ...result, checkpoint, total, ...(watermark && opened.keepsWatermark && { watermark }) };
        const answer = step.isLast ? await this.finish(lease, opened, batch) : await lease.commit(batch);
        if (answer !== 'go on') return;
        if (lease.stopSignal.aborted) throw new Stopped();
        if (await shouldYield()) {
          lease.askToStop('stopping');
          throw new Stopped();
        }
      }
    } finally {
      // The page that was being read ahead is not wanted any more.
      reading.abort();
    }
  }

  /** A preview becomes visible with the end of its run, or not at all. */
  private finish(lease: RunLease, opened: OpenedRun, batch: Batch): Promise<LeaseAnswer> {
    return this.database.transaction(async () => {
      const answer = await lease.commit({ ...batch, final: { status: 'completed' } });
      if (answer === 'finished') await opened.afterwards();
      return answer;
    });
  }
}
