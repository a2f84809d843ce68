import { Injectable } from '@nestjs/common';
import { FetchBound } from '../../connectors/border/fetch.bound.ts';
import type { ItemOutcome } from '../../planning/planning.types.ts';
import { Quotas } from '../../quotas/quotas.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { traced } from '../../tracing/tracing.ts';
import type { Batch, BatchResult, LeaseOutcome } from '../run.types.ts';
import type { SourceBatch } from '../source/batches.ts';
import { Stopped } from './retry.policy.ts';
import type { RunLease } from './run.lease.ts';
import { type OpenedRun, RunOpener } from './run.opener.ts';

/** Executes a run batch by batch, from its checkpoint until it ends or has to stop. */
@Injectable()
export class RunExecutor {
  constructor(
    private readonly database: TenantDatabase,
    private readonly opener: RunOpener,
    private readonly quotas: Quotas,
  ) {}

  /**
   * Returns when the run has ended, is paused, or its lease is lost. Throws Stopped, Postponed, GuardTripped, ConnectorError or
   * Problem. Batches completed before that are committed. A system that does not return cannot hold it: it stops when the lease says
   * so, whatever a call does.
   */
  async execute(lease: RunLease): Promise<void> {
    const reading = new AbortController();
    const stop = lease.stopSignal;
    let batches: AsyncIterator<SourceBatch> | undefined;
    try {
      const opened = await unlessAborted(this.opener.open(lease, AbortSignal.any([stop, reading.signal])), stop);
      batches = opened.batches[Symbol.asyncIterator]();
      const bound = new FetchBound('The source');
      for (;;) {
        const { value: read, done } = await unlessAborted(batches.next(), stop);
        if (done) return;
        const counted = lease.itemsCounted;
        const values = { 'sync.items': read.items.length };
        const outcome = await traced('run batch', values, () => this.batch(lease, opened, read));
        if (outcome === 'full') throw this.quotas.exceeded('found_bytes');
        if (outcome !== 'continue') return;
        if (stop.aborted) throw new Stopped();
        bound.fetched(Math.max(read.rows ?? 0, lease.itemsCounted - counted));
      }
    } finally {
      // Cancels the read of the next page, and does not wait for it.
      reading.abort();
      batches?.return?.().catch(() => undefined);
    }
  }

  private async batch(lease: RunLease, opened: OpenedRun, read: SourceBatch): Promise<LeaseOutcome> {
    const processing: BatchResult | Promise<BatchResult> =
      read.items.length > 0 ? opened.destination.process(read.items) : {};
    const result = await unlessAborted(Promise.resolve(processing), lease.lostSignal);
    const { checkpoint, watermark, present = [] } = read;
    const total = read.total ?? opened.total ?? undefined;
    const { systems, room } = opened;
    const items = present.length > 0 ? [...(result.items ?? []), ...present.map(isPresent)] : result.items;
    const batch = {
      ...{ ...result, ...room, systems, checkpoint, total },
      kept: room.kept_up_to === undefined ? undefined : (result.kept ?? []),
      ...(items && { items }),
      ...(watermark && opened.keepsWatermark && { watermark }),
    };
    return read.isLast ? this.finish(lease, opened, batch) : lease.commit(batch);
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

const isPresent = (external_id: string): ItemOutcome => ({ external_id, outcome: 'processed', action: 'present' });

/** The result of the work, or Stopped as soon as the signal is aborted; then nobody waits for the work any more. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(new Stopped());
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
    aborted.promise.catch(() => undefined);
  }
}
