import { Injectable } from '@nestjs/common';
import { isConnectionLoss, isContention } from '../database/sqlstate.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type ReportElement, type ReportResult, reportProgress } from './progress.sql.ts';

/** As many reports as share one call at most: enough to share the commit, few enough that none waits long for the others. */
const BATCH_SIZE = 128;
/** Calls under way at once. Two keep the database busy while the responses of one are sent; more only make batches smaller. */
const CALLS = 2;
/** How long a call waits for a row that somebody else holds locked before it goes on without that row's report. */
const LOCK_TIMEOUT = '100ms';
/** How long a report whose row stays locked is tried again. */
const RETRY_FOR_MS = 10_000;

interface Waiting {
  readonly report: ReportElement;
  /** Names its sync among those of all organizations. */
  readonly key: string;
  readonly since: number;
  readonly resolve: (result: ReportResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the reports that arrive while the database is busy and sends them in one call. An idle service sends a report at
 * once; under load the batches grow by themselves, so that cost per report falls as load rises. A sync has one report at the
 * database at a time, so that its reports take effect in the order in which they came.
 */
@Injectable()
export class ReportBatcher {
  private waiting: Waiting[] = [];
  /** Syncs with a report at the database, or waiting to be retried one by one. */
  private readonly busy = new Set<string>();
  private calls = 0;
  private scheduled = false;
  /** Reports of calls that had no effect because of one report in them; sent one by one. */
  private readonly toRetry: Waiting[] = [];
  private retrying = false;

  constructor(private readonly database: TenantDatabase) {}

  /** Resolves when the report is committed. The organization in it must be the current tenant's. */
  report(report: ReportElement): Promise<ReportResult> {
    return new Promise((resolve, reject) => {
      const key = keyOf(report);
      this.waiting.push({ report, key, since: Date.now(), resolve, reject });
      this.schedule();
    });
  }

  /** Many reports of one caller, gathered like any others; results in their order. */
  async reportAll(reports: readonly ReportElement[]): Promise<PromiseSettledResult<ReportResult>[]> {
    return Promise.allSettled(reports.map((report) => this.report(report)));
  }

  private schedule(): void {
    if (this.scheduled || this.calls >= CALLS || this.waiting.length === 0) return;
    this.scheduled = true;
    // After the sockets that are readable now have been read: what came together goes together.
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.nextBatch();
      // All that wait may be for busy syncs; the end of their call brings us here again.
      if (batch.length === 0) return;
      void this.send(batch);
      this.schedule();
    });
  }

  /** The oldest reports, one a sync, of syncs that have none at the database. */
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
   * One by one, beside the other calls: a value that Postgres refuses fails alone, and a report whose row stays locked goes to
   * the end of the line, so that it delays the others by no more than the lock timeout. One at a time: however many rows are
   * locked, they cost one connection.
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
        // The others would fail in the same way, and each might wait for a connection in vain.
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
