import { Injectable } from '@nestjs/common';
import { isConnectionLoss, isContention } from '../database/sqlstate.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type ReportElement, type ReportResult, reportProgress } from './progress.sql.ts';

/** The maximum number of reports per call: enough to share the commit, few enough that no report waits long for the others. */
const BATCH_SIZE = 128;
/** Concurrent calls. Two keep the database busy while the responses of one are sent; more would only make the batches smaller. */
const CALLS = 2;
/** How long a call waits for a row that another transaction has locked before it fails and its reports are retried one by one. */
const LOCK_TIMEOUT = '100ms';
/** How long a report whose row stays locked is retried. */
const RETRY_FOR_MS = 10_000;

interface Waiting {
  readonly report: ReportElement;
  /** Identifies the sync across all organizations. */
  readonly key: string;
  readonly since: number;
  readonly resolve: (result: ReportResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects the reports that arrive while the database is busy and sends them in one call. An idle service sends a report at once. Under
 * load the batches grow, so that the cost per report falls. A sync has only one report at the database at a time, so that its reports
 * take effect in the order of their arrival.
 */
@Injectable()
export class ReportBatcher {
  private waiting: Waiting[] = [];
  /** Syncs with a report at the database, or waiting to be retried one by one. */
  private readonly busy = new Set<string>();
  private calls = 0;
  private scheduled = false;
  /** Reports of calls that failed because of one of their reports. They are sent one by one. */
  private readonly toRetry: Waiting[] = [];
  private retrying = false;

  constructor(private readonly database: TenantDatabase) {}

  /** Resolves when the report is committed. The report must belong to the organization of the current tenant. */
  report(report: ReportElement): Promise<ReportResult> {
    return new Promise((resolve, reject) => {
      const key = keyOf(report);
      this.waiting.push({ report, key, since: Date.now(), resolve, reject });
      this.schedule();
    });
  }

  /** Sends many reports of one caller, batched like all other reports. Returns the results in the order of the reports. */
  async reportAll(reports: readonly ReportElement[]): Promise<PromiseSettledResult<ReportResult>[]> {
    return Promise.allSettled(reports.map((report) => this.report(report)));
  }

  private schedule(): void {
    if (this.scheduled || this.calls >= CALLS || this.waiting.length === 0) return;
    this.scheduled = true;
    // Runs after all sockets that are readable now have been read, so that reports that arrive together share a call.
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.nextBatch();
      // All waiting reports may belong to busy syncs. The end of their call schedules the next batch.
      if (batch.length === 0) return;
      void this.send(batch);
      this.schedule();
    });
  }

  /** The oldest reports, one per sync, of syncs without a report at the database. */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    this.waiting = this.waiting.filter((one) => {
      if (batch.length === BATCH_SIZE || this.busy.has(one.key)) return true;
      this.busy.add(one.key);
      batch.push(one);
      return false;
    });
    return batch;
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    this.calls += 1;
    try {
      const results = await this.call(batch);
      for (const one of batch) this.settle(one, () => one.resolve(results.get(one.key) as ReportResult));
    } catch (error) {
      if (isConnectionLoss(error)) for (const one of batch) this.settle(one, () => one.reject(error));
      else {
        this.toRetry.push(...batch);
        void this.retryOneByOne();
      }
    } finally {
      this.calls -= 1;
      this.schedule();
    }
  }

  /**
   * Retries reports one by one, concurrently with other calls. A value that Postgres rejects then fails only its own report. A report whose
   * row stays locked moves to the end of the queue, so that it delays the others by at most the lock timeout. Only one retry runs at a
   * time, so that locked rows occupy only one connection.
   */
  private async retryOneByOne(): Promise<void> {
    if (this.retrying) return;
    this.retrying = true;
    for (let one = this.toRetry.shift(); one; one = this.toRetry.shift()) {
      const { key, since, resolve, reject } = one;
      try {
        const results = await this.call([one]);
        this.settle(one, () => resolve(results.get(key) as ReportResult));
      } catch (error) {
        if (isContention(error) && Date.now() - since < RETRY_FOR_MS) this.toRetry.push(one);
        else this.settle(one, () => reject(error));
        // The other reports would fail in the same way, and each might wait for a connection first.
        if (isConnectionLoss(error))
          for (const other of this.toRetry.splice(0)) this.settle(other, () => other.reject(error));
      }
    }
    this.retrying = false;
  }

  private settle(one: Waiting, respond: () => void): void {
    this.busy.delete(one.key);
    respond();
    this.schedule();
  }

  private async call(batch: readonly Waiting[]): Promise<Map<string, ReportResult>> {
    const reports = batch.map(({ report }) => report);
    const results = await this.database.callForManyTenants<ReportResult>(reportProgress(reports, LOCK_TIMEOUT));
    return new Map(results.map((result) => [keyOf(result), result]));
  }
}

const keyOf = ({ org_id, sync_id }: { readonly org_id: string; readonly sync_id: string }): string =>
  `${org_id}\0${sync_id}`;
