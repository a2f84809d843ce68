import { setTimeout as delay } from 'node:timers/promises';
import type { SyncStatus } from '../../common/sync-status.ts';
import type { CommittedBatch } from '../../metrics/run.metrics.ts';
import type { ProgressDto } from '../../progress/dto/progress.dto.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Batch, LeaseOutcome, Run } from '../run.types.ts';
import { commitBatch, releaseLease, renewLease, takeLease } from './lease.sql.ts';

/** Why a run stops before its end; `stopping`: this process does, somebody else goes on. */
export type StopReason = 'cancel' | 'pause' | 'ended' | 'fenced' | 'stopping';

/**
 * One worker's right to a run. Its heartbeat keeps it and brings back what an operator asked for; every write names its epoch, so
 * that after the lease was lost nothing of this worker takes effect any more.
 */
export class RunLease {
  readonly run: Run;
  /** As it was when the lease was taken. */
  readonly progress: ProgressDto;
  /** Told of every batch; whoever counts sets it. */
  onCommit: (batch: CommittedBatch) => void = () => undefined;
  private readonly stop = new AbortController();
  private readonly lost = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private beat: Promise<void> = Promise.resolve();
  private limitedUntil: Date | null = null;
  private stopReason: StopReason | undefined;
  private end: SyncStatus | undefined;
  private readonly database: TenantDatabase;
  private readonly seconds: number;

  private constructor(database: TenantDatabase, seconds: number, run: Run, progress: ProgressDto) {
    this.database = database;
    this.seconds = seconds;
    this.run = run;
    this.progress = progress;
    this.timer = setInterval(() => this.heartbeat(), (seconds * 1000) / 3);
  }

  /** Undefined: the run is not to be worked on, or somebody else does. */
  static async take(database: TenantDatabase, orgId: string, syncId: string, worker: string, seconds: number) {
    const [row] = await database.query<{ run: Run; progress: ProgressDto }>(takeLease(orgId, syncId, worker, seconds));
    return row && new RunLease(database, seconds, row.run, row.progress);
  }

  /** Aborted as soon as the run should stop, for reads and waits. */
  get stopSignal(): AbortSignal {
    return this.stop.signal;
  }

  /** Aborted when the lease is lost, for writes: a cancel lets the batch at work come to its end, so that it is counted. */
  get lostSignal(): AbortSignal {
    return this.lost.signal;
  }

  get reason(): StopReason | undefined {
    return this.stopReason;
  }

  /** The status of the sync, once a batch found or made it ended. */
  get endedAs(): SyncStatus | undefined {
    return this.end;
  }

  /** Null ends the wait. Told with the next heartbeat, at once when it is new. */
  waitsForLimit(until: Date | null): void {
    const isNew = until !== null && this.limitedUntil === null;
    this.limitedUntil = until;
    if (isNew) this.heartbeat();
  }

  /** Asks the run to stop at its next batch and hand itself on. */
  askToStop(reason: StopReason): void {
    this.stopReason ??= reason;
    if (reason === 'fenced' || reason === 'ended') this.lost.abort();
    this.stop.abort();
  }

  async commit(batch: Batch): Promise<LeaseOutcome> {
    const { org_id, sync_id, lease_epoch } = this.run;
    this.limitedUntil = null;
    const began = performance.now();
    const [row] = await this.database.query<{ outcome: LeaseOutcome; progress: ProgressDto | null }>(
      commitBatch(org_id, sync_id, lease_epoch, this.seconds, batch),
    );
    const outcome = row?.outcome ?? 'fenced';
    if (outcome === 'finished' || outcome === 'ended') this.end = row?.progress?.status;
    // Of the batches that find their sync ended, the one that confirms a cancel still counts.
    const tookEffect = outcome !== 'fenced' && (outcome !== 'ended' || this.end === 'cancelled');
    this.onCommit({ seconds: (performance.now() - began) / 1000, items: tookEffect ? (batch.items ?? []) : [] });
    if (outcome === 'paused') this.askToStop('pause');
    else if (outcome !== 'go on') this.askToStop(outcome === 'fenced' ? 'fenced' : 'ended');
    return outcome;
  }

  /** Waits, unless the run should stop before. */
  async sleep(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stop.signal }).catch(() => undefined);
  }

  /** Gives the run back for another worker, at `until` at the earliest. False: it was not ours any more. */
  async release(until: Date | null): Promise<boolean> {
    const { org_id, sync_id, lease_epoch } = this.run;
    const [row] = await this.database.query<{ released: boolean }>(releaseLease(org_id, sync_id, lease_epoch, until));
    return row?.released ?? false;
  }

  /** Ends the heartbeat. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.beat;
  }

  /** One at a time: a slow database must not gather them. */
  private heartbeat(): void {
    this.beat = this.beat.then(() => this.renew()).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    if (this.stop.signal.aborted && this.lost.signal.aborted) return;
    const { org_id, sync_id, lease_epoch } = this.run;
    const [row] = await this.database.query<{ answer: StopReason | 'go on' }>(
      renewLease(org_id, sync_id, lease_epoch, this.seconds, this.limitedUntil),
    );
    if (row && row.answer !== 'go on') this.askToStop(row.answer);
  }
}
