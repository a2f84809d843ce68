import { Injectable } from '@nestjs/common';
import { isConnectionLoss } from '../database/sqlstate.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type ReportElement, type ReportResult, reportProgress } from './progress.sql.ts';

/** As many reports as share one call at most: enough to share the commit, few enough that none waits long for the others. */
const BATCH_SIZE = 128;
/** Calls under way at once. Two keep the database busy while the answers of one are sent; more only make batches smaller. */
const CALLS = 2;

interface Waiting {
  readonly report: ReportElement;
  readonly resolve: (result: ReportResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the reports that arrive while the database is busy and sends them in one call. An idle service sends a report at
 * once; under load the batches grow by themselves, so that cost per report falls as load rises.
 */
@Injectable()
export class ReportBatcher {
  private readonly waiting: Waiting[] = [];
  private calls = 0;
  private scheduled = false;

  constructor(private readonly database: TenantDatabase) {}

  /** Resolves when the report is committed. The organization in it must be the current tenant's. */
  report(report: ReportElement): Promise<ReportResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ report, resolve, reject });
      this.schedule();
    });
  }

  /** Many reports of one caller, in calls of their own; results in their order. */
  async reportAll(reports: readonly ReportElement[]): Promise<PromiseSettledResult<ReportResult>[]> {
    return Promise.allSettled(reports.map((report) => this.report(report)));
  }

  private schedule(): void {
    if (this.scheduled || this.calls >= CALLS || this.waiting.length === 0) return;
    this.scheduled = true;
    // After the sockets that are readable now have been read: what came together goes together.
    setImmediate(() => {
      this.scheduled = false;
      void this.send(this.waiting.splice(0, BATCH_SIZE));
      this.schedule();
    });
  }

  private async send(batch: Waiting[]): Promise<void> {
    this.calls += 1;
    // Everyone locks rows in the same order, so no two calls wait for each other. Stable: one sync's reports keep theirs.
    batch.sort((a, b) => compare(a.report.org_id, b.report.org_id) || compare(a.report.sync_id, b.report.sync_id));
    try {
      const results = await this.call(batch);
      batch.forEach((one, index) => {
        one.resolve(results[index] as ReportResult);
      });
    } catch (error) {
      if (batch.length === 1 || isConnectionLoss(error)) for (const one of batch) one.reject(error);
      else await this.sendOneByOne(batch);
    } finally {
      this.calls -= 1;
      this.schedule();
    }
  }

  /** The whole call had no effect because of one report in it (a locked row, a value Postgres refuses): only that one fails. */
  private async sendOneByOne(batch: readonly Waiting[]): Promise<void> {
    for (const one of batch) {
      await this.call([one]).then(([result]) => one.resolve(result as ReportResult), one.reject);
    }
  }

  private call(batch: readonly Waiting[]): Promise<ReportResult[]> {
    return this.database.callForManyTenants<ReportResult>(reportProgress(batch.map(({ report }) => report)));
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
