import { setTimeout as delay } from 'node:timers/promises';
import { steadyNow } from '../../common/clock.ts';
import type { SyncStatus } from '../../common/sync-status.ts';
import { shownText } from '../../connectors/border/shown.value.ts';
import type { ConnectorErrorKind } from '../../connectors/contract/connector.error.ts';
import type { CommittedBatch } from '../../metrics/run.metrics.ts';
import type { ProgressDto } from '../../progress/dto/progress.dto.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Batch, LeaseOutcome, PageSize, Run, Waiting } from '../run.types.ts';
import { acquireLease, commitBatch, keepSlots, releaseLease, renewLease } from './lease.sql.ts';

/** Why a run stops before its end. `stopping`: this worker releases the run, and another one resumes it. */
export type StopReason = 'cancel' | 'pause' | 'ended' | 'fenced' | 'stopping';

/** Why a run waits, and until when by `steadyNow`. `limited`: the system asked for it. */
export interface Wait {
  readonly reason: string;
  readonly until: number;
  readonly limited: boolean;
}

/**
 * The exclusive right of one worker to execute a run. The heartbeat extends the lease and returns requests of operators. Every write
 * carries the epoch of the lease, so that writes of this worker have no effect after it has lost the lease.
 */
export class RunLease {
  readonly run: Run;
  /** The progress when the lease was acquired. */
  readonly progress: ProgressDto;
  /** Called after every batch, for metrics. */
  onCommit: (batch: CommittedBatch) => void = () => undefined;
  private readonly stop = new AbortController();
  private readonly lost = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private beat: Promise<void> = Promise.resolve();
  private waiting: Waiting = {};
  /** Failed calls since the last batch, by the kind of error. */
  private failures: Readonly<Record<string, number>>;
  private stopReason: StopReason | undefined;
  private end: SyncStatus | undefined;
  private counted: number;
  /** What the clock of the database showed, at which time of ours. */
  private seen: { readonly databaseMs: number; readonly steadyMs: number };
  private committed = false;
  private readonly database: TenantDatabase;
  /** For how long it is taken and renewed. */
  readonly seconds: number;

  private constructor(database: TenantDatabase, seconds: number, run: Run, progress: ProgressDto) {
    this.database = database;
    this.seconds = seconds;
    this.run = run;
    this.progress = progress;
    this.counted = countOf(progress);
    this.failures = run.failures;
    this.seen = seenIn(progress);
    this.timer = setInterval(() => this.heartbeat(), (seconds * 1000) / 3);
  }

  /** Returns undefined when the run is not ready or another worker holds it. */
  static async acquire(database: TenantDatabase, orgId: string, syncId: string, worker: string, seconds: number) {
    const [row] = await database.query<{ run: Run; progress: ProgressDto }>(
      acquireLease(orgId, syncId, worker, seconds),
    );
    return row && new RunLease(database, seconds, row.run, row.progress);
  }

  /** Aborted as soon as the run should stop. For reads and waits. */
  get stopSignal(): AbortSignal {
    return this.stop.signal;
  }

  /** Aborted when the lease is lost. For writes: after a cancel the current batch still finishes, so that its items are counted. */
  get lostSignal(): AbortSignal {
    return this.lost.signal;
  }

  get reason(): StopReason | undefined {
    return this.stopReason;
  }

  /** The final status of the sync, once a batch has ended it or found it ended. */
  get endedAs(): SyncStatus | undefined {
    return this.end;
  }

  /** How many items the run has counted, each once, up to the last batch. */
  get itemsCounted(): number {
    return this.counted;
  }

  /** Whether this worker committed a batch. */
  get hasCommitted(): boolean {
    return this.committed;
  }

  /**
   * What the clock of the database shows at a time by `steadyNow`: what it showed last, and what has passed here since. The clocks of the two
   * machines may differ by minutes.
   */
  databaseTime(steady: number): Date {
    return new Date(this.seen.databaseMs + (steady - this.seen.steadyMs));
  }

  /** See Waiting. */
  get waitingReason(): string | undefined {
    return this.waiting.reason;
  }

  /** Counts a failed call, and returns how many failed so since the last batch. */
  failed(kind: ConnectorErrorKind): number {
    const alike = (this.failures[kind] ?? 0) + 1;
    this.failures = { ...this.failures, [kind]: alike };
    return alike;
  }

  /** Reports why the run waits; null when the wait is over. A new wait triggers a heartbeat at once. */
  waitsFor(wait: Wait | { readonly page: PageSize } | null): void {
    const { page } = wait !== null && 'page' in wait ? wait : this.waiting;
    const before = this.waiting.next_try_at;
    this.waiting = { failures: this.failures, ...(page && { page }), ...(wait && 'until' in wait && this.told(wait)) };
    if (wait !== null && ('page' in wait || before === undefined)) this.heartbeat();
  }

  private told({ reason, until, limited }: Wait): Waiting {
    const at = this.databaseTime(until).toISOString();
    const tries = Object.values(this.failures).reduce((sum, count) => sum + count, 0);
    const tried = tries > 0 ? ` Tried ${tries} ${tries === 1 ? 'time' : 'times'};` : '';
    const text = `${shownText(reason.replace(/[.;]?$/, '.'), 500)}${tried || ' The'} next try at ${at}.`;
    return { reason: text, next_try_at: at, ...(limited && { limited_until: at }) };
  }

  /** Asks the run to stop after its current batch. */
  askToStop(reason: StopReason): void {
    this.stopReason ??= reason;
    if (reason === 'fenced' || reason === 'ended') this.lost.abort();
    this.stop.abort();
  }

  /** Ends a write that goes on although the run was asked to stop. What it wrote is found out when the run is resumed. */
  interrupt(): void {
    this.lost.abort();
  }

  async commit(batch: Batch): Promise<LeaseOutcome> {
    const { org_id, sync_id, lease_epoch } = this.run;
    const began = performance.now();
    const [row] = await this.database.query<{ outcome: LeaseOutcome; progress: ProgressDto | null }>(
      commitBatch(org_id, sync_id, lease_epoch, this.seconds, batch),
    );
    const outcome = row?.outcome ?? 'fenced';
    if (row?.progress) this.counted = countOf(row.progress);
    if (row?.progress && outcome === 'continue') this.seen = seenIn(row.progress);
    this.committed ||= outcome === 'continue';
    this.failures = {};
    this.waiting = {};
    if (outcome === 'finished' || outcome === 'ended') this.end = row?.progress?.status;
    // A batch that finds its sync ended has no effect, except the batch that confirms a cancel.
    const tookEffect = outcome !== 'fenced' && outcome !== 'full' && (outcome !== 'ended' || this.end === 'cancelled');
    this.onCommit({ seconds: (performance.now() - began) / 1000, items: tookEffect ? (batch.items ?? []) : [] });
    if (outcome === 'paused') this.askToStop('pause');
    else if (outcome !== 'continue' && outcome !== 'full') this.askToStop(outcome === 'fenced' ? 'fenced' : 'ended');
    return outcome;
  }

  /** Waits, and returns early when the run should stop. */
  async sleep(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stop.signal }).catch(() => undefined);
  }

  /** Releases the run for another worker, not before `until`. Returns false when the lease was already lost or the sync has ended. */
  async release(until: Date | null): Promise<boolean> {
    const { org_id, sync_id, lease_epoch } = this.run;
    const [row] = await this.database.query<{ released: boolean }>(
      releaseLease(org_id, sync_id, lease_epoch, until, this.waiting),
    );
    return row?.released ?? false;
  }

  /** Releases the run until a second person has approved it. Returns false as `release` does. */
  askForApproval(hours: number, reason: string): Promise<boolean> {
    this.waiting = { reason, approval_hours: hours };
    return this.release(null);
  }

  /**
   * Call it once it is known which system the run writes to: two new connections may lead to the same one. Returns false, and the lease is
   * gone, when another run writes there.
   */
  async keepSlots(): Promise<boolean> {
    const { org_id, sync_id, lease_epoch } = this.run;
    const [row] = await this.database.query<{ kept: boolean }>(keepSlots(org_id, sync_id, lease_epoch));
    if (!row?.kept) this.askToStop('fenced');
    return row?.kept ?? false;
  }

  /** Stops the heartbeat. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.beat;
  }

  /** Heartbeats run one after another, so that they do not pile up when the database is slow. */
  private heartbeat(): void {
    this.beat = this.beat.then(() => this.renew()).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    if (this.stop.signal.aborted && this.lost.signal.aborted) return;
    const { org_id, sync_id, lease_epoch } = this.run;
    const [row] = await this.database.query<{ outcome: StopReason | 'continue' }>(
      renewLease(org_id, sync_id, lease_epoch, this.seconds, this.waiting),
    );
    if (row && row.outcome !== 'continue') this.askToStop(row.outcome);
  }
}

/** A row that was written just now is dated by the clock of the database. */
const seenIn = ({ updated_at }: ProgressDto) => ({ databaseMs: Date.parse(updated_at), steadyMs: steadyNow() });

const countOf = ({ processed_count, failed_count }: ProgressDto): number => processed_count + failed_count;
