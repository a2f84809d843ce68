import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { decodeCursor, type Page, toPage } from '../common/cursor.ts';
import { Problem } from '../common/problem.ts';
import { ProgressService } from '../progress/progress.service.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { ApprovalService } from './approval/approval.service.ts';
import { destinationConnectionOf, type OneItemDto, type RunsQuery, type StartRunDto } from './dto/requests.dto.ts';
import type { RunDto } from './dto/run.dto.ts';
import { RunPreviews } from './run.previews.ts';
import { RunStarter } from './run.starter.ts';
import { type Run, writesNothing } from './run.types.ts';
import { countItems, findRun, findRunRow, runsPage } from './runs.sql.ts';

@Injectable()
export class RunsService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly previews: RunPreviews,
    private readonly activity: ActivityService,
    private readonly progress: ProgressService,
    private readonly approvals: ApprovalService,
  ) {}

  /** Throws stale-preview or delete-guard for a preview that cannot be applied. FreshPreviewInterceptor has checked both systems before. */
  start(body: StartRunDto): Promise<RunDto> {
    return this.database.transaction(async () => {
      const destination = destinationConnectionOf(body);
      const preview =
        body.preview === undefined
          ? null
          : await this.previews.find({ ...body, preview: body.preview, destination_connection_id: destination });
      const guard = preview?.guard ?? null;
      if (guard !== null && !body.override_guard)
        throw new Problem('delete-guard', `${guard} If this is intended, send override_guard with a reason.`);
      const syncId = await this.starter.start({
        kind: preview ? 'apply' : 'sync',
        source_connection_id: body.source_connection_id,
        destination_connection_id: destination,
        entity_type: body.entity_type,
        mode: body.mode ?? 'full',
        filters: preview?.run.filters ?? body.filters,
        of_sync_id: preview?.run.sync_id,
        undoes_sync_id: preview?.run.undoes_sync_id,
        override_reason: body.override_guard?.reason,
        approval: await this.approvals.wanted(
          preview,
          body.override_guard !== undefined && body.override_guard !== null,
        ),
        trigger: 'request',
        requested_by: currentUser(),
      });
      if (body.override_guard) await this.noteOverride(syncId, body, guard);
      return this.get(syncId);
    });
  }

  async approve(syncId: string): Promise<RunDto> {
    await this.row(syncId);
    await this.approvals.approve(syncId);
    return this.get(syncId);
  }

  async refuse(syncId: string, reason: string): Promise<RunDto> {
    await this.row(syncId);
    await this.approvals.refuse(syncId, reason);
    return this.get(syncId);
  }

  /** Starts a sync of only the items that failed or were skipped in an ended sync, or of one of them. */
  retryFailed(syncId: string, { external_id: only }: OneItemDto = {}): Promise<RunDto> {
    return this.database.transaction(async () => {
      const run = await this.row(syncId, 'conflict');
      if (writesNothing(run))
        throw new Problem(
          'conflict',
          `The sync "${syncId}" is a ${run.kind} and cannot be retried; start another one.`,
        );
      if (run.undoes_sync_id !== null)
        throw new Problem('conflict', `The sync "${syncId}" is an undo and cannot be retried; compute the undo again.`);
      const { progress } = await this.get(syncId);
      if (progress.completed_at === null)
        throw new Problem('conflict', `The sync "${syncId}" is still active. Wait until it ends, or cancel it.`);
      const [row] = await this.database.query<{ count: number }>(
        countItems(currentTenant().orgId, syncId, only ?? null),
      );
      if (!row?.count)
        throw new Problem(
          'conflict',
          only === undefined
            ? `No item of the sync "${syncId}" failed or was skipped.`
            : `The item "${only}" neither failed nor was skipped in the sync "${syncId}".`,
        );
      const retry = await this.starter.start({
        ...run,
        kind: 'retry',
        mode: 'full',
        filters: only === undefined ? run.filters : { external_id: only },
        of_sync_id: syncId,
        override_reason: undefined,
        approval: null,
        trigger: 'request',
        requested_by: currentUser(),
      });
      await this.noteRetry(run, retry);
      return this.get(retry);
    });
  }

  async get(syncId: string): Promise<RunDto> {
    const [row] = await this.database.read<RunDto>(findRun(currentTenant().orgId, syncId));
    return row ?? this.refuseReported(syncId, 'not-found');
  }

  async page(query: RunsQuery): Promise<Page<RunDto>> {
    const limit = query.limit ?? 50;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await this.database.read<RunDto>(runsPage(currentTenant().orgId, query, after, limit + 1));
    return toPage(rows, limit, ({ created_at, sync_id }) => ({ at: created_at, id: sync_id }));
  }

  /** The run without its progress. Throws not-found, or `reported` when another service reports the sync. */
  async row(syncId: string, reported: 'not-found' | 'conflict' = 'not-found'): Promise<Run> {
    const [found] = await this.database.read<{ run: Run }>(findRunRow(currentTenant().orgId, syncId));
    return found?.run ?? this.refuseReported(syncId, reported);
  }

  /** For a sync without a run: what is wrong depends on whether there is such a sync at all. Throws not-found when there is none. */
  private async refuseReported(syncId: string, problem: 'not-found' | 'conflict'): Promise<never> {
    await this.progress.get(syncId);
    throw new Problem(
      problem,
      `The sync "${syncId}" is reported by another service, so there is no run to show or to repeat; GET /api/sync/progress/{sync_id} shows its progress.`,
    );
  }

  /** Writes an entry to the audit trail of the original sync. Its status is that of the retry, so that it does not count as a failure. */
  private async noteRetry({ sync_id, entity_type }: Run, retry: string): Promise<void> {
    await this.activity.append({
      sync_id,
      entity_type,
      activity_type: 'retry_requested',
      status: 'queued',
      details: { retry_sync_id: retry },
    });
  }

  private async noteOverride(syncId: string, body: StartRunDto, guard: string | null): Promise<void> {
    await this.activity.append({
      sync_id: syncId,
      entity_type: body.entity_type,
      activity_type: 'delete_guard_overridden',
      status: 'running',
      details: { reason: body.override_guard?.reason, guard },
    });
  }
}
