import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { checkEach, validateItem } from '../common/validation.ts';
import { outages } from '../database/outage.log.ts';
import { toProblem } from '../database/sqlstate.ts';
import { Quotas } from '../quotas/quotas.ts';
import { OrganizationTurns } from '../tenancy/organization.turns.ts';
import { actingFor, currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { ControlListeners } from './control.listeners.ts';
import type { BulkReportResultDto, ProgressDto, SlowSyncDto } from './dto/progress.dto.ts';
import {
  type ActiveSyncsQuery,
  BulkReportItemDto,
  type CompleteDto,
  type FailDto,
  type ReportDto,
  type StartSyncDto,
} from './dto/requests.dto.ts';
import { noSuchSync, reportProblem, syncEnded } from './progress.problem.ts';
import {
  activeSyncs,
  type ControlRequest,
  type FoundRow,
  findSync,
  type ReportElement,
  type ReportResult,
  reportWhenUnlocked,
  requestControl,
  slowSyncs,
  startSync,
} from './progress.sql.ts';
import { ReportBatcher } from './report.batcher.ts';
import { type ReportAnswer, ReportFailure } from './report.queue.ts';

@Injectable()
export class ProgressService {
  private readonly logger = new Logger('Progress');

  constructor(
    private readonly database: TenantDatabase,
    private readonly batcher: ReportBatcher,
    private readonly controlListeners: ControlListeners,
    private readonly turns: OrganizationTurns,
    private readonly quotas: Quotas,
  ) {}

  /** Starts a sync, or finds the same sync that was started before (`created` is false). Throws sync-exists when its content differs. */
  async start(start: StartSyncDto): Promise<{ created: boolean; sync: ProgressDto }> {
    const { orgId } = currentTenant();
    await this.quotas.take('active_syncs');
    const syncId = start.sync_id ?? `sync-${randomUUID()}`;
    const [found] = await this.database.query<FoundRow<ProgressDto>>(
      startSync(orgId, syncId, start, actingFor(start.initiated_by, 'initiated_by')),
    );
    if (!found?.row) throw new Problem('unavailable', 'The sync was just deleted.', { retryAfter: 1 });
    if (!found.done) refuseOtherContent(start, found.row);
    return { created: found.done, sync: found.row };
  }

  async active(filter: ActiveSyncsQuery): Promise<ProgressDto[]> {
    const rows = await this.database.read<{ row: ProgressDto }>(activeSyncs(currentTenant().orgId, filter));
    return rows.map(({ row }) => row);
  }

  async slow(below: number): Promise<SlowSyncDto[]> {
    const rows = await this.database.read<{ row: SlowSyncDto }>(slowSyncs(currentTenant().orgId, below));
    return rows.map(({ row }) => row);
  }

  async get(syncId: string): Promise<ProgressDto> {
    const [found] = await this.database.read<{ row: ProgressDto | null }>(findSync(currentTenant().orgId, syncId));
    if (!found?.row) throw noSuchSync(syncId);
    return found.row;
  }

  /** The hot path. Returns the row as the JSON text from the database, so that it is neither parsed nor serialized again. */
  async report(syncId: string, report: ReportDto): Promise<string> {
    const element = { ...report, org_id: currentTenant().orgId, sync_id: syncId };
    return progressOrThrow(element, await this.batcher.report(element));
  }

  async complete(syncId: string, counts: CompleteDto): Promise<string> {
    return this.end({ ...counts, org_id: currentTenant().orgId, sync_id: syncId, status: 'completed' });
  }

  async fail(syncId: string, failure: FailDto): Promise<string> {
    return this.end({ ...failure, org_id: currentTenant().orgId, sync_id: syncId, status: 'failed' });
  }

  /**
   * Processes up to 1,000 reports and returns BulkReportResultsDto as text, with the rows as the database wrote them. Each has its own result, and an
   * invalid report does not affect the others. `brief`: what a reporter acts upon, in place of the rows.
   */
  reportMany(items: readonly unknown[], brief: boolean): Promise<string> {
    const { orgId } = currentTenant();
    const check = (item: unknown): ReportElement => ({
      ...validateItem(BulkReportItemDto, item),
      org_id: orgId,
      brief,
    });
    return this.turns.run(async () => {
      const checked = await mapInSlices(items, (slice) => checkEach(slice, check));
      const valid = checked.filter((item) => !(item instanceof Problem));
      const answers = (await this.batcher.reportAll(valid)).values();
      const results = await mapInSlices([...checked.entries()], (slice) =>
        slice.map(([index, item]) =>
          item instanceof Problem
            ? bulkProblem(syncIdOf(items[index]), item)
            : this.bulkResult(item, answers.next().value as ReportAnswer),
        ),
      );
      return `{"items":[${results.join()}]}`;
    });
  }

  /** Asks the reporter to cancel, pause or resume. It reads the request in the response to its next report. A repeated request is no error. */
  async control(syncId: string, request: ControlRequest): Promise<ProgressDto> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      // Sent together, in one round trip. A request that is refused takes what the listeners did back with it.
      const [[found], changed, [after]] = await Promise.all([
        transaction.query<FoundRow<ProgressDto>>(requestControl(orgId, syncId, request, currentUser())),
        this.controlListeners.notify(syncId, request),
        transaction.query<{ row: ProgressDto | null }>(findSync(orgId, syncId)),
      ]);
      if (!found?.row) throw noSuchSync(syncId);
      const alreadyCancelled = request === 'cancel' && found.row.status === 'cancelled';
      if (!found.done && !alreadyCancelled) throw syncEnded(found.row);
      return (changed && after?.row) || found.row;
    });
  }

  private bulkResult(report: ReportElement, answer: ReportAnswer): string {
    if (answer instanceof ReportFailure) {
      const { error } = answer;
      if (!outages.tell(error))
        this.logger.error({ err: error, sync_id: report.sync_id }, 'a report of a bulk call failed');
      return bulkProblem(
        report.sync_id,
        toProblem(error) ?? new Problem('internal-error', 'The report failed on our side.'),
      );
    }
    const problem = reportProblem(report, answer);
    if (problem) return bulkProblem(report.sync_id, problem);
    const member = report.brief ? 'state' : 'progress';
    return `{"sync_id":${JSON.stringify(report.sync_id)},"status":200,"${member}":${answer.progress}}`;
  }

  /** Not batched, because it belongs to the transaction of an idempotent request. */
  private async end(element: ReportElement): Promise<string> {
    const [result] = await this.database.query<ReportResult>(reportWhenUnlocked(element));
    return progressOrThrow(element, result as ReportResult);
  }
}

/** Returns the row as JSON text, or throws the problem of a report that was not accepted. */
function progressOrThrow(element: ReportElement, result: ReportResult): string {
  const problem = reportProblem(element, result);
  if (problem) throw problem;
  return result.progress as string;
}

/** Fields that the second start omits are not compared, for example a total that became known later. */
function refuseOtherContent(start: StartSyncDto, sync: ProgressDto): void {
  const errors = (['entity_type', 'source_system', 'total_items', 'initiated_by'] as const)
    .filter((name) => start[name] != null && start[name] !== sync[name])
    .map((name) => ({ pointer: `#/${name}`, detail: `was ${JSON.stringify(sync[name])} when the sync was started` }));
  if (errors.length > 0)
    throw new Problem('sync-exists', `The sync "${sync.sync_id}" was started with different content.`, { errors });
}

function bulkProblem(syncId: string | null, problem: Problem): string {
  const result: BulkReportResultDto = {
    sync_id: syncId,
    status: problem.status,
    problem: problem.body() as BulkReportResultDto['problem'],
  };
  return JSON.stringify(result);
}

function syncIdOf(item: unknown): string | null {
  const syncId = (item as { sync_id?: unknown } | null)?.sync_id;
  return typeof syncId === 'string' ? syncId : null;
}

/** Some half a millisecond of validation: a request that arrives meanwhile waits for no more than a few of these. */
const SLICE = 25;

/**
 * Maps many items of one request, slice by slice, and lets the event loop serve others in between: the time of a bulk request is its own.
 * The results are in the order of the items.
 */
async function mapInSlices<T, R>(items: readonly T[], map: (slice: readonly T[]) => readonly R[]): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await new Promise(setImmediate);
    results.push(...map(items.slice(start, start + SLICE)));
  }
  return results;
}
