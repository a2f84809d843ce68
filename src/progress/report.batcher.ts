import { Injectable } from '@nestjs/common';
import PQueue from 'p-queue';
import { steadyNow } from '../common/clock.ts';
import { movingMean, overloaded, refuseLater } from '../common/overload.ts';
import { Problem } from '../common/problem.ts';
import { isConnectionLoss, isContention } from '../database/sqlstate.ts';
import { ReportMetrics } from '../metrics/report.metrics.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { traced } from '../tracing/tracing.ts';
import { type ReportElement, type ReportResult, reportProgress } from './progress.sql.ts';
import { backoffMs, type ReportAnswer, ReportFailure, ReportQueue, type WaitingReport } from './report.queue.ts';

/** The maximum number of reports per call: enough to share the commit, few enough that no report waits long for the others. */
const BATCH_SIZE = 128;
/**
 * The maximum of one organization's reports that are at the database, while others report, too. A call with as many takes a few
 * milliseconds, for which the others wait, and the organization is not in the next call, which is free for them.
 */
const SHARE = 32;
/** How long an organization that has reported counts among those that do. */
const PRESENT_MS = 1_000;
/** Concurrent calls for all. Two keep the database busy while the responses of one are sent; more would only make the batches smaller. */
const CALLS = 2;
/** Concurrent calls for single organizations, after a call for all has failed. They do not count among the calls for all. */
const LANE_CALLS = 2;
/** How long an organization whose call has failed is kept out of the calls for all. */
const ISOLATION_MS = 5_000;
/** Every report is answered within this time and one look, which together stay below 10 s. */
const ANSWER_WITHIN_MS = 9_000;
const LOOK_EVERY_MS = 500;
/** A report that would wait longer than this for its turn, as calls go, is refused at once. */
const REFUSED_ABOVE_MS = 3_000;
/** While calls take less, also the longest queue of an organization is done before its last report has waited too long. */
const SLOW_CALL_MS = 100;
/** The reports of an organization that may wait: 20 full bulk calls, some seconds of what the database does. */
const MAX_WAITING = 20_000;

/**
 * Collects the reports that arrive while the database is busy and sends them in one call. An idle service sends a report at once. Under
 * load the batches grow, so that the cost per report falls.
 *
 * 1. Organizations take turns, one report each, so that a long queue delays only its own organization.
 * 2. Nothing waits for a locked row: the report is sent again after a pause, until its caller has waited for 9 s and gets 503.
 * 3. When a call fails as a whole, each of its organizations is sent by itself. One that fails again goes report by report, in a lane of
 *    its own, and stays out of the calls for all for some seconds; the others never notice it again.
 * 4. A report that would wait for more than 3 s, as calls go, is refused at once.
 * 5. When the database is gone, every report of the call fails at once: others would fail in the same way.
 */
@Injectable()
export class ReportBatcher {
  private readonly queues = new Map<string, ReportQueue>();
  /** Those with reports for the next call for all. Who has had a turn goes to the end. */
  private readonly turns = new Set<ReportQueue>();
  private calls = 0;
  /** How long calls have taken lately. */
  private callMs: number | undefined;
  private scheduled = false;
  /** A lane adds its next call when the last one has returned, so that lanes take turns; who may be innocent goes first. */
  private readonly lanes = new PQueue({ concurrency: LANE_CALLS });
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: TenantDatabase,
    private readonly metrics: ReportMetrics,
  ) {
    metrics.watch(() => this.state());
  }

  /** Resolves when the report is committed. The report must belong to the organization of the current tenant. */
  report(report: ReportElement): Promise<ReportResult> {
    return traced(
      'report',
      {},
      () =>
        new Promise((resolve, reject) => {
          this.take(report, (answer) => {
            if (answer instanceof ReportFailure) reject(answer.error);
            else resolve(answer);
          });
        }),
    );
  }

  /** Sends many reports of one caller, batched like all other reports. Returns the answers in the order of the reports. */
  reportAll(reports: readonly ReportElement[]): Promise<readonly ReportAnswer[]> {
    const answers = new Array<ReportAnswer>(reports.length);
    return traced(
      'reports',
      { 'sync.reports': reports.length },
      () =>
        new Promise((resolve) => {
          // A promise for each would cost more than its turn in the batch.
          let missing = reports.length;
          if (missing === 0) resolve(answers);
          for (const [index, report] of reports.entries())
            this.take(report, (answer) => {
              answers[index] = answer;
              missing -= 1;
              if (missing === 0) resolve(answers);
            });
        }),
    );
  }

  private take(report: ReportElement, answer: (answer: ReportAnswer) => void): void {
    const queue = this.queueOf(report.org_id);
    const since = steadyNow();
    const answered = (one: ReportAnswer) => {
      if (one instanceof ReportFailure) this.metrics.lost(one.error instanceof Problem ? 'refused' : 'failed');
      else this.metrics.done(one.outcome, (steadyNow() - since) / 1000);
      answer(one);
    };
    if (queue.size >= MAX_WAITING) {
      const detail = `${MAX_WAITING} reports of your organization are waiting already.`;
      answered(new ReportFailure(new Problem('organization-busy', detail, { retryAfter: 1 })));
      return;
    }
    queue.presentUntil = since + PRESENT_MS;
    this.look();
    if (this.expectedMs(queue) > REFUSED_ABOVE_MS)
      refuseLater(overloaded('More reports wait for the database than it gets through in time.')).catch((refusal) =>
        answered(new ReportFailure(refusal)),
      );
    else {
      queue.add({ report, queue, since, attempts: 0, isAnswered: false, answer: answered });
      this.offer(queue);
    }
  }

  private state(): { waiting: number; oldestSeconds: number } {
    const queues = [...this.queues.values()];
    const now = steadyNow();
    const oldest = queues.reduce((least, { oldestSince }) => Math.min(least, oldestSince ?? now), now);
    return { waiting: queues.reduce((sum, { size }) => sum + size, 0), oldestSeconds: (now - oldest) / 1000 };
  }

  /** How long a report of the organization that comes now waits for its turn. A call of one report takes hardly less than a full one. */
  private expectedMs({ size }: ReportQueue): number {
    if (this.callMs === undefined || this.callMs < SLOW_CALL_MS) return 0;
    let ahead = 0;
    for (const other of this.queues.values()) ahead += Math.min(other.size, size + 1);
    return (Math.floor(ahead / BATCH_SIZE) / CALLS) * this.callMs;
  }

  private queueOf(orgId: string): ReportQueue {
    const queue = this.queues.get(orgId) ?? new ReportQueue(orgId);
    this.queues.set(orgId, queue);
    return queue;
  }

  /** Lets the ready reports of an organization go with the next call for all, or by its own lane. */
  private offer(queue: ReportQueue): void {
    if (!queue.hasReady) return;
    if (queue.isolatedUntil > steadyNow()) void this.useOwnLane(queue);
    else {
      this.turns.add(queue);
      this.schedule();
    }
  }

  private schedule(): void {
    if (this.scheduled || this.calls >= CALLS || this.turns.size === 0) return;
    this.scheduled = true;
    // Runs after all sockets that are readable now have been read, so that reports that arrive together share a call.
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.nextBatch();
      if (batch.length === 0) return;
      void this.sendForAll(batch);
      this.schedule();
    });
  }

  private nextBatch(): WaitingReport[] {
    const batch: WaitingReport[] = [];
    const share = this.queues.size > 1 ? SHARE : CALLS * BATCH_SIZE;
    const later: ReportQueue[] = [];
    // A queue that is put back is visited again, after all others.
    for (const queue of this.turns) {
      if (batch.length === BATCH_SIZE) break;
      this.turns.delete(queue);
      if (queue.atDatabase >= share) later.push(queue);
      else {
        batch.push(...queue.take(1));
        queue.atDatabase += 1;
        if (queue.hasReady) this.turns.add(queue);
      }
    }
    for (const queue of later) this.turns.add(queue);
    return batch;
  }

  private async sendForAll(batch: readonly WaitingReport[]): Promise<void> {
    this.calls += 1;
    try {
      await this.call(batch);
    } catch (error) {
      if (isConnectionLoss(error)) for (const one of batch) this.fail(one, error);
      else
        for (const [queue, reports] of Map.groupBy(batch, ({ queue }) => queue))
          void this.sendInLane(queue, reports, 1);
    } finally {
      this.calls -= 1;
      for (const { queue } of batch) queue.atDatabase -= 1;
      this.schedule();
    }
  }

  /** Sends what is ready in calls of its own, one after another, for as long as the organization is kept out of the others. */
  private async useOwnLane(queue: ReportQueue): Promise<void> {
    if (queue.hasOwnLane) return;
    queue.hasOwnLane = true;
    while (queue.hasReady && queue.isolatedUntil > steadyNow()) await this.sendInLane(queue, queue.take(BATCH_SIZE), 0);
    queue.hasOwnLane = false;
    this.offer(queue);
  }

  /** In one call, and when that fails one by one: a value that Postgres refuses then fails its own report only. */
  private async sendInLane(queue: ReportQueue, reports: readonly WaitingReport[], priority: number): Promise<void> {
    const isDone = await this.lanes.add(() => this.sendAlone(queue, reports), { priority });
    if (!isDone) for (const one of reports) await this.lanes.add(() => this.sendAlone(queue, [one]));
  }

  /** False when the call failed because of one of several reports, all of which are still to be sent. */
  private async sendAlone(queue: ReportQueue, reports: readonly WaitingReport[]): Promise<boolean> {
    try {
      await this.call(reports);
    } catch (error) {
      queue.isolatedUntil = steadyNow() + ISOLATION_MS;
      const isLost = isConnectionLoss(error);
      if (!isLost && reports.length > 1) return false;
      for (const one of reports) {
        if (!isLost && isContention(error)) this.pause(one);
        else this.fail(one, error);
      }
    }
    return true;
  }

  /** Answers the reports of a call that has succeeded. Throws when the call has failed; then none of them took effect. */
  private async call(batch: readonly WaitingReport[]): Promise<void> {
    const began = performance.now();
    const results = await this.database.callForManyTenants<ReportResult>(
      reportProgress(batch.map(({ report }) => report)),
    );
    const tookMs = performance.now() - began;
    this.callMs = movingMean(this.callMs, tookMs);
    this.metrics.called(batch.length, tookMs / 1000);
    const byKey = new Map(results.map((result) => [keyOf(result), result]));
    for (const one of batch) {
      const result = byKey.get(keyOf(one.report)) as ReportResult;
      if (result.outcome === 'locked') this.pause(one);
      else this.settle(one, result);
    }
  }

  /** Its row is locked: sent again after a pause, unless its caller has waited long enough. */
  private pause(one: WaitingReport): void {
    if (one.isAnswered) {
      this.settle(one);
      return;
    }
    setTimeout(() => {
      one.queue.again(one);
      this.offer(one.queue);
    }, backoffMs(one.attempts));
  }

  private fail(one: WaitingReport, error: unknown): void {
    this.settle(one, new ReportFailure(error));
  }

  private settle(one: WaitingReport, answer?: ReportAnswer): void {
    if (!one.isAnswered && answer) {
      one.isAnswered = true;
      one.answer(answer);
    }
    one.queue.remove(one);
    this.offer(one.queue);
  }

  /** Answers what has waited too long: for a locked row, for a report before it, or for the database. */
  private look(): void {
    this.looking ??= setInterval(() => {
      for (const queue of this.queues.values()) {
        const now = steadyNow();
        queue.expire(now - ANSWER_WITHIN_MS);
        this.offer(queue);
        if (queue.size === 0 && queue.isolatedUntil <= now && queue.presentUntil <= now)
          this.queues.delete(queue.orgId);
      }
      if (this.queues.size > 0) return;
      clearInterval(this.looking);
      this.looking = undefined;
    }, LOOK_EVERY_MS).unref();
  }
}

const keyOf = ({ org_id, sync_id }: { readonly org_id: string; readonly sync_id: string }): string =>
  `${org_id}\0${sync_id}`;
